package wasmcode

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
)

// A float inserted by its bits gives the same vector, NaN and zeros of both signs
// included.
func TestReplaceLaneViaInteger(t *testing.T) {
	f := NewFunc("run", []Type{F32, F32}, []Type{I64, I64, I64, I64})
	v := f.Local(V128)
	f.V128([16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
	f.Get(0)
	f.Lane(F32x4ReplaceLane, 1)
	f.Get(1)
	f.Lane(F32x4ReplaceLane, 2)
	f.Set(v)
	w := f.Local(V128)
	f.LowerHalves(v, v)
	f.Set(w)
	for _, x := range []int{v, w} {
		for l := range uint8(2) {
			f.Get(x)
			f.Lane(I64x2ExtractLane, l)
		}
	}
	usual := viaInteger
	defer func() { viaInteger = usual }()
	ctx := t.Context()
	rt := wazero.NewRuntime(ctx)
	defer rt.Close(ctx)
	var codes [2][]byte
	for i := range codes {
		viaInteger = i == 1
		codes[i] = (&Module{Funcs: []*Func{f}, MemPages: 1}).Encode()
		m, err := rt.InstantiateWithConfig(ctx, codes[i], wazero.NewModuleConfig().WithName(""))
		require.NoError(t, err)
		for _, bits := range []uint32{0x80000000, 0x7fc00123, 0xff800001, math.Float32bits(1.5)} {
			got, err := m.ExportedFunction("run").Call(ctx, uint64(bits), uint64(^bits))
			require.NoError(t, err)
			low := uint64(bits)<<32 | 0x04030201
			require.Equal(t, []uint64{low, 0x100f0e0d<<32 | uint64(^bits), low, low}, got)
		}
	}
	require.NotEqual(t, codes[0], codes[1])
}
