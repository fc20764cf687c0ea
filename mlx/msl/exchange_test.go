package msl_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// exchange writes kernels whose threads hand elements to each other, mostly unchanged:
// between two barriers an array of threadgroup memory is read, or each thread stores to
// places of its own. Words that lie in pairs may be written in different phases.
type exchange struct {
	*rand.Rand
	strings.Builder
	typ  string
	outs int // regions of y, of two elements a thread
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
	switch r.IntN(6) {
	case 0:
		return fmt.Sprintf("%s + T(%d)", v, r.IntN(3))
	case 1:
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
		for range 1 + r.IntN(3) {
			switch {
			case loads:
				r.line("%s = %s[%s];", r.pick(values...), array, r.pick(append(r.places(), "t + 1", "2 * t", "3")...))
			default:
				r.store(fmt.Sprintf("%s[%s]", array, places[r.IntN(len(places))]))
			}
		}
	}
	if r.typ == "uint" && r.IntN(3) == 0 {
		r.line("%s = simd_shuffle_%s(%s, %d);", r.pick(values...), r.pick("xor", "up", "down"), r.pick(values...), 1<<r.IntN(5))
	}
	if r.IntN(2) == 0 {
		r.store(fmt.Sprintf("y[%d * N + %s]", 2*r.IntN(r.outs), r.pick("2 * t", "2 * t + 1", "t", "t + N")))
	}
	r.line("threadgroup_barrier(mem_flags::mem_threadgroup | mem_flags::mem_device);")
}

func (r *exchange) kernel() string {
	r.line("#include <metal_stdlib>\nusing namespace metal;\ntypedef %s T;", r.typ)
	r.line("kernel void k(const device T *x [[buffer(0)]], device T *y [[buffer(1)]], constant uint &n [[buffer(2)]], uint t [[thread_position_in_threadgroup]]) {")
	r.line("const uint N = %d;\nthreadgroup T a[2 * N], b[2 * N];", threadsOf)
	r.line("T v0 = x[t], v1 = x[2 * t], v2 = x[2 * t + 1], v3 = x[N - 1 - t];\na[t] = v0; a[t + N] = v1; b[2 * t] = v2; b[2 * t + 1] = v3;")
	r.line("threadgroup_barrier(mem_flags::mem_threadgroup);")
	for range 2 + r.IntN(4) {
		loop := r.IntN(4) == 0
		if loop {
			r.line("for (uint i = 0; i < %s; i++) {", r.pick("2", "n"))
		}
		r.phase()
		if loop {
			r.phase()
			r.line("}")
		}
	}
	for i, v := range values {
		r.line("y[%d * N + %s] = %s;", 2*r.outs+i, "t", v)
	}
	r.line("}")
	return r.String()
}

const threadsOf = 128

// TestExchanges compares the executors on such kernels.
func TestExchanges(t *testing.T) {
	for seed := range uint64(40) {
		r := &exchange{Rand: rand.New(rand.NewPCG(seed, 5)), outs: 3}
		r.typ = r.pick("uint", "uint", "float", "half", "uchar", "ushort", "uint2", "uint4", "ulong", "uchar4")
		text := r.kernel()
		x := make([]byte, 2*threadsOf*16)
		for i := range x {
			x[i] = byte(r.Uint32())
		}
		if r.typ == "float" || r.typ == "half" { // no NaNs, whose bits may differ
			for i := 0; i < len(x); i += 2 {
				binary.LittleEndian.PutUint16(x[i:], uint16(0x3c00+r.IntN(512)))
			}
		}
		l := exec.Launch{Grid: exec.Dim{2 * threadsOf, 1, 1}, Threadgroup: exec.Dim{threadsOf, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, 10*threadsOf*16)}, 2: {Data: []byte{3, 0, 0, 0}, ReadOnly: true}}}
		none := map[exec.FindingKind]bool{}
		require.Equal(t, [2]map[exec.FindingKind]bool{none, none}, compare(t, text, l, fmt.Sprint(seed)), text)
	}
}
