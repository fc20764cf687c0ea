package wasmcode

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
)

// What crosses segments is the same in memory as in locals: a sum over a loop
// that takes from one segment to the other, with code in between that reads and
// writes, and a local that a segment writes in one of its paths only.
func TestSpill(t *testing.T) {
	build := func(spill bool) []byte {
		f := NewFunc("run", []Type{I32, I32}, []Type{I32})
		n, sum, half := f.Local(I32), f.Local(I32), f.Local(I64)
		inner := f.Local(I32)
		f.I32(7)
		f.Set(sum)
		loop := f.Loop()
		f.Segment(func() {
			f.Get(n)
			f.I32(1)
			f.Emit(I32And)
			f.If()
			f.Get(n)
			f.Emit(I64ExtendI32U)
			f.Set(half)
			f.End()
		})
		f.Get(sum)
		f.I32(3)
		f.Emit(I32Mul)
		f.Set(sum)
		f.Segment(func() {
			f.Get(half)
			f.Emit(I32WrapI64)
			f.Tee(inner)
			f.Get(sum, inner)
			f.Emit(I32Add, I32Add)
			f.Set(sum)
		})
		f.Get(n)
		f.I32(1)
		f.Emit(I32Add)
		f.Tee(n)
		f.Get(1)
		f.Emit(I32LtU)
		f.BrIf(loop)
		f.End()
		f.Get(sum)
		if spill {
			at := uint32(0)
			f.Spill(0, func(Type) uint32 { at += 16; return at })
			require.Equal(t, uint32(3*16), at, "n, sum and half, not inner")
		}
		return (&Module{Funcs: []*Func{f}, MemPages: 1}).Encode()
	}
	ctx := t.Context()
	rt := wazero.NewRuntime(ctx)
	defer rt.Close(ctx)
	var got [2]uint64
	for i := range got {
		code := build(i == 1)
		m, err := rt.InstantiateWithConfig(ctx, code, wazero.NewModuleConfig().WithName(""))
		require.NoError(t, err)
		out, err := m.ExportedFunction("run").Call(ctx, 64, 9)
		require.NoError(t, err)
		got[i] = out[0]
	}
	require.Equal(t, got[0], got[1])
}
