package msl_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

// pointing writes kernels that keep pointers in memory of all kinds, take them for
// numbers and make them of numbers, right ones and wrong ones, and that have packed
// structures in thread memory.
type pointing struct {
	*rand.Rand
	strings.Builder
	device []string // variables that are pointers to uint,
	thread []string
	group  []string
	ints   []string
	next   int
	forges bool // one SIMD-group's vector runs, which may store anywhere
}

func pick(r *pointing, of ...string) string { return of[r.IntN(len(of))] }

func (r *pointing) line(format string, args ...any) { fmt.Fprintf(r, format+"\n", args...) }

func (r *pointing) name(list *[]string) string {
	r.next++
	v := fmt.Sprintf("v%d", r.next)
	*list = append(*list, v)
	return v
}

// number is a small one that varies or does not.
func (r *pointing) number() string {
	return pick(r, append([]string{"at", "at", "p.x", "lid", "k[1]", "k[2]", "at / 3", "at * k[1]", "(at ^ k[2])", "5", "0", "lid >> 2", "group"}, r.ints...)...)
}

// to is a pointer of device memory, thread a pointer of a thread's, group of a
// threadgroup's.
func (r *pointing) to() string {
	e := pick(r, append([]string{"x", "a.in[1]", "a.more", fmt.Sprintf("a.in[(%s) & 3]", r.number()), fmt.Sprintf("a.in[%s & 3]", r.number()),
		fmt.Sprintf("kept[(%s) & 3]", r.number()), "mine[1]", fmt.Sprintf("shared[(%s) & 31]", r.number())}, r.device...)...)
	switch r.IntN(8) {
	case 0:
		return fmt.Sprintf("(%s + (%s & 15))", e, r.number())
	case 1:
		return fmt.Sprintf("((device uint*)(ulong(%s) + 4 * (%s & 7)))", e, r.number())
	case 2:
		return fmt.Sprintf("(%s ? %s : %s)", r.cond(), e, pick(r, append([]string{"x", "(device uint*)nullptr", "x + 2"}, r.device...)...))
	}
	return e
}

func (r *pointing) own() string {
	return pick(r, append([]string{"array + 1", "other", "mineToo[k[1] & 1]", fmt.Sprintf("mineToo[%s & 1]", r.number()), "(thread uint*)(ulong(&array[2]))"}, r.thread...)...)
}

func (r *pointing) shared() string {
	return pick(r, append([]string{"tile", fmt.Sprintf("tile + (%s & 7)", r.number()), "(threadgroup uint*)ulong(&tile[4])"}, r.group...)...)
}

func (r *pointing) cond() string {
	switch r.IntN(5) {
	case 0:
		return fmt.Sprintf("(%s) %s (%s)", r.any(), pick(r, "<", "<=", "==", "!=", ">"), r.any())
	case 1:
		return fmt.Sprintf("(%s) %s nullptr", r.any(), pick(r, "==", "!="))
	}
	return fmt.Sprintf("(%s) %s %s", r.number(), pick(r, "<", ">=", "=="), pick(r, "k[1]", "3", "lid", "20"))
}

// any is a pointer of device memory without a comparison in it.
func (r *pointing) any() string {
	return pick(r, append([]string{"x", "y", "a.in[2]", "a.more", "kept[at & 3]", "(device uint*)k0"}, r.device...)...)
}

func (r *pointing) value() string {
	at := fmt.Sprintf("(%s) & %s", r.number(), pick(r, "15", "31", "3"))
	switch r.IntN(15) {
	case 14:
		return fmt.Sprintf("uint(odd[(%s) %% 3].%s)", r.number(), pick(r, "a", "b", "c", "c >> 32", "d"))
	case 0:
		return fmt.Sprintf("uint(ulong(%s) >> %s)", pick(r, r.to(), r.own(), r.shared()), pick(r, "0", "32", "40", "48"))
	case 1:
		return fmt.Sprintf("uint(%s - %s)", r.any(), r.any())
	case 2:
		return fmt.Sprintf("uint(%s)", r.cond())
	case 3:
		return fmt.Sprintf("(%s)[%s & 1]", r.own(), r.number())
	case 4:
		return fmt.Sprintf("(%s)[%s & 3]", r.shared(), r.number())
	case 5:
		return fmt.Sprintf("((device %s*)%s)[%s]", pick(r, "uchar", "ushort", "short", "ulong"), pick(r, "x", "a.in[0]", "a.more"), at)
	case 6:
		return fmt.Sprintf("((device packed_uint3*)%s)[%s].z", r.to(), at)
	case 7:
		return fmt.Sprintf("as_type<uint>(((device float*)%s)[%s])", r.to(), at)
	}
	return fmt.Sprintf("(%s)[%s]", r.to(), at)
}

func (r *pointing) statement(depth int) {
	switch k := r.IntN(20); {
	case k < 3:
		e := r.to()
		r.line("device uint* %s = %s;", r.name(&r.device), e)
	case k == 3 && len(r.device) > 0:
		r.line("if (%s) %s = %s;", r.cond(), pick(r, r.device...), r.to())
	case k == 4 && len(r.device) > 0:
		r.line("%s += %s & 7;", pick(r, r.device...), r.number())
	case k == 5:
		r.line("kept[(%s) & 3] = %s;", r.number(), r.to())
	case k == 6:
		r.line("mine[%s] = %s;", pick(r, "0", "1", "k[1] & 1"), r.to())
	case k == 7 && depth == 0:
		r.line("threadgroup_barrier(mem_flags::mem_threadgroup); if (lid < 32) shared[lid] = x + (lid ^ 1); threadgroup_barrier(mem_flags::mem_threadgroup);")
	case k == 8:
		e := r.own()
		r.line("thread uint* %s = %s;", r.name(&r.thread), e)
	case k == 9:
		r.line("(%s)[%s & 1] = s;", r.own(), r.number())
	case k == 10:
		e := r.shared()
		r.line("threadgroup uint* %s = %s;", r.name(&r.group), e)
	case k == 11 && depth < 2:
		d, t, g := len(r.device), len(r.thread), len(r.group)
		r.line("for (uint j = 0; j < (%s & 3); j++) {", r.number())
		r.line("s ^= (%s)[(%s + j) & 15];", r.to(), r.number())
		r.statement(depth + 1)
		r.line("}")
		r.device, r.thread, r.group = r.device[:d], r.thread[:t], r.group[:g]
	case k == 12 && depth < 2:
		d, t, g := len(r.device), len(r.thread), len(r.group)
		r.line("if (%s) {", r.cond())
		r.statement(depth + 1)
		r.statement(depth + 1)
		r.line("}")
		r.device, r.thread, r.group = r.device[:d], r.thread[:t], r.group[:g]
	case k == 13:
		r.line("*(device uint*)(ulong(y) + 4 * at) = s;")
	case k == 14:
		r.line("atomic_fetch_add_explicit((device atomic_uint*)%s, 3u, memory_order_relaxed);", pick(r, "c", fmt.Sprintf("(ulong(c) + 4 * (%s & 3))", r.number())))
	case k == 15:
		r.line("part = ((device Part*)%s)[%s & 3]; s += part.of[1];", r.to(), r.number())
	case k == 16 && r.forges:
		r.forge()
	case k == 16:
		r.line("odd[(%s) %% 3].%s %s= s;", r.number(), pick(r, "a", "b", "c", "d"), pick(r, "", "^", "+"))
	case k == 18:
		r.line("odd[(%s) %% 3] = odd[(%s) %% 3];", r.number(), pick(r, "2", r.number()))
	case k == 17 && depth == 0:
		e := r.value()
		v := r.name(&r.ints)
		r.line("uint %s = %s;", v, e)
	default:
		r.line("s = s * 31 + %s;", r.value())
	}
}

// forge accesses what a number happens to be.
func (r *pointing) forge() {
	number := fmt.Sprintf("(forged[%s & 31] + 4 * (%s & 3))", r.number(), r.number())
	if r.IntN(3) == 0 {
		number = fmt.Sprintf("(ulong(%s) + (ulong(%s & 3) << 48) - 4 * (%s & 1))", r.any(), r.number(), r.number())
	}
	space := pick(r, "device", "device", "device", "thread", "threadgroup")
	kind := pick(r, "uint", "uint", "ushort", "uchar", "uint2", "uint4", "ulong", "packed_uint3", "Part")
	at := fmt.Sprintf("*(%s %s*)%s", space, kind, number)
	switch {
	case r.IntN(3) == 0 && kind == "Part":
		r.line("%s = part;", at)
	case r.IntN(3) == 0 && (kind == "uint" || kind == "ushort" || kind == "uchar" || kind == "ulong"):
		r.line("%s = s;", at)
	case kind == "Part":
		r.line("part = %s; s += part.of[2];", at)
	case kind == "uint2" || kind == "uint4" || kind == "packed_uint3":
		r.line("{ %s wide = %s; s = s * 31 + wide.x + wide.y; }", kind, at)
	case kind == "uint" && space == "device" && r.IntN(2) == 0:
		// Not of thread memory, where Metal has no atomics and wasm none either.
		r.line("s += atomic_fetch_%s_explicit((device atomic_uint*)(ulong(%s) + 4 * (%s & 7)), s, memory_order_relaxed);", pick(r, "add", "xor", "max"), r.any(), r.number())
	default:
		r.line("s = s * 31 + uint(%s);", at)
	}
}

func (r *pointing) kernel() string {
	r.line(`#include <metal_stdlib>
using namespace metal;
struct Args { array<device uint*, 4> in; device uint* more; };
struct Part { uint of[3]; };
struct __attribute__((packed)) Odd { uchar a; uint b; ulong c; ushort d; };
constant uint table[4] = {3, 1, 4, 1};
kernel void f(%s Args& a [[buffer(0)]], device uint* x [[buffer(1)]], device uint* y [[buffer(2)]], device ulong* n [[buffer(3)]], constant uint* k [[buffer(4)]],
  device atomic_uint* c [[buffer(5)]], device const ulong* forged [[buffer(6)]],
  uint3 p [[thread_position_in_grid]], uint lid [[thread_index_in_threadgroup]], uint3 groups [[threadgroup_position_in_grid]]) {
threadgroup uint tile[16];
device uint* threadgroup shared[32];
uint at = p.x, group = groups.x, s = table[at & 3];
ulong k0 = k[0];
for (uint i = 0; i < 32; i++) if (lid == 0) shared[i] = x + i;
if (lid == 0) for (uint i = 0; i < 16; i++) tile[i] = i * 3;
threadgroup_barrier(mem_flags::mem_threadgroup);
uint array[4] = {1, 2, 3, at}, other[3] = {at, 5, 6};
Part part = {{1, 2, 3}};
Odd odd[3] = {{1, 2, 3, 4}, {5, at, ~0ul, 6}, {7, 8, at * 0x123456789ul, 9}};
device uint* kept[4] = {x, x + (at & 3), nullptr, a.more};
thread uint* mineToo[2] = {array, other};
device uint* device* mine = (device uint* device*)(n + 4 * at);
mine[0] = a.in[at & 3]; mine[1] = x;`, pick(r, "constant", "device"))
	for range 3 + r.IntN(8) {
		r.statement(0)
	}
	r.line("threadgroup_barrier(mem_flags::mem_threadgroup);")
	r.line("n[4 * at + 2] = ulong(%s); n[4 * at + 3] = ulong(%s);", r.to(), pick(r, r.own(), r.shared()))
	r.line("y[at] = s + array[at & 3] + other[1];\n}")
	return r.String()
}

// launch makes a launch of it, in which some pointers are null.
func (r *pointing) launch() exec.Launch {
	l := exec.Launch{Threadgroup: exec.Dim{[]uint32{64, 32, 128, 30, 7}[r.IntN(5)], 1, 1}, Grid: exec.Dim{1 + r.Uint32N(300), 1, 1}}
	if r.forges {
		l.Threadgroup, l.Grid = exec.Dim{4, 1, 1}, exec.Dim{4, 1, 1}
	}
	threads := int(l.Grid[0])
	words := func(n int) []byte {
		data := make([]byte, 4*n)
		for i := range n {
			binary.LittleEndian.PutUint32(data[4*i:], r.Uint32()>>r.IntN(30))
		}
		return data
	}
	l.Buffers = map[int]exec.Buffer{
		0: {Data: make([]byte, 40), ReadOnly: r.IntN(2) == 0}, 1: {Data: words(64 + r.IntN(40)), ReadOnly: r.IntN(2) == 0},
		2: {Data: words(threads)}, 3: {Data: make([]byte, 32*threads)}, 4: {Data: words(4), ReadOnly: true}, 5: {Data: words(4)},
		6: {Data: make([]byte, 256), ReadOnly: true}, 9: {Data: words(1 + r.IntN(60)), ReadOnly: true}, 12: {Data: words(64), ReadOnly: true},
	}
	for i := range 5 {
		if r.IntN(8) > 0 {
			l.Pointers = append(l.Pointers, exec.Pointer{In: 0, Offset: 8 * i, To: []int{9, 12, 1}[r.IntN(3)]})
		}
	}
	for at := 0; at < 256; at += 8 {
		number := r.Uint64N(22)<<48 | r.Uint64N(80)&^3
		switch r.IntN(10) {
		case 0:
			number = r.Uint64()
		case 1:
			number += r.Uint64N(4)
		case 2:
			number = 0
		}
		binary.LittleEndian.PutUint64(l.Buffers[6].Data[at:], number)
	}
	return l
}

// checkPointing compares the executors on one, and says whether it was in bounds.
func checkPointing(t *testing.T, seed uint64) (clean bool) {
	r := &pointing{Rand: rand.New(rand.NewPCG(seed, 3)), forges: seed%2 == 1}
	text, l := r.kernel(), r.launch()
	if r.forges && races(t, text, l) {
		return false
	}
	found := compare(t, text, l, fmt.Sprint("seed ", seed))
	require.Equal(t, len(found[0]) > 0, len(found[1]) > 0, "seed %d: interp finds %v, wasm %v: %s", seed, found[0], found[1], text)
	return len(found[0]) == 0
}

// races says whether threads of a launch race, whose order is open within a vector too.
func races(t *testing.T, text string, l exec.Launch) bool {
	p := msl.Compile("f.metal", text, msl.Options{Version: 400}).Program
	require.NotNil(t, p, text)
	own := l
	own.Entry, own.Checks, own.Buffers = p.Entries[0], exec.Races, map[int]exec.Buffer{}
	for i, b := range l.Buffers {
		b.Data = bytes.Clone(b.Data)
		own.Buffers[i] = b
	}
	result, err := interp.Executor{}.Run(context.Background(), p, own)
	require.NoError(t, err, text)
	return slices.ContainsFunc(result.Findings, func(f exec.Finding) bool { return f.Kind == exec.DataRace })
}

// TestPointing compares the executors on kernels with pointers in memory and as
// numbers, over buffers among memory of others.
func TestPointing(t *testing.T) {
	clean := 0
	const kernels = 100
	for seed := range uint64(kernels) {
		if checkPointing(t, seed) {
			clean++
		}
	}
	require.Greater(t, clean, kernels/8)
	require.Less(t, clean, kernels)
}

func FuzzPointing(f *testing.F) {
	f.Add(uint64(1))
	f.Add(uint64(153)) // a forged pointer reads what another thread of the vector writes
	f.Add(uint64(859)) // a pointer to threadgroup memory leads to device memory, whose races were not seen
	f.Fuzz(func(t *testing.T, seed uint64) { checkPointing(t, seed) })
}
