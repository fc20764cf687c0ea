package wasm

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// togetherProgram makes a kernel of which each thread loads some elements beside where its
// own index says, in any order, before and behind a store, and some under a condition; or that
// moves in between. Some indices are bent at an edge, which is known before, and some have a term in common. With own the store is to the third of eight elements that nobody else accesses.
func togetherProgram(rng *rand.Rand, own bool) string {
	var b strings.Builder
	kind, factor, shift := []string{"u8", "i16", "u32", "f32", "u64"}[rng.IntN(5)], 1+rng.IntN(4), 2
	if own {
		kind, factor, shift = "u32", 1, 5
	}
	size := map[string]int{"u8": 1, "i16": 2, "u32": 4, "f32": 4, "u64": 8}[kind]
	of := []string{"u32", "i32", "u8"}[rng.IntN(3)]
	if own {
		of = "i32"
	}
	fmt.Fprintf(&b, `func @f(%%n.0:ptr.device, %%x.1:ptr.device, %%y.2:ptr.device, %%z.3:ptr.device, %%i.4:u32) {
  %%5:i64 = convert.u32 %%i.4
  %%6:i64 = const 2
  %%7:i64 = shl %%5, %%6
  %%8:ptr.device = ptradd.device %%n.0, %%7
  %%9:ptr.device = ptradd.device %%y.2, %%7
  %%15:i64 = const %[3]d
  %%16:i64 = shl %%5, %%15
  %%14:ptr.device = ptradd.device %%z.3, %%16
  %%17:u32 = load.device %%8
  %%10:%[1]s = convert.u32 %%17
  %%11:%[1]s = const %[2]d
  %%12:%[1]s = mul %%10, %%11
  %%13:u32 = const 0
`, of, factor, shift)
	next := 20
	moved := rng.IntN(4) == 0 && !own
	indices := []string{"%12"}
	for range 3 * rng.IntN(2) {
		if moved || own {
			break
		}
		edge := []int{3, 9, 23, 69, 200}[rng.IntN(5)]
		fmt.Fprintf(&b, "  %%%[1]d:%[2]s = const %[3]d\n  %%%[4]d:%[2]s = add %%12, %%%[1]d\n  %%%[5]d:%[2]s = const %[6]d\n  %%%[7]d:%[2]s = %[8]s %%%[4]d, %%%[5]d\n",
			next, of, rng.IntN(4)-1, next+1, next+2, edge, next+3, []string{"min", "max"}[rng.IntN(2)])
		indices = append(indices, fmt.Sprintf("%%%d", next+3))
		next += 4
	}
	fmt.Fprintf(&b, "  %%%[1]d:u32 = const 3\n  %%%[2]d:u32 = and %%i.4, %%%[1]d\n  %%%[3]d:%[4]s = convert.u32 %%%[2]d\n", next, next+1, next+2, of)
	term, summed := fmt.Sprintf("%%%d", next+2), rng.IntN(2) == 0 && !moved && !own
	next += 3
	load := func() {
		at, imm := indices[rng.IntN(len(indices))], 0
		if c := rng.IntN(7) - 2; c != 0 && !moved {
			fmt.Fprintf(&b, "  %%%d:%s = const %d\n  %%%d:%s = add %s, %%%d\n", next, of, c, next+1, of, at, next)
			at = fmt.Sprintf("%%%d", next+1)
		}
		if summed {
			fmt.Fprintf(&b, "  %%%d:%s = add %s, %s\n", next+9, of, term, at)
			at = fmt.Sprintf("%%%d", next+9)
		}
		if rng.IntN(3) == 0 && !own {
			imm = size * (rng.IntN(4) - 1)
		}
		fmt.Fprintf(&b, "  %%%[1]d:i64 = convert.%[2]s %[3]s\n  %%%[4]d:i64 = const %[5]d\n  %%%[6]d:i64 = mul %%%[1]d, %%%[4]d\n  %%%[7]d:ptr.device = ptradd.device %%x.1, %%%[6]d\n", next+2, of, at, next+3, size, next+4, next+5)
		fmt.Fprintf(&b, "  %%%d:%s = load.device +%d, %%%d\n", next+6, kind, imm, next+5)
		if kind == "f32" {
			fmt.Fprintf(&b, "  %%%d:u32 = bitcast.f32 %%%d\n", next+7, next+6)
		} else {
			fmt.Fprintf(&b, "  %%%d:u32 = convert.%s %%%d\n", next+7, kind, next+6)
		}
		fmt.Fprintf(&b, "  %%%d:u32 = add %%13, %%13\n  %%13:u32 = xor %%%d, %%%d\n", next+8, next+8, next+7)
		next += 10
	}
	for range 2 + rng.IntN(4) {
		load()
		if moved {
			fmt.Fprintf(&b, "  %%%d:%s = const %d\n  %%12:%s = xor %%12, %%%d\n", next, of, 1+rng.IntN(7), of, next)
			next++
		}
		if rng.IntN(6) == 0 {
			b.WriteString("  store.u32.device +8, %14, %13\n")
		}
	}
	if rng.IntN(2) == 0 {
		fmt.Fprintf(&b, "  %%%d:%s = const 40\n  %%%d:bool = lt.%s %%12, %%%d\n  if %%%d {\n", next, of, next+1, of, next, next+1)
		next += 2
		for range 1 + rng.IntN(4) {
			load()
		}
		b.WriteString("  }\n")
	}
	return strings.ReplaceAll(b.String(), "+-", "-") + `  store.u32.device %9, %13
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "n" device readonly type "int" elem i32 size 4
  buffer 1 "x" device type "t" elem ` + kind + fmt.Sprintf(" size %d", size) + `
  buffer 2 "y" device type "uint" elem u32 size 4
  buffer 3 "z" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`
}

// Elements beside each other that indices name are those of interp, within bounds, at both
// ends of a buffer, beyond them, and where indices wrap; also where a store is into the buffer.
func TestLoadsTogether(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	together, faults := 0, 0
	for range 400 {
		own := rng.IntN(3) == 0
		text := togetherProgram(rng, own)
		p := parse(t, text)
		const n = 70
		span, far := []uint32{10, 24, 70}[rng.IntN(3)], rng.IntN(3) == 0
		indices, x := make([]byte, 4*n), make([]byte, 80*8)
		for i := range n {
			v := 1 + rng.Uint32N(span)
			if own {
				v = 8*uint32(i) + 2
			} else if far && rng.IntN(20) == 0 {
				v = []uint32{255, ^uint32(0), 1<<31 - 1, 1 << 31, 1 << 30, 0, ^uint32(0) / 3}[rng.IntN(7)]
			}
			binary.LittleEndian.PutUint32(indices[4*i:], v)
		}
		if own {
			x = make([]byte, 32*n)
		}
		for i := range x {
			x[i] = byte(rng.Uint32())
		}
		run := func(e exec.Executor) (exec.Result, []byte, []byte) {
			y, z, x := make([]byte, 4*n), make([]byte, 4*n+8), bytes.Clone(x)
			if own {
				z = x
			}
			res, err := e.Run(t.Context(), p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{n, 1, 1}, Threadgroup: exec.Dim{24, 1, 1},
				Buffers: map[int]exec.Buffer{0: {Data: indices, ReadOnly: true}, 1: {Data: x, ReadOnly: !own}, 2: {Data: y}, 3: {Data: z}}})
			require.NoError(t, err)
			require.Equal(t, e.Name(), res.Executor, res.Fallback)
			return res, y, z
		}
		slow, wantY, wantZ := run(interp.Executor{})
		fast, gotY, gotZ := run(Executor{})
		require.Equal(t, len(slow.Findings) > 0, len(fast.Findings) > 0, text)
		if len(slow.Findings) > 0 { // interp runs it once more
			faults++
			continue
		}
		together++
		require.Equal(t, wantY, gotY, text)
		require.Equal(t, wantZ, gotZ, text)
	}
	require.Greater(t, together, 100)
	require.Greater(t, faults, 50)
}
