package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// rowsProgram goes through row i of v, which begins and ends where p says, and stores what
// it found and where it stopped; threads from n-3 on do not take part.
func rowsProgram(body, kind string) string {
	return strings.ReplaceAll(`func @f(%p.0:ptr.device, %v.1:ptr.device, %x.2:ptr.device, %y.3:ptr.device, %z.4:ptr.device, %i.5:u32, %j.6:u32, %k.7:u32) {
  %two.8:i64 = const 2
  %s.9:f32 = const 0.5
  %m.10:f32 = const -1000
  %c.11:i32 = const 0
  %w.12:u64 = const 0
  %b.13:bool = const 0
  %one.14:KIND = const 1
  %one.15:i32 = const 1
  %n.16:u32 = const 61
  %17:bool = le.u32 %n.16, %i.5
  if %17 {
    return
  }
  %18:i64 = convert.u32 %i.5
  %19:i64 = shl %18, %two.8
  %29:i64 = add %19, %19
  %20:ptr.device = ptradd %p.0, %29
  %k.21:KIND = load.device %20
  %scale.22:f32 = convert.u32 %i.5
  loop {
    %23:KIND = load.device +4, %20
    %24:bool = lt.KIND %k.21, %23
    if %24 {
    } else {
      break
    }
    %25:i64 = convert.KIND %k.21
    %26:i64 = shl %25, %two.8
    %27:ptr.device = ptradd %v.1, %26
    %28:f32 = load.device %27
`+body+`
  } continuing {
    %k.21:KIND = add %k.21, %one.14
  }
  %60:f32 = add %s.9, %m.10
  %61:i32 = convert.u64 %w.12
  %62:i32 = add %c.11, %61
  %63:i32 = convert.bool %b.13
  %64:i32 = add %62, %63
  %65:f32 = convert.i32 %64
  %66:f32 = add %60, %65
  %67:ptr.device = ptradd %y.3, %19
  store.f32.device %67, %66
  %68:ptr.device = ptradd %z.4, %19
  store.KIND.device %68, %k.21
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "p" device readonly type "uint" elem u32 size 4
  buffer 1 "v" device readonly type "float" elem f32 size 4
  buffer 2 "x" device readonly type "float" elem f32 size 4
  buffer 3 "y" device type "float" elem f32 size 4
  buffer 4 "z" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "i" u32 x3
}`, "KIND", kind)
}

var rowsBodies = map[string]string{
	"sum":       `%s.9:f32 = add %s.9, %28`,
	"mirrored":  `%s.9:f32 = add %28, %s.9`,
	"scaled":    "%30:f32 = mul %28, %scale.22\n %s.9:f32 = add %s.9, %30",
	"max":       `%m.10:f32 = max %m.10, %28`,
	"min":       `%m.10:f32 = min %m.10, %28`,
	"max after": `%m.10:f32 = max %28, %m.10`,
	"max and sum": `%m.10:f32 = max %m.10, %28
    %s.9:f32 = add %s.9, %28`,
	"two sums": `%30:f32 = mul %28, %28
    %s.9:f32 = add %s.9, %28
    %m.10:f32 = add %m.10, %30`,
	"greatest": `%30:bool = lt.f32 %m.10, %28
    %31:i32 = convert.KIND %k.21
    %m.10:f32 = select %30, %28, %m.10
    %c.11:i32 = select %30, %31, %c.11`,
	"greatest, in an arm": `%30:bool = lt.f32 %m.10, %28
    if %30 {
      %m.10:f32 = load.device %27
      %c.11:i32 = convert.KIND %k.21
    }`,
	"last of the least": `%30:bool = le.f32 %28, %s.9
    %31:i32 = convert.KIND %k.21
    %s.9:f32 = select %30, %28, %s.9
    %c.11:i32 = select %30, %31, %c.11`,
	"greatest of the few": `%30:bool = lt.f32 %m.10, %28
    %32:bool = lt.f32 %28, %s.9
    %33:bool = and %30, %32
    %31:i32 = convert.KIND %k.21
    %m.10:f32 = select %33, %28, %m.10
    %c.11:i32 = select %33, %31, %c.11`,
	"greatest two": `%30:bool = lt.f32 %s.9, %28
    %m.10:f32 = select %30, %s.9, %m.10
    %s.9:f32 = select %30, %28, %s.9
    %31:bool = lt.f32 %m.10, %28
    %32:bool = lt.f32 %28, %s.9
    %33:bool = and %31, %32
    %m.10:f32 = select %33, %28, %m.10`,
	"first": `%30:bool = lt.f32 %scale.22, %28
    %31:bool = not %b.13
    %32:bool = and %30, %31
    %33:i32 = convert.KIND %k.21
    %c.11:i32 = select %32, %33, %c.11
    %b.13:bool = select %32, %30, %b.13`,
	"last such": `%30:bool = lt.f32 %scale.22, %28
    %31:u64 = convert.i64 %25
    %w.12:u64 = select %30, %31, %w.12`,
	"count": `%30:bool = lt.f32 %s.9, %28
    %31:i32 = convert.bool %30
    %c.11:i32 = add %c.11, %31
    %c.11:i32 = add %c.11, %one.15`,
	"steps": `%c.11:i32 = add %c.11, %one.15
    %s.9:f32 = add %s.9, %28`,
	"wide": `%30:u32 = bitcast.f32 %28
    %31:u64 = convert.u32 %30
    %w.12:u64 = add %w.12, %31`,
	"any": `%30:bool = lt.f32 %s.9, %28
    %b.13:bool = or %b.13, %30`,
	"series": `%30:f32 = mul %s.9, %28
    %s.9:f32 = add %30, %scale.22`,
	"last": `%s.9:f32 = neg %28`,
	"bfloats": `%30:bf16 = convert.f32 %28
    %31:f32 = convert.bf16 %30
    %s.9:f32 = add %s.9, %31`,
	"gathered": `%30:i32 = convert.f32 %28
    %31:i64 = convert.i32 %30
    %32:i64 = shl %31, %two.8
    %33:ptr.device = ptradd %x.2, %32
    %34:f32 = load.device %33
    %s.9:f32 = add %s.9, %34`,
}

// TestRowsAlong compares the executors where each thread goes along a row of its own: rows
// of all lengths to 13, backwards, and beyond what there is.
func TestRowsAlong(t *testing.T) {
	for name, body := range rowsBodies {
		for _, kind := range []string{"u32", "i32"} {
			p, err := ir.Optimize(parse(t, rowsProgram(body, kind)))
			require.NoError(t, err, name)
			const n, elements = 64, 200
			for _, far := range []uint32{0, elements - 2, elements + 2, 1<<30 - 2, 1<<31 - 4, ^uint32(0) - 3} {
				launch := func() exec.Launch {
					var rows, v, x []byte
					for i := range uint32(n) {
						at, length := i*7%(elements-12), i%14
						switch {
						case i%9 == 4 && far != 0:
							at, length = far, 3
						case i%11 == 5:
							at, length = at+3, -length%3
						}
						rows = binary.LittleEndian.AppendUint32(rows, at)
						rows = binary.LittleEndian.AppendUint32(rows, at+length)
					}
					for i := range elements {
						f := float32(i*37%23) - 2
						if i%31 == 5 {
							f = float32(math.NaN())
						}
						v = binary.LittleEndian.AppendUint32(v, math.Float32bits(f))
					}
					for i := range 20 {
						x = binary.LittleEndian.AppendUint32(x, math.Float32bits(1/float32(i+3)))
					}
					return exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{n, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, Buffers: map[int]exec.Buffer{
						0: {Data: rows, ReadOnly: true}, 1: {Data: v, ReadOnly: true}, 2: {Data: x, ReadOnly: true}, 3: {Data: make([]byte, 4*n)}, 4: {Data: make([]byte, 4*n)}}}
				}
				want, got := launch(), launch()
				slow, err := interp.Executor{}.Run(context.Background(), p, want)
				require.NoError(t, err)
				loops := alongLoops(t, p, got)
				require.Len(t, loops, 1, name)
				for _, a := range loops {
					chosen := strings.Contains(body, "= select") || strings.Contains(body, "if ")
					require.Equal(t, chosen, len(a.asks) > 0, name)
				}
				fast, err := Executor{}.Run(context.Background(), p, got)
				require.NoError(t, err)
				require.Equal(t, "wasm", fast.Executor, name)
				require.Equal(t, len(slow.Findings) > 0, len(fast.Findings) > 0, fmt.Sprint(name, far, slow.Findings, fast.Findings))
				for i := 3; i <= 4; i++ {
					require.Equal(t, want.Buffers[i].Data, got.Buffers[i].Data, "%s %s %d", name, kind, far)
				}
			}
		}
	}
}

// What a loop hands on and assigns before its test is assigned once more than what
// stands behind it; so is a pair that is loaded, of which only one half is handed on.
func TestRowsBeforeTest(t *testing.T) {
	const sum = `%s.9:f32 = add %s.9, %28`
	test := "    %23:KIND = load"
	for name, c := range map[string]struct{ before, body, read string }{
		"step":       {"    %c.11:i32 = add %c.11, %one.15\n", sum, "%m.10"},
		"chain":      {"    %s.9:f32 = mul %s.9, %scale.22\n", sum, "%m.10"},
		"last":       {"    %s.9:f32 = convert.KIND %k.21\n", sum, "%m.10"},
		"same":       {"    %b.13:bool = lt.u32 %i.5, %n.16\n", sum, "%m.10"},
		"first half": {"", "%70:f32, %71:f32 = load.device.packed %27\n %s.9:f32 = add %s.9, %71", "%70"},
		"last half":  {"", "%70:f32, %71:f32 = load.device.packed %27\n %s.9:f32 = add %s.9, %70", "%71"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(rowsProgram(c.body, "KIND"), test, c.before+test, 1)
			text = strings.Replace(text, "add %s.9, %m.10", "add %s.9, "+c.read, 1)
			p, err := ir.Optimize(parse(t, strings.ReplaceAll(text, "KIND", "u32")))
			require.NoError(t, err)
			const n = 64
			var outs [2]map[int]exec.Buffer
			for i, e := range []exec.Executor{interp.Executor{}, Executor{}} {
				var rows, v []byte
				for i := range uint32(n) {
					rows = binary.LittleEndian.AppendUint32(rows, 1+i*7%100)
					rows = binary.LittleEndian.AppendUint32(rows, 2+i*7%100+i%14)
				}
				for i := range 200 {
					v = binary.LittleEndian.AppendUint32(v, math.Float32bits(float32(i*37%23)-2))
				}
				outs[i] = map[int]exec.Buffer{0: {Data: rows, ReadOnly: true}, 1: {Data: v, ReadOnly: true}, 2: {Data: v, ReadOnly: true}, 3: {Data: make([]byte, 4*n)}, 4: {Data: make([]byte, 4*n)}}
				res, err := e.Run(context.Background(), p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{n, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, Buffers: outs[i]})
				require.NoError(t, err)
				require.Equal(t, e.Name(), res.Executor, "%v %v", res.Fallback, res.Findings)
			}
			require.Equal(t, outs[0], outs[1])
		})
	}
}

// A loop along a row that does more than load and compute is not made four iterations at
// once: what one stores, or adds to, is what the next one loads.
func TestRowsThatChange(t *testing.T) {
	const at = "%30:ptr.device = ptradd %x.2, %26\n"
	for name, body := range map[string]string{
		"store":  at + "%31:f32 = load.device %30\n %32:f32 = add %31, %28\n store.f32.device +4, %30, %32",
		"atomic": "%30:ptr.device = ptradd %x.2, %19\n %31:u32 = const 1\n %32:u32 = atomicadd.u32.device %30, %31\n %33:f32 = convert.u32 %32\n %s.9:f32 = add %s.9, %33",
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ir.Optimize(parse(t, rowsProgram(body, "u32")))
			require.NoError(t, err)
			const n = 32
			var outs [2]map[int]exec.Buffer
			for i, e := range []exec.Executor{interp.Executor{}, Executor{}} {
				var rows, v []byte
				for i := range uint32(n) {
					rows = binary.LittleEndian.AppendUint32(rows, 15*i)
					rows = binary.LittleEndian.AppendUint32(rows, 15*i+i%14)
				}
				for i := range 15 * n {
					v = binary.LittleEndian.AppendUint32(v, math.Float32bits(float32(i*37%23)-2))
				}
				outs[i] = map[int]exec.Buffer{0: {Data: rows, ReadOnly: true}, 1: {Data: v, ReadOnly: true}, 2: {Data: slices.Clone(v)}, 3: {Data: make([]byte, 4*n)}, 4: {Data: make([]byte, 4*n)}}
				res, err := e.Run(context.Background(), p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{n, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, Workers: 1, Buffers: outs[i]})
				require.NoError(t, err)
				require.Equal(t, e.Name(), res.Executor, "%v %v", res.Fallback, res.Findings)
			}
			for i := 2; i <= 4; i++ {
				require.Equal(t, outs[0][i].Data, outs[1][i].Data)
			}
		})
	}
}

// alongLoops are the loops of a kernel that go along the elements of one thread.
func alongLoops(t *testing.T, p *ir.Program, l exec.Launch) map[*node]*along {
	p, l, allocs, err := ready(context.Background(), p, l)
	require.NoError(t, err)
	v, err := variantOf(p, l, allocs)
	require.NoError(t, err)
	g, _, err := prepare(p, l.Entry, v, l.LocalBytes, factsOf(l), v.ragged)
	require.NoError(t, err)
	_, err = g.lower()
	require.NoError(t, err)
	return g.along
}
