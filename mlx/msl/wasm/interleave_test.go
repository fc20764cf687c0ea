package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// interleavedProgram makes a kernel that stores several small elements a thread, beside each
// other or almost, in any order, of its number of x, which it may load between again: all of
// its threads, or those with numbers above zero.
func interleavedProgram(rng *rand.Rand) string {
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	k := pick("u8", "i8", "u16", "i16", "f16", "bf16")
	size := 1
	if !strings.HasSuffix(k, "8") {
		size = 2
	}
	count := 1 + rng.IntN(4)
	step := count * size
	if rng.IntN(6) == 0 {
		step++ // one that no store fills
		step += step % size
	}
	var b strings.Builder
	next := 20
	def := func(kind, format string, args ...any) string {
		fmt.Fprintf(&b, "  %%%d:%s = %s\n", next, kind, fmt.Sprintf(format, args...))
		next++
		return fmt.Sprintf("%%%d", next-1)
	}
	x := "%8"
	for _, part := range rng.Perm(count) {
		if rng.IntN(4) == 0 {
			x = def("i32", "load.device %%6")
		}
		v := def("i32", "%s %s, %s", pick("add", "mul"), x, def("i32", "const %d", 1+part*37))
		switch rng.IntN(4) {
		case 0: // bounds, perhaps those of a kind
			lo, hi := def("i32", "const %s", pick("0", "-128", "-32768", "0", "-1")), def("i32", "const %s", pick("255", "127", "65535", "32767", "255", "256"))
			v = def("i32", "max %s, %s", v, lo)
			if rng.IntN(3) > 0 {
				v = def("i32", "min %s, %s", v, hi)
			}
		case 1:
			v = def("i32", "min %s, %s", def("i32", "and %s, %s", v, def("i32", "const 4095")), def("i32", "const %s", pick("255", "127", "65535")))
		case 2:
			f := def("f32", "mul %s, %s", def("f32", "convert.i32 %s", v), def("f32", "const 0.37"))
			if k == "u8" || rng.IntN(2) == 0 {
				f = def("f32", "min %s, %s", def("f32", "max %s, %s", f, def("f32", "const 0.0")), def("f32", "const 100.0"))
			}
			fmt.Fprintf(&b, "  store.%s.device +%d, %%7, %s\n", k, part*size, def(k, "convert.f32 %s", f))
			continue
		}
		fmt.Fprintf(&b, "  store.%s.device +%d, %%7, %s\n", k, part*size, def(k, "convert.i32 %s", v))
	}
	code := live(b.String())
	if rng.IntN(3) == 0 {
		code = "  %9:i32 = const 0\n  %10:bool = lt.i32 %9, %8\n  if %10 {\n" + code + "  }\n"
	}
	return fmt.Sprintf(`func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:u32 = const 4
  %%4:u32 = const %d
  %%5:u32 = mul %%i.2, %%3
  %%11:u32 = mul %%i.2, %%4
  %%12:i64 = convert.u32 %%5
  %%13:i64 = convert.u32 %%11
  %%6:ptr.device = ptradd.device %%x.0, %%12
  %%7:ptr.device = ptradd.device %%y.1, %%13
  %%8:i32 = load.device %%6
%s}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device type "int" elem i32 size 4
  buffer 1 "y" device type "t" elem %s size %d
  builtin thread_position_in_grid "i" u32 x1
}`, step, code, k, size)
}

// Elements that are stored beside each other are those that interp stores, where they fill
// what lies between and where they do not, in place, where buffers end too early, and
// nothing beside them is written.
func TestInterleaved(t *testing.T) {
	const n, guard = 300, 64
	rng := rand.New(rand.NewPCG(5, 6))
	mixed := 0
	for seed := range uint64(400) {
		source := interleavedProgram(rand.New(rand.NewPCG(seed, 1)))
		p := parse(t, source)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1 + rng.Uint32N(256), 1, 1}, Threadgroup: exec.Dim{64, 1, 1}}
		in := make([]byte, 4*n)
		for i := range n {
			binary.LittleEndian.PutUint32(in[4*i:], uint32(rng.Int32()>>rng.IntN(32))*uint32(1-2*rng.IntN(2)))
		}
		end := 8 * n
		if rng.IntN(4) == 0 {
			end = rng.IntN(end) &^ 1
		}
		inPlace := strings.Contains(source, "const 4\n  %5") && rng.IntN(3) == 0
		run := func(e exec.Executor) []byte {
			memory := make([]byte, guard+end+guard)
			y := memory[guard : guard+end : guard+end]
			x := append([]byte(nil), in...)
			if inPlace {
				y = x
			}
			l.Buffers = map[int]exec.Buffer{0: {Data: x}, 1: {Data: y}}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err, source)
			require.Equal(t, e.Name(), res.Executor, source)
			return append(memory, x...)
		}
		require.Equal(t, run(interp.Executor{}), run(Executor{}), "seed %d, %d threads, y of %d bytes\n%s", seed, l.Grid[0], end, source)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		if strings.Contains(text, "v128.store64_lane") && strings.Contains(text, "i8x16.swizzle") {
			mixed++
		}
	}
	require.Greater(t, mixed, 20)
}
