package mlx_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

func TestDTypeText(t *testing.T) {
	for _, d := range mlx.DTypes() {
		got, err := mlx.ParseDType(d.String())
		require.NoError(t, err)
		require.Equal(t, d, got)
		got, err = mlx.ParseDType(d.MetalName())
		require.NoError(t, err)
		require.Equal(t, d, got)
		text, err := json.Marshal(d)
		require.NoError(t, err)
		require.Equal(t, `"`+d.String()+`"`, string(text))
	}
	for s, want := range map[string]mlx.DType{"half": mlx.Float16, "bool_": mlx.Bool, "uint": mlx.Uint32, "bfloat": mlx.Bfloat16} {
		got, err := mlx.ParseDType(s)
		require.NoError(t, err)
		require.Equal(t, want, got, s)
	}
	_, err := mlx.ParseDType("float8")
	require.ErrorContains(t, err, `unknown dtype "float8"`)
}

func TestPromote(t *testing.T) {
	for _, c := range [][3]mlx.DType{
		{mlx.Bool, mlx.Uint8, mlx.Uint8},
		{mlx.Uint8, mlx.Int8, mlx.Int16},
		{mlx.Uint32, mlx.Int8, mlx.Int64},
		{mlx.Uint32, mlx.Int64, mlx.Int64},
		{mlx.Uint64, mlx.Int64, mlx.Float32},
		{mlx.Int64, mlx.Float16, mlx.Float16},
		{mlx.Float16, mlx.Bfloat16, mlx.Float32},
		{mlx.Bfloat16, mlx.Float32, mlx.Float32},
		{mlx.Float64, mlx.Float32, mlx.Float64},
		{mlx.Float64, mlx.Complex64, mlx.Complex64},
	} {
		require.Equal(t, c[2], mlx.Promote(c[0], c[1]), "%v with %v", c[0], c[1])
		require.Equal(t, c[2], mlx.Promote(c[1], c[0]), "%v with %v", c[1], c[0])
	}
}
