package msl_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// exchange writes kernels whose threads hand elements to each other, mostly unchanged:
// between two barriers an array of threadgroup memory is read, or each thread stores to
// places of its own. Words that lie in pairs may be written in different phases.
type exchange struct {
	*rand.Rand
	strings.Builder
	typ   string
	outs  int  // regions of y, of two elements a thread
	whole bool // all threads of a threadgroup are there, N of them
	tiles bool // and have matrices
}

// values are the variables of a thread.
var values = []string{"v0", "v1", "v2", "v3"}

func (r *exchange) pick(of ...string) string { return of[r.IntN(len(of))] }

func (r *exchange) line(format string, args ...any) { fmt.Fprintf(r, format+"\n", args...) }

// places are one or two elements of 2*N that no other thread has.
func (r *exchange) places() []string {
	switch r.IntN(7) {
	case 0:
		return []string{"2 * t", "2 * t + 1"}
	case 1:
		return []string{"2 * t + 1", "2 * t"}
	case 2:
		return []string{"N - 1 - t", "t + N"}
	case 3:
		return []string{fmt.Sprintf("(t ^ %d)", 1<<r.IntN(6))}
	case 4:
		return []string{fmt.Sprintf("((t * %d + %d) & (N - 1))", 2*r.IntN(9)+1, r.IntN(9))}
	}
	return []string{"t"}
}

func (r *exchange) value() string {
	v := r.pick(values...)
	switch r.IntN(8) {
	case 0:
		return fmt.Sprintf("%s + T(%d)", v, r.IntN(3))
	case 1:
		return fmt.Sprintf("own[%s]", r.pick("t & 3", "n & 3", "1"))
	case 2:
		return fmt.Sprintf("(t & %d ? %s : %s)", 1<<r.IntN(5), v, r.pick(values...))
	}
	return v
}

func (r *exchange) store(to string) {
	if r.IntN(5) == 0 {
		to = fmt.Sprintf("if (t %s %d) %s", r.pick("<", ">", "!="), r.IntN(70), to)
	}
	r.line("%s = %s;", to, r.value())
}

func (r *exchange) phase() {
	for _, array := range []string{"a", "b"} {
		places := r.places()
		loads := r.IntN(2) == 0
		if !loads && r.tiles && r.IntN(3) == 0 {
			r.line("simdgroup_store(%s, %s + 64 * sg, 8%s);", r.pick("m0", "m1"), array, r.pick("", "", ", ulong2(0), true"))
			continue
		}
		for range 1 + r.IntN(3) {
			switch {
			case loads && r.tiles && r.IntN(2) == 0:
				r.line("simdgroup_load(%s, %s + 8 * sg, %s);", r.pick("m0", "m1"), r.pick(array, array, "x"), r.pick("8", "16", "24, ulong2(8, 2)", "8, ulong2(0), true"))
			case loads:
				r.line("%s = %s[%s];", r.pick(values...), array, r.pick(append(r.places(), "t + 1", "2 * t", "3", "t / 2", "t & 3", "t / 4 * 8 + t % 2")...))
			default:
				r.store(fmt.Sprintf("%s[%s]", array, places[r.IntN(len(places))]))
			}
		}
	}
	if r.tiles {
		r.line("%s", r.pick("", "", "if (sg < n) ", "if (sg == 1) ")+r.pick("{}", "m0.thread_elements()[0] = v1;", "v2 = m1.thread_elements()[1];", "simdgroup_multiply(m0, m1, m2);", "simdgroup_multiply_accumulate(m1, m0, m2, m1);", "m1 = m0;"))
	}
	switch r.IntN(6) {
	case 0, 1:
		if r.typ != "bool" && r.typ != "bfloat" && r.typ != "ulong" {
			f := r.pick("simd_shuffle_xor(%s, %d)", "simd_shuffle_up(%s, %d)", "simd_shuffle_down(%s, %d)", "simd_broadcast(%s, %d)", "quad_shuffle_xor(%s, %d & 3)", "quad_shuffle_up(%s, %d & 3)", "quad_broadcast(%s, %d & 3)")
			r.line("%s = "+f+";", r.pick(values...), r.pick(values...), 1<<r.IntN(5))
		}
	case 2:
		r.line("own[%s] = %s;", r.pick("t & 3", "n & 3", "1"), r.value())
	case 3:
		if r.typ == "uint" {
			r.line("for (uint i = 0; i < %s; i++) {\nswitch (v0 & 3) { case 0: v0 = v0 * 5 + simd_sum(v1 & i); continue; case 1: v1 ^= simd_max(v2); break; case 2: if (v3 & 4) continue; default: v2 += simd_broadcast_first(t); }", r.pick("n", "(t & 3)"))
			r.line("v0 = v0 / 3 + simd_sum(%s & 7);\n}", r.pick(values...))
		}
	case 4:
		r.line("atomic_fetch_add_explicit(&sums[%s], %s, memory_order_relaxed);", r.pick("0", "t & 3", "n & 3"), r.pick("1", "t", "n"))
	}
	if r.IntN(2) == 0 {
		r.store(fmt.Sprintf("y[%d * N + %s]", 2*r.IntN(r.outs), r.pick("2 * t", "2 * t + 1", "t", "t + N")))
	}
	r.line("threadgroup_barrier(mem_flags::mem_threadgroup | mem_flags::mem_device);")
}

func (r *exchange) kernel() string {
	r.line("#include <metal_stdlib>\nusing namespace metal;\ntypedef %s T;", r.typ)
	r.line("kernel void k(const device T *x [[buffer(0)]], device T *y [[buffer(1)]], constant uint &n [[buffer(2)]], uint t [[thread_index_in_threadgroup]], uint3 g [[threadgroup_position_in_grid]], uint3 s [[threads_per_threadgroup]], uint sg [[simdgroup_index_in_threadgroup]]) {")
	r.line("const uint N = %d;\nthreadgroup T a[2 * N], b[2 * N];\nthreadgroup atomic_uint sums[4];", threadsOf)
	around := []string{"", "", "", "for (uint i = 0; i < 2; i++)", "for (uint i = 0; i < n; i++)", "for (uint i = 0; ; i++)", "if (n > 1)"}
	r.line("T v0 = x[t], v1 = x[2 * t], v2 = x[2 * t + 1], v3 = x[N - 1 - t], own[4] = {v0, v1, v2, v3};")
	if r.whole {
		r.line("a[t] = v0; a[t + N] = v1; b[2 * t] = v2; b[2 * t + 1] = v3;\nif (t < 4) atomic_store_explicit(&sums[t], 0, memory_order_relaxed);")
	} else {
		r.line("for (uint i = t; i < 2 * N; i += s.x * s.y * s.z) { a[i] = x[i]; b[i] = x[2 * N - 1 - i]; }\nif (t == 0) for (uint i = 0; i < 4; i++) atomic_store_explicit(&sums[i], 0, memory_order_relaxed);")
	}
	if r.IntN(2) == 0 || !r.whole {
		r.line("y += %d * N * (4 * g.y + g.x);", 2*r.outs+6)
		around = append(around, "if (g.x > 0)")
	}
	if r.tiles {
		r.line("simdgroup_matrix<T, 8, 8> m0 = make_filled_simdgroup_matrix<T, 8, 8>(T(2)), m1, m2;\nsimdgroup_load(m1, x, 16);\nsimdgroup_load(m2, x + 64, 8);")
		r.line("m2.thread_elements()[0] *= T(0.125f);\nm2.thread_elements()[1] *= T(0.125f);")
	}
	r.line("threadgroup_barrier(mem_flags::mem_threadgroup);")
	for range 2 + r.IntN(4) {
		head := r.pick(around...)
		if head == "" {
			r.phase()
			continue
		}
		r.line("%s {", head)
		r.phase()
		if strings.HasSuffix(head, "; ; i++)") {
			r.line("if (i == %s) break;", r.pick("1", "n"))
		}
		r.phase()
		r.line("}")
	}
	for i, v := range values {
		r.line("y[%d * N + t] = %s;", 2*r.outs+i, v)
	}
	r.line("y[%d * N + t] = T(atomic_load_explicit(&sums[t & 3], memory_order_relaxed) & 63);\n}", 2*r.outs+4)
	return r.String()
}

const threadsOf = 128

func checkExchange(t *testing.T, seed uint64) {
	r := &exchange{Rand: rand.New(rand.NewPCG(seed, 5)), outs: 3, whole: seed%2 == 0}
	r.typ = r.pick("uint", "uint", "float", "half", "half", "bfloat", "uchar", "char", "short", "ushort", "ulong", "bool", "uint2", "uint4", "float3", "half2", "uchar4")
	r.tiles = r.whole && (r.typ == "float" || r.typ == "half" || r.typ == "bfloat")
	text := r.kernel()
	x := make([]byte, 2*threadsOf*16)
	for i := range x {
		x[i] = byte(r.Uint32())
	}
	for i := 0; i < len(x); i += 2 {
		switch {
		case strings.HasPrefix(r.typ, "float"), strings.HasPrefix(r.typ, "half"), r.typ == "bfloat": // no NaNs, whose bits may differ
			binary.LittleEndian.PutUint16(x[i:], uint16(0x3c00+r.IntN(512)))
		case r.typ == "bool":
			binary.LittleEndian.PutUint16(x[i:], uint16(r.IntN(2)<<8+r.IntN(2)))
		}
	}
	l := exec.Launch{Grid: exec.Dim{2 * threadsOf, 1, 1}, Threadgroup: exec.Dim{threadsOf, 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, 8*12*threadsOf*16)}, 2: {Data: []byte{3, 0, 0, 0}, ReadOnly: true}}}
	if !r.whole {
		l.Threadgroup = []exec.Dim{{1, 1, 1}, {31, 1, 1}, {33, 1, 1}, {96, 1, 1}, {128, 1, 1}, {7, 5, 1}, {8, 4, 4}, {3, 3, 3}}[r.IntN(8)]
		l.Grid = exec.Dim{l.Threadgroup[0]*2 + r.Uint32N(3), l.Threadgroup[1] + r.Uint32N(2), l.Threadgroup[2]}
		if r.IntN(3) > 0 {
			l.Grid = exec.Dim{2 * l.Threadgroup[0], l.Threadgroup[1], l.Threadgroup[2]}
		}
	}
	agree(t, text, l, fmt.Sprint("seed ", seed))
}

// TestExchanges compares the executors on such kernels.
func TestExchanges(t *testing.T) {
	for seed := range uint64(60) {
		checkExchange(t, seed)
	}
}

func FuzzExchanges(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { checkExchange(t, seed) })
}
