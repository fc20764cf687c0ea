package wasm

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// straightProgram makes a kernel that loads some elements only where those before are
// as it wants, as && and || do, or as one side of a choice, and counts in a loop.
func straightProgram(rng *rand.Rand) string {
	var b strings.Builder
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	kind, shift := "u8", 0
	if rng.IntN(3) == 0 {
		kind, shift = "i32", 2
	}
	next := 20
	load := func(indent string, offset int) string {
		if rng.IntN(4) == 0 { // what all threads load
			fmt.Fprintf(&b, "%s%%%d:%s = load.device +%d, %%x.0\n", indent, next, kind, offset<<shift)
			next++
			return fmt.Sprintf("%%%d", next-1)
		}
		fmt.Fprintf(&b, "%s%%%d:u32 = const %d\n%s%%%d:u32 = add %%i.3, %%%d\n%s%%%d:i64 = convert.u32 %%%d\n", indent, next, offset, indent, next+1, next, indent, next+2, next+1)
		fmt.Fprintf(&b, "%s%%%d:i64 = const %d\n%s%%%d:i64 = shl %%%d, %%%d\n%s%%%d:ptr.device = ptradd.device %%x.0, %%%d\n%s%%%d:%s = load.device %%%d\n",
			indent, next+3, shift, indent, next+4, next+2, next+3, indent, next+5, next+4, indent, next+6, kind, next+5)
		next += 7
		return fmt.Sprintf("%%%d", next-1)
	}
	fmt.Fprintf(&b, "  %%5:%s = const %d\n  %%6:%s = const %d\n  %%8:i64 = convert.u32 %%i.3\n  %%9:i64 = const %d\n  %%10:i64 = shl %%8, %%9\n  %%7:ptr.device = ptradd.device %%y.1, %%10\n", kind, rng.IntN(3), kind, rng.IntN(3), shift)
	fmt.Fprintf(&b, "  %%11:%s = mov %s\n  %%12:bool = %s.%s %%11, %%5\n", kind, load("  ", 0), pick("eq", "ne", "lt", "le"), kind)
	for range 1 + rng.IntN(4) {
		now := next
		next++
		switch rng.IntN(4) {
		case 0: // %12 && load
			b.WriteString("  if %12 {\n")
			fmt.Fprintf(&b, "    %%12:bool = %s.%s %s, %%6\n  }\n", pick("eq", "ne", "lt"), kind, load("    ", rng.IntN(5)))
		case 1: // %12 || load
			b.WriteString("  if %12 {\n  } else {\n")
			fmt.Fprintf(&b, "    %%12:bool = %s.%s %%6, %s\n  }\n", pick("eq", "ne", "lt"), kind, load("    ", rng.IntN(5)))
		case 2: // both assign, one after it was read
			b.WriteString("  if %12 {\n")
			fmt.Fprintf(&b, "    %%%d:%s = add %%11, %s\n    %%11:%s = %s %%%d, %%5\n  } else {\n    %%11:%s = xor %%11, %s\n    %%12:bool = lt.%s %%11, %%6\n  }\n",
				now, kind, load("    ", rng.IntN(5)), kind, pick("add", "sub", "mul"), now, kind, load("    ", rng.IntN(5)), kind)
		case 3: // within another
			b.WriteString("  if %12 {\n")
			fmt.Fprintf(&b, "    %%%d:bool = eq.%s %s, %%5\n    if %%%d {\n", now, kind, load("    ", rng.IntN(5)), now)
			fmt.Fprintf(&b, "      %%11:%s = %s\n    }\n  }\n", kind, "add %11, "+load("      ", rng.IntN(5)))
		}
	}
	fmt.Fprintf(&b, "  %%13:%s = select %%12, %%11, %%6\n  store.%s.device %%7, %%13\n", kind, kind)
	code := b.String()
	if rng.IntN(3) == 0 { // what one time assigns the next reads
		code = fmt.Sprintf("  %%14:u32 = const %d\n  %%15:u32 = const 1\n  loop {\n    %%16:bool = lt.u32 %%17, %%14\n    if %%16 {\n    } else {\n      break\n    }\n%s    %%17:u32 = add %%17, %%15\n  }\n", 1+rng.IntN(3), code)
	}
	return `func @f(%x.0:ptr.device, %y.1:ptr.device, %i.3:u32) {
` + code + `}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uchar" elem u8 size 1
  buffer 1 "y" device type "uchar" elem u8 size 1
  builtin thread_position_in_grid "i" u32 x1
}`
}

// Loads that run under no condition any longer give what interp gives, also where
// buffers end too early for that.
func TestStraight(t *testing.T) {
	const kernels = 200
	rng := rand.New(rand.NewPCG(1, 2))
	straight := 0
	for seed := range uint64(kernels) {
		source := straightProgram(rand.New(rand.NewPCG(seed, 0)))
		p := parse(t, source)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{}}
		if rng.IntN(3) == 0 {
			l.Grid[0], l.Threadgroup[0] = 1+rng.Uint32N(256), 1+rng.Uint32N(64)
		}
		in := make([]byte, 4*260)
		for i := range in {
			in[i] = byte(rng.Uint32N(3))
		}
		if rng.IntN(4) == 0 {
			in = in[:rng.IntN(len(in))]
		}
		l.Buffers[0] = exec.Buffer{Data: in[:len(in):len(in)], ReadOnly: true}
		run := func(e exec.Executor) []byte {
			out := make([]byte, 4*256)
			l.Buffers[1] = exec.Buffer{Data: out}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err, source)
			require.Equal(t, e.Name(), res.Executor, "%s %v\n%s", res.Fallback, res.Findings, source)
			return out
		}
		require.True(t, bytes.Equal(run(interp.Executor{}), run(Executor{})), "seed %d, %d threads by %d, x of %d bytes\n%s", seed, l.Grid[0], l.Threadgroup[0], len(in), source)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		if strings.Contains(text, "i16x8.eq") || strings.Contains(text, "i16x8.ne") || strings.Contains(text, "i16x8.l") {
			straight++ // no more bytes to a vector under conditions
		}
	}
	require.Greater(t, straight, kernels/16)
}

// A constant that one side of a choice assigns is a vector that is known, but not where the
// register is read that another path leaves zero.
func TestConstantArms(t *testing.T) {
	const kernel = `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.u32 %%i.2
  %%4:i64 = const 2
  %%5:i64 = shl %%3, %%4
  %%6:ptr.device = ptradd.device %%x.0, %%5
  %%7:f32 = load.device %s
  %%8:f32 = const 0.25
  %%9:bool = lt.f32 %%7, %%8
  %%10:f32 = const 3.0
  if %%9 {
    %%11:f32 = mov %%10
%s
  }
  %%13:ptr.device = ptradd.device %%y.1, %%5
  store.f32.device %%13, %s
  return
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem f32 size 4
  buffer 1 "y" device type "t" elem f32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`
	for _, c := range []struct{ from, arms, stored string }{
		{"%x.0", "", "%11"}, // the same for all threads
		{"%6", "", "%11"},
		{"%6", "    %12:f32 = mov %11\n  } else {\n    %12:f32 = add %7, %7", "%12"},
	} {
		p := parse(t, fmt.Sprintf(kernel, c.from, c.arms, c.stored))
		x := make([]byte, 4*256)
		for i := range x {
			x[i] = byte(i*i + 0x41) // the first is beyond the bound
		}
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{256, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}}
		var y [2][]byte
		for i, e := range []exec.Executor{interp.Executor{}, Executor{}} {
			y[i] = make([]byte, len(x))
			l.Buffers = map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y[i]}}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err)
			require.Equal(t, e.Name(), res.Executor)
		}
		require.Equal(t, y[0], y[1], c)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		if c.stored == "%12" {
			require.False(t, strings.Contains(text, "i8x16.swizzle"))
		}
	}
}

// A load that would be misaligned stays under its condition: what no thread loads is not reported.
func TestStraightAligned(t *testing.T) {
	for offset, straight := range map[int]bool{2: true, 3: false, 4: true} {
		p := parse(t, fmt.Sprintf(`func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.u32 %%i.2
  %%4:i64 = const 1
  %%5:i64 = shl %%3, %%4
  %%6:ptr.device = ptradd.device %%x.0, %%5
  %%7:u16 = load.device +32, %%6
  %%8:u16 = const 9
  %%9:bool = eq.u16 %%7, %%8
  if %%9 {
    %%7:u16 = load.device +%d, %%6
  }
  %%10:ptr.device = ptradd.device %%y.1, %%5
  store.u16.device %%10, %%7
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem u16 size 2
  buffer 1 "y" device type "t" elem u16 size 2
  builtin thread_position_in_grid "i" u32 x1
}`, offset))
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 256), ReadOnly: true}, 1: {Data: make([]byte, 256)}}}
		res, err := Executor{}.Run(context.Background(), p, l)
		require.NoError(t, err)
		require.Equal(t, "wasm", res.Executor)
		require.Empty(t, res.Findings, "+%d", offset)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		require.Equal(t, straight, strings.Contains(text, "i16x8.eq"), "+%d", offset)
	}
}
