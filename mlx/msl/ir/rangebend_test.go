package ir

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Neighbours that stay at an edge are bounded as a person would, %tid.1 being a column of
// 0 to 255 and %group.2 a row of 0 to 9.
func TestBentAccesses(t *testing.T) {
	const head = `  %30:i64 = const 2
  %3:i32 = convert.u32 %tid.1
  %4:i32 = convert.u32 %group.2
  %5:i32 = const 256
  %6:i32 = mul %5, %4
  %7:i32 = add %6, %3
  %8:i32 = const 1
  %9:i32 = const 255
  %31:i32 = const 0
  %32:i32 = const 9
`
	const tail = `
  %20:i64 = convert.i32 %10
  %21:i64 = shl %20, %30
  %22:ptr.device = ptradd %p.0, %21
  %23:f32 = load.device %22
`
	for body, want := range map[string]Range{
		"%11:i32 = const 3\n %12:i32 = mul %3, %11\n %13:i32 = const 10\n %14:bool = lt.i32 %12, %13\n %15:i32 = select %14, %3, %13\n %10:i32 = sub %15, %3": {-4 * 245, 4 * 6},
		"%12:i32 = mov %3\n %11:i32 = min %12, %8\n %12:i32 = mov %31\n %10:i32 = sub %12, %11":                                                               {-4, 0},               // of what was another number
		"%11:u32 = const 2\n %12:u32 = min %tid.1, %11\n %13:u32 = sub %12, %tid.1\n %10:i32 = convert.u32 %13":                                               {-4 << 31, 4<<31 - 4}, // wraps
		"%11:i32 = min %3, %8\n %10:i32 = sub %7, %11":                                                                                                        {0, 4 * 2558},
		"%11:i32 = sub %9, %3\n %12:i32 = min %8, %11\n %10:i32 = add %7, %12":                                                                                {4, 4 * 2559},
		"%11:i32 = min %4, %8\n %12:i32 = mul %11, %5\n %10:i32 = sub %7, %12":                                                                                {0, 4 * (8*256 + 255)},
		"%11:i32 = sub %32, %4\n %12:i32 = min %11, %8\n %13:i32 = mul %12, %5\n %10:i32 = add %7, %13":                                                       {4 * 256, 4 * 2559},
		"%11:bool = lt.i32 %31, %3\n %12:i32 = convert.bool %11\n %10:i32 = sub %7, %12":                                                                      {0, 4 * 2558},
		"%11:bool = eq.i32 %9, %3\n %12:i32 = select %11, %31, %8\n %10:i32 = add %7, %12":                                                                    {4, 4 * 2559},
		"%11:bool = lt.i32 %31, %3\n %12:i32 = sub %7, %8\n %13:i32 = select %11, %12, %7\n %10:i32 = add %13, %8":                                            {4, 4 * 2559},
		"%11:i32 = min %3, %8\n %12:i32 = min %4, %8\n %13:i32 = mul %12, %5\n %14:i32 = sub %7, %11\n %10:i32 = sub %14, %13":                                {0, 4 * 2302},
		"%11:u32 = min %tid.1, %group.2\n %12:i32 = convert.u32 %11\n %10:i32 = sub %7, %12":                                                                  {-4 * 9, 4 * 2559}, // the lesser of two is no number of one of them
		"%11:u32 = const 1\n %12:u32 = min %tid.1, %11\n %13:u32 = sub %tid.1, %12\n %14:i32 = convert.u32 %13\n %10:i32 = add %14, %6":                       {0, 4 * 2558},
		"%11:i32 = max %3, %8\n %12:i32 = sub %11, %8\n %13:i32 = min %12, %32\n %10:i32 = sub %13, %12":                                                      {-4 * 245, 0},
		"%11:i32 = mul %3, %32\n %12:i32 = const 50\n %13:i32 = min %11, %12\n %14:i32 = sub %12, %13\n %15:i32 = mul %14, %3\n %10:i32 = add %15, %3":        {0, 4 * (50*255 + 255)},
	} {
		require.Equal(t, map[string][]Range{"load": {want}}, accessesOf(t, head+body+tail, (*Func).Accesses), body)
	}
}

// Numbers whose multiples wrap are not taken apart, though their sums do not.
func TestBentWraps(t *testing.T) {
	const far = 1<<40 - 1
	body := fmt.Sprintf(`  %%3:u32 = const 3
  %%4:u32 = min %%tid.1, %%3
  %%5:i64 = convert.u32 %%4
  %%6:i64 = const %d
  %%7:i64 = const 1
  %%8:i64 = add %%6, %%7
  %%20:u32 = load.device %%p.0
  %%21:i64 = const 9
  %%22:i64 = convert.u32 %%20
  %%9:i64 = shl %%22, %%21
  %%10:i64 = max %%9, %%6
  %%11:i64 = min %%10, %%8
  %%12:i64 = sub %%11, %%6
  %%13:i64 = const 21
  %%14:i64 = shl %%12, %%13
  %%15:i64 = const 4
  %%16:i64 = mul %%14, %%15
  %%17:i64 = add %%16, %%5
  %%18:ptr.device = ptradd %%p.0, %%17
  %%19:u8 = load.device %%18
`, far)
	require.Equal(t, map[string][]Range{"load": {{0, 0}, {0, 1<<23 + 3}}}, accessesOf(t, body, (*Func).Accesses))
}

// Numbers that are used twice are taken apart once, so that many sums leave steps for the last.
func TestBentShared(t *testing.T) {
	const sums = 300
	body := "  %10:i32 = convert.u32 %tid.1\n"
	x := 10
	for ; x < 10+2*sums; x += 2 {
		body += fmt.Sprintf("  %%%d:i32 = min %%%d, %%%d\n  %%%d:i32 = sub %%%d, %%%d\n", x+1, x, max(10, x-2), x+2, x, x+1)
	}
	body += fmt.Sprintf(`  %%%d:i32 = const 1
  %%%d:i32 = min %%10, %%%d
  %%%d:i32 = sub %%10, %%%d
  %%%d:i64 = convert.i32 %%%d
  %%%d:ptr.device = ptradd %%p.0, %%%d
  %%%d:u8 = load.device %%%d
`, x+1, x+2, x+1, x+3, x+2, x+4, x+3, x+5, x+4, x+6, x+5)
	require.Equal(t, map[string][]Range{"load": {{0, 254}}}, accessesOf(t, body, (*Func).Accesses))
}

// bentProgram makes a function that computes an index of two parameters.
func bentProgram(rng *rand.Rand) (body string, result int) {
	var b strings.Builder
	kinds := []string{"i32", "u32", "i64"}
	values, consts := map[string][]int{"u32": {1, 2}}, map[string][]int{}
	next := 3
	emit := func(kind, format string, args ...any) int {
		fmt.Fprintf(&b, "  %%%d:%s = %s\n", next, kind, fmt.Sprintf(format, args...))
		values[kind] = append(values[kind], next)
		next++
		return next - 1
	}
	for _, k := range kinds {
		for range 3 {
			consts[k] = append(consts[k], emit(k, "const %d", []int{0, 1, 2, 3, 5, 7, 16}[rng.IntN(7)]))
		}
		emit(k, "convert.u32 %%%d", 1+rng.IntN(2))
	}
	for range 4 + rng.IntN(12) {
		k := kinds[rng.IntN(len(kinds))]
		some := func() int { return values[k][rng.IntN(len(values[k]))] }
		switch rng.IntN(9) {
		case 0, 1, 2:
			emit(k, "%s %%%d, %%%d", []string{"add", "sub", "sub"}[rng.IntN(3)], some(), some())
		case 3, 4:
			emit(k, "%s %%%d, %%%d", []string{"min", "max"}[rng.IntN(2)], some(), some())
		case 5:
			emit(k, "%s %%%d, %%%d", []string{"mul", "shl"}[rng.IntN(2)], some(), consts[k][rng.IntN(3)])
		case 6:
			from := kinds[rng.IntN(len(kinds))]
			emit(k, "convert.%s %%%d", from, values[from][rng.IntN(len(values[from]))])
		case 7:
			emit("bool", "%s.%s %%%d, %%%d", []string{"lt", "le", "eq", "ne"}[rng.IntN(4)], k, some(), some())
		default:
			if c := values["bool"]; len(c) > 0 {
				if rng.IntN(3) == 0 {
					emit(k, "convert.bool %%%d", c[rng.IntN(len(c))])
				} else {
					emit(k, "select %%%d, %%%d, %%%d", c[rng.IntN(len(c))], some(), some())
				}
			}
		}
	}
	at := values["i64"][len(values["i64"])-1]
	sum := emit("i64", "sub %%%d, %%%d", values["i64"][rng.IntN(len(values["i64"]))], at)
	fmt.Fprintf(&b, "  %%%d:ptr.device = ptradd %%p.0, %%%d\n  %%%d:f32 = load.device %%%d\n", next, sum, next+1, next)
	return b.String(), sum
}

// What a function computes of all its parameters lies where its accesses are said to be.
func TestBentRandom(t *testing.T) {
	const programs, columns, rows = 1200, 24, 4
	narrower := 0
	for seed := range uint64(programs) {
		body, result := bentProgram(rand.New(rand.NewPCG(seed, 1)))
		p, err := Parse("func @f(%p.0:ptr.device, %tid.1:u32, %group.2:u32) {\n" + body + "}\n")
		require.NoError(t, err, body)
		f := p.Funcs[0]
		params := map[Reg]Range{0: Exactly(0), 1: {0, columns - 1}, 2: {0, rows - 1}}
		load := &f.Body[len(f.Body)-1]
		got := f.Accesses(params, nil)[load]
		plain := plainAccesses(f, params)[load]
		if got != plain {
			narrower++
		}
		for x := range uint64(columns) {
			for y := range uint64(rows) {
				regs := make([]uint64, len(f.Regs))
				regs[1], regs[2] = x, y
				for _, in := range f.Body[:len(f.Body)-2] {
					args := make([]uint64, len(in.Args))
					for i, r := range in.Args {
						args[i] = regs[r]
					}
					v, ok := in.Imm, true
					if in.Op != Const {
						v, ok = Fold(&in, args)
					}
					require.True(t, ok, body)
					regs[in.Dst] = v
				}
				v := int64(regs[result])
				require.True(t, got.Lo <= v && v <= got.Hi, "seed %d: %d for %d and %d is not in %v\n%s", seed, v, x, y, got, body)
			}
		}
	}
	require.Greater(t, narrower, programs/25)
}

// plainAccesses is Accesses by the bounds of each term alone.
func plainAccesses(f *Func, params map[Reg]Range) map[*Instr]Range {
	n, def := len(f.Regs), f.soleDefinitions()
	a := &ranger{f: f, env: make([]Range, n), def: def, since: make([]int, n), fresh: make([]int, n), out: map[*Instr]Range{}, zeros: f.zeros(def), left: maxRangeSteps}
	for r, b := range params {
		a.env[r] = b
	}
	a.block(f.Body)
	return a.out
}
