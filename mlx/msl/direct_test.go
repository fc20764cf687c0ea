package msl_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// naming writes kernels whose argument buffer names arrays, which launches know: in
// places that constants say, and in some that only numbers do. What "own" names each
// thread stores its element to; that may be y.
type naming struct {
	*rand.Rand
	strings.Builder
	vars []string
	next int
}

func (r *naming) pick(of ...string) string { return of[r.IntN(len(of))] }

func (r *naming) line(format string, args ...any) { fmt.Fprintf(r, format+"\n", args...) }

func (r *naming) number() string {
	return r.pick("at", "at", "at / 3", "k[1]", "k[2]", "at * k[1]", "5", "0", "s & 31", "at ^ 1")
}

func (r *naming) cond() string {
	return r.pick("k[1] > 2", "at & 1", "at > 40", "s & 4", r.pointer()+" == "+r.pointer(), r.pointer()+" != nullptr", "!"+r.pointer())
}

func (r *naming) pointer() string {
	of := append([]string{"x", "a->in[0]", "a->in[1]", "a->in[2]", "a[1].in[0]", "b->in[1]", "b->in[0]"}, r.vars...)
	if r.IntN(12) == 0 {
		return fmt.Sprintf("a->in[(%s) & 3]", r.number())
	}
	return r.pick(of...)
}

func (r *naming) statement(depth int) {
	switch r.IntN(10) {
	case 0, 1:
		p := r.pointer()
		if r.IntN(3) == 0 {
			p = fmt.Sprintf("(%s) ? %s : %s", r.cond(), p, r.pick(r.pointer(), "nullptr"))
		}
		r.next++
		r.line("device uint *v%d = %s;", r.next, p)
		r.vars = append(r.vars, fmt.Sprintf("v%d", r.next))
	case 2:
		if len(r.vars) > 0 {
			r.line("if (%s) %s = %s;", r.cond(), r.pick(r.vars...), r.pointer())
		}
	case 3:
		if len(r.vars) > 0 {
			r.line("%s += %s & 3;", r.pick(r.vars...), r.number())
		}
	case 4:
		r.line("%s", r.pick("a->own[at] = s;", "a->own[at] += 3;", "s ^= a->own[at];", "y[at] = s * 3;", "s += y[at];", "b->own[at] ^= s;"))
	case 5:
		if depth < 2 {
			kept := len(r.vars)
			r.line("%s {", r.pick("if ("+r.cond()+")", "for (uint j = 0; j < (k[1] & 3); j++)", "for (uint j = 0; j < (at & 3); j++)"))
			r.statement(depth + 1)
			r.statement(depth + 1)
			r.line("}")
			r.vars = r.vars[:kept]
		}
	case 6:
		if depth == 0 {
			r.line("%s", r.pick("b++;", "a += k[3] & 1;", "b = a;", "swap = a; a = b; b = swap;"))
		}
	default:
		r.line("{ device uint *p = %s; if (p) s = s * 31 + p[(%s) & %s]; }", r.pointer(), r.number(), r.pick("15", "31", "3"))
	}
}

func (r *naming) kernel() string {
	space := r.pick("constant", "device")
	r.line("#include <metal_stdlib>\nusing namespace metal;\nstruct Args { array<device uint*, 4> in; device uint *own; };")
	r.line("kernel void f(%[1]s Args *a [[buffer(0)]], device uint *x [[buffer(1)]], device uint *y [[buffer(2)]], %[1]s Args *b [[buffer(3)]], constant uint *k [[buffer(4)]], uint at [[thread_position_in_grid]]) {", space)
	r.line("%s Args *swap;\nuint s = at;", space)
	for range 3 + r.IntN(8) {
		r.statement(0)
	}
	r.line("y[at] = s;\n}")
	return r.String()
}

func (r *naming) launch() exec.Launch {
	words := func(n int) exec.Buffer {
		data := make([]byte, 4*n)
		for i := range n {
			binary.LittleEndian.PutUint32(data[4*i:], r.Uint32()>>r.IntN(30))
		}
		return exec.Buffer{Data: data}
	}
	l := exec.Launch{Threadgroup: exec.Dim{[]uint32{64, 31, 128, 1, 1024}[r.IntN(5)], 1, 1}, Grid: exec.Dim{1 + r.Uint32N(200), 1, 1}}
	threads := int(l.Grid[0])
	l.Buffers = map[int]exec.Buffer{0: {Data: make([]byte, 120)}, 3: {Data: make([]byte, 120)}, 1: words(64), 2: words(threads), 4: words(4), 9: words(32 + r.IntN(20)), 12: words(r.IntN(64)), 13: words(threads)}
	holders := []int{0, 3}
	if r.IntN(3) == 0 { // both arguments are one
		l.Buffers[3], holders = l.Buffers[0], holders[r.IntN(2):][:1]
	}
	for _, i := range []int{0, 3, 4, 9, 12, 1} {
		b := l.Buffers[i]
		b.ReadOnly = i == 4 || r.IntN(4) > 0 && (i == 0 || i == 3) || r.IntN(4) == 0
		l.Buffers[i] = b
	}
	own := []int{2, 13}[r.IntN(2)]
	for _, in := range holders {
		for i := range 15 {
			switch {
			case i%5 == 4:
				l.Pointers = append(l.Pointers, exec.Pointer{In: in, Offset: 8 * i, To: own})
			case r.IntN(8) > 0:
				l.Pointers = append(l.Pointers, exec.Pointer{In: in, Offset: 8 * i, To: []int{9, 12, 1}[r.IntN(3)]})
			}
		}
	}
	return l
}

func checkNaming(t *testing.T, seed uint64) (clean bool) {
	r := &naming{Rand: rand.New(rand.NewPCG(seed, 11))}
	text, l := r.kernel(), r.launch()
	found := compare(t, text, l, fmt.Sprint("seed ", seed))
	require.Equal(t, len(found[0]) > 0, len(found[1]) > 0, "seed %d: interp finds %v, wasm %v: %s", seed, found[0], found[1], text)
	return len(found[0]) == 0
}

// TestNaming compares the executors on such kernels.
func TestNaming(t *testing.T) {
	clean := 0
	const kernels = 60
	for seed := range uint64(kernels) {
		if checkNaming(t, seed) {
			clean++
		}
	}
	require.Greater(t, clean, kernels/4)
	require.Less(t, clean, kernels)
}

// TestManyAddresses: more buffers than a kernel can name are reached all the same, and
// what is stored to them is noted.
func TestManyAddresses(t *testing.T) {
	const threads = 70
	for _, n := range []int{30, 31, 40} {
		var sum strings.Builder
		for i := range n {
			fmt.Fprintf(&sum, " s = s * 31 + a.in[%d][at];", i)
		}
		text := fmt.Sprintf(`#include <metal_stdlib>
using namespace metal;
struct Args { array<device uint*, %d> in; };
kernel void f(constant Args &a [[buffer(0)]], device uint *y [[buffer(1)]], uint at [[thread_position_in_grid]]) {
	uint s = at;%s
	y[at] = s;
	if (at %% 3) a.in[%d][at] = s;
}`, n, &sum, n-1)
		p := msl.Compile("f.metal", text, msl.Options{Version: 400}).Program
		require.NotNil(t, p)
		var after [2]map[int]exec.Buffer
		for k, x := range []exec.Executor{interp.Executor{}, wasm.Executor{}} {
			l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, Buffers: map[int]exec.Buffer{
				0: {Data: make([]byte, 8*n), ReadOnly: true}, 1: {Data: make([]byte, 4*threads), Written: make([]uint64, (4*threads+63)/64)}}}
			for i := range n {
				l.Buffers[2+i] = exec.Buffer{Data: bytes.Repeat([]byte{byte(i), 3, byte(7 * i), 0}, threads), Written: make([]uint64, (4*threads+63)/64)}
				l.Pointers = append(l.Pointers, exec.Pointer{In: 0, Offset: 8 * i, To: 2 + i})
			}
			r, err := x.Run(t.Context(), p, l)
			require.NoError(t, err)
			require.Equal(t, x.Name(), r.Executor, r.Fallback)
			require.Empty(t, r.Findings)
			after[k] = l.Buffers
		}
		require.Equal(t, after[0], after[1])
	}
}

func FuzzNaming(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { checkNaming(t, seed) })
}
