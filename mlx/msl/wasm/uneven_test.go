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

// unevenProgram makes a kernel that loads from where low bits of its position, halves of it
// and the like say, a few elements one behind the other, and stores what it made of them.
func unevenProgram(rng *rand.Rand) string {
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	k := pick("u32", "i32")
	var b strings.Builder
	next := 20
	def := func(kind, format string, args ...any) string {
		fmt.Fprintf(&b, "  %%%d:%s = %s\n", next, kind, fmt.Sprintf(format, args...))
		next++
		return fmt.Sprintf("%%%d", next-1)
	}
	number := func(n int) string { return def(k, "const %d", n) }
	values := []string{def(k, "convert.u32 %%c.2")}
	if rng.IntN(3) == 0 { // from elsewhere on
		values[0] = def(k, "add %s, %s", values[0], number(rng.IntN(12)-4))
	}
	for range 1 + rng.IntN(6) {
		v := values[rng.IntN(len(values))]
		switch op := pick("shr", "div", "rem", "and", "and", "or", "xor", "add", "mul", "sum", "less"); op {
		case "shr":
			v = def(k, "shr %s, %s", v, number(1+rng.IntN(2)))
		case "div", "rem":
			v = def(k, "%s %s, %s", op, v, number(2+2*rng.IntN(2)+rng.IntN(2)))
		case "and":
			v = def(k, "and %s, %s", v, number(rng.IntN(8)-4))
		case "or", "xor":
			v = def(k, "%s %s, %s", op, v, number(rng.IntN(6)))
		case "add":
			v = def(k, "add %s, %s", v, number(rng.IntN(9)-2))
		case "mul":
			v = def(k, "mul %s, %s", v, number(rng.IntN(40)-2))
		case "sum":
			v = def(k, "%s %s, %s", pick("add", "sub"), v, values[rng.IntN(len(values))])
		case "less":
			v = def(k, "mul %s, %s", def(k, "convert.u32 %%r.3"), number(rng.IntN(70)))
			v = def(k, "add %s, %s", v, values[len(values)-1])
		}
		values = append(values, v)
	}
	at := values[len(values)-1]
	if rng.IntN(2) == 0 { // near two places, or not quite
		v := def(k, "mul %s, %s", def(k, "and %s, %s", values[0], number(1)), number(1+rng.IntN(3)))
		at = def(k, "add %s, %s", v, def(k, "mul %s, %s", def(k, "and %s, %s", values[0], number(2)), number(rng.IntN(4)*rng.IntN(12))))
	}
	e := pick("u8", "i16", "u32", "u32", "u32", "u64")
	size := map[string]int{"u8": 1, "i16": 2, "u32": 4, "u64": 8}[e]
	address := func(p, at string, size int) string {
		return def("ptr.device", "ptradd.device %s, %s", p, def("i64", "mul %s, %s", def("i64", "convert.%s %s", k, at), def("i64", "const %d", size)))
	}
	from := address("%x.0", at, size)
	sum := def("u32", "convert.%s %s", k, at)
	guarded := rng.IntN(3) == 0
	if guarded {
		fmt.Fprintf(&b, "  %%10:u32 = const %d\n  %%11:bool = lt.u32 %%c.2, %%10\n  if %%11 {\n", 1+rng.IntN(200))
	}
	for i := range 1 + rng.IntN(3) {
		sum = def("u32", "xor %s, %s", sum, def("u32", "convert.%s %s", e, def(e, "load.device +%d, %s", i*size, from)))
	}
	to := "%8" // its own place
	if rng.IntN(3) == 0 {
		to = address("%y.1", at, 4)
	}
	fmt.Fprintf(&b, "  store.u32.device %s, %s\n", to, sum)
	if guarded {
		b.WriteString("  }\n")
	}
	return fmt.Sprintf(`func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%c.2:u32, %%r.3:u32) {
  %%4:u32 = const 512
  %%5:u32 = mul %%r.3, %%4
  %%6:u32 = add %%5, %%c.2
  %%9:i64 = convert.u32 %%6
  %%12:i64 = const 4
  %%7:i64 = mul %%9, %%12
  %%8:ptr.device = ptradd.device %%y.1, %%7
%s}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem %s size %d
  buffer 1 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "p" u32 x2
}`, live(b.String()), e, size)
}

func TestInPieces(t *testing.T) {
	for _, c := range []struct {
		at   places
		size int64
		ok   bool
	}{
		{places{0, 100, 4, 104}, 4, true},
		{places{0, 100, 8, 104}, 4, false},
		{places{0, 100, 4, 108}, 4, false},
		{places{0, -100, 4, -96}, 4, true},
		{places{0, 100, 5, 103}, 4, false},
		{places{0, 100, 6, 106}, 2, true},
		{places{0, 100, 7, 107}, 2, false},
		{places{0, 1 << 21, 4, 1<<21 + 4}, 4, false},
	} {
		require.Equal(t, c.ok, c.at.inPieces(c.size), c)
	}
}

// Lanes that do not advance evenly load and store what interp does, whether or not that is
// known to be in bounds.
func TestUneven(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const guard = 64
	picked := 0
	for seed := range uint64(250) {
		source := unevenProgram(rand.New(rand.NewPCG(seed, 1)))
		p := parse(t, source)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1 + rng.Uint32N(300), 1 + rng.Uint32N(3), 1}, Threadgroup: exec.Dim{[]uint32{32, 64, 256}[rng.IntN(3)], 1, 1}, Workers: 1} // as some store to one place
		if rng.IntN(4) == 0 {
			l.Grid[0] &^= 31
			l.Grid[0] += 32
		}
		sizes := [2]int{1 << 16, 4 * 512 * 40}
		for i := range sizes {
			if rng.IntN(3) == 0 {
				sizes[i] = 8 * (1 + rng.IntN(300))
			}
		}
		run := func(e exec.Executor) ([]byte, bool) {
			x, y := make([]byte, sizes[0]), make([]byte, guard+sizes[1]+guard)
			for i := range len(x) / 4 {
				binary.LittleEndian.PutUint32(x[4*i:], uint32(i+1)*2654435761)
			}
			l.Buffers = map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y[guard : guard+sizes[1] : guard+sizes[1]]}}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err, source)
			require.Equal(t, e.Name(), res.Executor, source)
			return y, len(res.Findings) > 0
		}
		where := fmt.Sprintf("seed %d, grid %v, threadgroup %v, %v bytes\n%s", seed, l.Grid, l.Threadgroup, sizes, source)
		want, strays := run(interp.Executor{})
		got, strayed := run(Executor{})
		require.Equal(t, want, got, where)
		require.Equal(t, strays, strayed, where)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		if strings.Contains(text, "v128.load64_zero") && strings.Contains(text, "i8x16.swizzle") {
			picked++
		}
	}
	require.Greater(t, picked, 20)
}
