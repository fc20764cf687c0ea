package wasm

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/internal/cputime"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// sized is a kernel that adds up n products in one go, and then runs so many
// Ifs that each add to another register, all of which live to the end.
func sized(products, ifs int) string {
	var b strings.Builder
	b.WriteString("func @f(%x.0:ptr.device, %y.1:ptr.device) {\n  %2:i32 = load.device %x.0\n  %3:i32 = load.device +4, %x.0\n  %4:bool = lt.i32 %2, %3\n  %5:i32 = mov.i32 %2\n")
	r := 6
	for range products {
		fmt.Fprintf(&b, "  %%%d:i32 = mul.i32 %%5, %%3\n  %%5:i32 = add.i32 %%%d, %%2\n", r, r)
		r++
	}
	first := r
	for range ifs {
		fmt.Fprintf(&b, "  %%%d:i32 = mov.i32 %%2\n  if %%4 {\n    %%%d:i32 = mov.i32 %%3\n  }\n", r, r)
		r++
	}
	for i := range ifs {
		fmt.Fprintf(&b, "  %%5:i32 = add.i32 %%5, %%%d\n", first+i)
	}
	b.WriteString("  store.i32.device %y.1, %5\n  return\n}\nentry \"f\" @f maxthreads 0 threadgroupsize 0 {\n  buffer 0 \"x\" device readonly type \"int\" elem i32 size 4\n  buffer 1 \"y\" device type \"int\" elem i32 size 4\n}\n")
	return b.String()
}

// Kernels beyond the limits of size run on interp, those below on WebAssembly,
// with the same results.
func TestKernelLimits(t *testing.T) {
	code, live, joins := maxCode, maxLiveBlocks, maxJoins
	defer func() { maxCode, maxLiveBlocks, maxJoins = code, live, joins }()
	maxCode, maxLiveBlocks, maxJoins = 3000, 6000, 6000
	for _, c := range []struct {
		products, ifs int
		executor      string
	}{
		{330, 0, "wasm"},
		{400, 0, "interp"},
		{0, 30, "wasm"},
		{0, 45, "interp"}, // as it would take long to compile
		{0, 60, "interp"}, // to lower
	} {
		p := parse(t, sized(c.products, c.ifs))
		x, y := []byte{3, 0, 0, 0, 5, 0, 0, 0}, make([]byte, 4)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1, 1, 1}, Threadgroup: exec.Dim{1, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}}}
		res, err := Executor{}.Run(context.Background(), p, l)
		require.NoError(t, err)
		require.Equal(t, c.executor, res.Executor, "%+v", c)
		want := uint32(3)
		for range c.products {
			want = want*5 + 3
		}
		want += uint32(5 * c.ifs)
		require.Equal(t, want, uint32(y[0])|uint32(y[1])<<8|uint32(y[2])<<16|uint32(y[3])<<24, "%+v", c)
	}
}

// What is compared with constants costs no more for each that there is: they are no
// locals, which would live from the entry to where they are read.
func TestConstantsJoinNothing(t *testing.T) {
	joins := maxJoins
	defer func() { maxJoins = joins }()
	maxJoins = 5000
	var b strings.Builder
	b.WriteString("func @f(%x.0:ptr.device, %y.1:ptr.device) {\n  %2:i32 = load.device %x.0\n  %3:i32 = mov.i32 %2\n")
	for i := range 60 {
		fmt.Fprintf(&b, "  %%%d:i32 = const %d\n", 4+i, 100+i)
	}
	for i := range 60 {
		fmt.Fprintf(&b, "  %%%d:bool = lt.i32 %%3, %%%d\n  if %%%d {\n    %%3:i32 = add.i32 %%3, %%%d\n  }\n", 64+i, 4+i, 64+i, 4+i)
	}
	b.WriteString("  store.i32.device %y.1, %3\n  return\n}\nentry \"f\" @f maxthreads 0 threadgroupsize 0 {\n  buffer 0 \"x\" device readonly type \"int\" elem i32 size 4\n  buffer 1 \"y\" device type \"int\" elem i32 size 4\n}\n")
	p := parse(t, b.String())
	y := make([]byte, 4)
	res, err := Executor{}.Run(context.Background(), p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1, 1, 1}, Threadgroup: exec.Dim{1, 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: []byte{3, 0, 0, 0}, ReadOnly: true}, 1: {Data: y}}})
	require.NoError(t, err)
	require.Equal(t, "wasm", res.Executor, res.Fallback)
	require.Equal(t, []byte{3 + 100 + 104, 0, 0, 0}, y) // as 103 is less than 104 alone
}

// BenchmarkLimits measures what large kernels take to lower and to compile: straight-line
// ones, and those of many blocks, up to the limits.
func BenchmarkLimits(b *testing.B) {
	for _, c := range []struct{ products, ifs int }{{50_000, 0}, {120_000, 0}, {0, 500}, {0, 1200}} {
		b.Run(fmt.Sprintf("products%d_ifs%d", c.products, c.ifs), func(b *testing.B) {
			p, err := ir.Parse(sized(c.products, c.ifs))
			require.NoError(b, err)
			require.NoError(b, ir.Verify(p))
			l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1, 1, 1}, Threadgroup: exec.Dim{1, 1, 1},
				Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 8), ReadOnly: true}, 1: {Data: make([]byte, 4)}}}
			key, err := keyOf(p, l, nil)
			require.NoError(b, err)
			e, err := theEngine()
			require.NoError(b, err)
			var lowering time.Duration
			size := 0
			for b.Loop() {
				start := time.Now()
				g, _, err := prepare(p, l.Entry, key.v, l.LocalBytes, key.facts, key.v.ragged)
				m, g, err := lower(g, err)
				require.NoError(b, err)
				lowering += time.Since(start)
				code, err := e.rt.CompileModule(e.ctx, m.Encode())
				require.NoError(b, err)
				require.NoError(b, code.Close(e.ctx))
				size = g.f.Size()
			}
			b.ReportMetric(float64(size), "instructions")
			b.ReportMetric(lowering.Seconds()*1e3/float64(b.N), "lowering-ms")
			b.ReportAllocs()
		})
	}
}

// Before a kernel is refused for its size it is legalized, in time that grows with its size
// alone: loads of what others hold, ways out, and blocks in which all of it is known.
func TestLegalizingTakesNoLonger(t *testing.T) {
	const n = 20_000
	var b strings.Builder
	b.WriteString("func @f(%x.0:ptr.device, %y.1:ptr.device) {\n  %2:i32 = const 7\n  %3:i32 = load.device %x.0\n")
	for i := range n {
		fmt.Fprintf(&b, "  %%%d:i32 = load.device +%d, %%x.0\n", 4+2*i, 4*i)
	}
	for i := range n {
		fmt.Fprintf(&b, "  %%%d:bool = lt.i32 %%%d, %%2\n  if %%%d {\n    store.i32.device %%y.1, %%3\n    return\n  }\n", 5+2*i, 4+2*i, 5+2*i)
	}
	for i := range n {
		fmt.Fprintf(&b, "  %%%d:i32 = load.device +%d, %%x.0\n", 4+2*n+i, 4*i)
	}
	b.WriteString("  return\n}\nentry \"f\" @f maxthreads 0 threadgroupsize 0 {\n  buffer 0 \"x\" device readonly type \"int\" elem i32 size 4\n  buffer 1 \"y\" device type \"int\" elem i32 size 4\n}\n")
	p := parse(t, b.String())
	start := cputime.User()
	l := &legalizer{prog: p, fn: p.Funcs[0]}
	code := l.returns(l.loadOnce(p.Funcs[0].Body))
	require.Less(t, cputime.User()-start, 5*time.Second)
	loads := 0
	code.Walk(func(in *ir.Instr) {
		if in.Op == ir.Load {
			loads++
		}
	})
	require.Equal(t, n, loads) // all but %3, as the first of n, and the last n
}

// Accesses through pointers into one of several buffers, which become a choice each, are
// refused while they are legalized if there are too many.
func TestChoicesAreRefusedEarly(t *testing.T) {
	live := maxLiveBlocks
	defer func() { maxLiveBlocks = live }()
	maxLiveBlocks = 400
	for _, n := range []int{20, 21} {
		var b strings.Builder
		b.WriteString("func @f(%x.0:ptr.device, %y.1:ptr.device) {\n  %2:i32 = load.device %x.0\n  %3:bool = eq.i32 %2, %2\n  %4:ptr.device = select %3, %x.0, %y.1\n")
		for range n {
			b.WriteString("  store.i32.device %4, %2\n")
		}
		b.WriteString("  return\n}\nentry \"f\" @f maxthreads 0 threadgroupsize 0 {\n  buffer 0 \"x\" device type \"int\" elem i32 size 4\n  buffer 1 \"y\" device type \"int\" elem i32 size 4\n}\n")
		p := parse(t, b.String())
		lower := func() { legalize(p, p.Entries[0], variant{}, false) }
		if n*n <= maxLiveBlocks {
			require.NotPanics(t, lower)
		} else {
			require.PanicsWithValue(t, tooLarge, lower)
		}
	}
}
