package ir

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// accessesOf analyses the function of a program whose parameters are %0 to %2:
// a buffer, the thread index in 0 to 255 and the threadgroup in 0 to 9.
func accessesOf(t *testing.T, body string, accesses func(*Func, map[Reg]Range, func(Reg, int64, Kind) (uint64, bool)) map[*Instr]Range) map[string][]Range {
	p, err := Parse("func @f(%p.0:ptr.device, %tid.1:u32, %group.2:u32) {\n" + body + "\n}\n")
	require.NoError(t, err)
	f := p.Funcs[0]
	got := accesses(f, map[Reg]Range{0: Exactly(0), 1: {0, 255}, 2: {0, 9}}, nil)
	out := map[string][]Range{}
	f.Body.Walk(func(in *Instr) {
		if in.Op != Load && in.Op != Store {
			return
		}
		if r, ok := got[in]; ok {
			out[in.Op.String()] = append(out[in.Op.String()], r)
		} else {
			out["unknown"] = append(out["unknown"], Range{})
		}
	})
	return out
}

// What kernels do to get at memory stays in the bounds that a person would see.
func TestAccesses(t *testing.T) {
	const at = "  %20:i64 = convert.i64.u32 %10\n  %21:i64 = shl.i64 %20, %30\n  %22:ptr.device = ptradd.device %p.0, %21\n  %23:f32 = load.f32.device %22\n"
	const two = "  %30:i64 = const 2\n"
	for name, c := range map[string]struct {
		body string
		want map[string][]Range
	}{
		"a grid of rows": {two + "  %5:u32 = const 256\n  %6:u32 = mul.u32 %group.2, %5\n  %10:u32 = add.u32 %6, %tid.1\n" + at,
			map[string][]Range{"load": {{0, 4 * (9*256 + 255)}}}},
		"a guard": {two + "  %5:u32 = const 100\n  %6:bool = lt.u32 %tid.1, %5\n  if %6 {\n  %10:u32 = mov %tid.1\n" + at + "}\n",
			map[string][]Range{"load": {{0, 4 * 99}}}},
		"a difference behind its guard": {two + "  %5:u32 = const 7\n  %6:bool = lt.u32 %tid.1, %5\n  if %6 {\n} else {\n  %10:u32 = sub.u32 %tid.1, %5\n" + at + "}\n",
			map[string][]Range{"load": {{0, 4 * 248}}}},
		"a difference that may wrap": {two + "  %5:u32 = const 7\n  %10:u32 = sub.u32 %tid.1, %5\n" + at,
			map[string][]Range{"load": {{0, 4 * (1<<32 - 1)}}}},
		"a strided loop": {two + "  %5:u32 = const 1024\n  %6:u32 = const 256\n  %10:u32 = mov %tid.1\n  loop {\n  %7:bool = lt.u32 %10, %5\n  if %7 {\n} else {\n  break\n}\n" + at + "} continuing {\n  %10:u32 = add.u32 %10, %6\n}\n",
			map[string][]Range{"load": {{0, 4 * 1023}}}},
		"a loop that halves": {two + "  %4:u32 = const 0\n  %5:u32 = const 1\n  %10:u32 = const 128\n  loop {\n  %7:bool = lt.u32 %4, %10\n  if %7 {\n} else {\n  break\n}\n" + at + "} continuing {\n  %10:u32 = shr.u32 %10, %5\n}\n",
			map[string][]Range{"load": {{4, 4 * 128}}}},
		"one of two halves, in turns": {two + "  %5:u32 = const 1\n  %6:u32 = const 9\n  %7:u32 = const 0\n  %10:u32 = const 0\n  loop {\n  %8:bool = lt.u32 %7, %6\n  if %8 {\n} else {\n  break\n}\n" + at + "  %10:u32 = sub.u32 %5, %10\n} continuing {\n  %7:u32 = add.u32 %7, %5\n}\n",
			map[string][]Range{"load": {{0, 4}}}},
		"assigned on one side only": {two + "  %5:u32 = const 5\n  %6:u32 = const 200\n  %7:bool = lt.u32 %tid.1, %5\n  if %7 {\n  %10:u32 = add.u32 %tid.1, %6\n}\n" + at,
			map[string][]Range{"load": {{0, 4 * 204}}}},
		"an index from memory": {two + "  %10:u32 = load.u32.device %p.0\n" + at,
			map[string][]Range{"load": {{0, 0}, {0, 4 * (1<<32 - 1)}}}},
	} {
		require.Equal(t, c.want, accessesOf(t, c.body, (*Func).Accesses), name)
	}
}

// A register that is made of what it was before is not made of what it is.
func TestAccessesOfSelf(t *testing.T) {
	const body = `  %3:i64 = const 1
  %4:i64 = const -3
  loop {
    %5:i64 = sub %5, %3
    %6:ptr.device = ptradd.device %p.0, %5
    %7:u8 = load.device %6
    %8:bool = lt.i64 %4, %5
    if %8 {
    } else {
      break
    }
  } continuing {
  }
`
	require.Equal(t, map[string][]Range{"load": {{-3, -1}}}, accessesOf(t, body, (*Func).Accesses))
}

// What conditions tell does not hold for the threads that they leave out.
func TestAccessesOfAll(t *testing.T) {
	but := func(holds ...bool) func(*Func, map[Reg]Range, func(Reg, int64, Kind) (uint64, bool)) map[*Instr]Range {
		return func(f *Func, params map[Reg]Range, constant func(Reg, int64, Kind) (uint64, bool)) map[*Instr]Range {
			i := map[*Instr]int{} // of the Ifs, in order
			f.Body.Walk(func(in *Instr) {
				if in.Op == If {
					i[in] = len(i)
				}
			})
			return f.AccessesOfAll(params, constant, func(in *Instr) bool { return i[in] < len(holds) && holds[i[in]] })
		}
	}
	ofAll := but()
	const guarded = "  %30:i64 = const 2\n  %5:u32 = const 100\n  %6:bool = lt.u32 %tid.1, %5\n  if %6 {\n  %7:i64 = convert.i64.u32 %tid.1\n  %8:i64 = shl.i64 %7, %30\n" +
		"  %9:ptr.device = ptradd.device %p.0, %8\n  %10:f32 = load.f32.device %9\n}\n"
	require.Equal(t, map[string][]Range{"load": {{0, 4 * 99}}}, accessesOf(t, guarded, (*Func).Accesses))
	require.Equal(t, map[string][]Range{"load": {{0, 4 * 255}}}, accessesOf(t, guarded, ofAll))

	require.Equal(t, map[string][]Range{"load": {{0, 4 * 99}}}, accessesOf(t, guarded, but(true)))
	within := "  %20:u32 = const 3\n  %21:bool = lt.u32 %20, %tid.1\n  if %21 {\n" + guarded + "}\n"
	require.Equal(t, map[string][]Range{"load": {{16, 4 * 99}}}, accessesOf(t, within, but(true, true)))
	require.Equal(t, map[string][]Range{"load": {{16, 4 * 255}}}, accessesOf(t, within, but(true, false)))
	require.Equal(t, map[string][]Range{"load": {{0, 4 * 99}}}, accessesOf(t, within, but(false, true)))

	// What a loop assigns may be anything, and where one is left for a construct
	// around it nothing is known.
	const after = "  %30:i64 = const 2\n  %5:u32 = const 100\n  %6:bool = lt.u32 %tid.1, %5\n  %10:u32 = mov %tid.1\n  scope {\n  loop {\n  if %6 {\n  %10:u32 = const 300\n  break +%d\n}\n} continuing {\n}\n" +
		"  %10:u32 = mov %tid.1\n}\n  %7:i64 = convert.i64.u32 %10\n  %8:i64 = shl.i64 %7, %30\n  %9:ptr.device = ptradd.device %p.0, %8\n  %11:f32 = load.f32.device %9\n"
	require.Equal(t, map[string][]Range{"load": {{0, 4 * 255}}}, accessesOf(t, strings.Replace(after, "%d", "0", 1), ofAll))
	require.Equal(t, map[string][]Range{"unknown": {{}}}, accessesOf(t, strings.Replace(after, "%d", "1", 1), ofAll))
}
