package wasm

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// TestVariantKey: whatever a module is specialised on gives it another name.
func TestVariantKey(t *testing.T) {
	one := []variant{
		{tg: exec.Dim{1}}, {local: "map[0:4]"}, {aligned: true}, {tail: true}, {ragged: true}, {run: 1}, {written: 1},
		{fixed: 1}, {numbers: []int{1}}, {tracked: true}, {overlap: true}, {alone: true},
	}
	require.Len(t, one, reflect.TypeFor[variant]().NumField())
	names := map[string]variant{}
	for _, v := range append(one, variant{}, variant{tg: exec.Dim{0, 1}}, variant{written: 1 << 31}, variant{fixed: 1 << 31},
		variant{numbers: []int{0}}, variant{numbers: []int{0, 0}}, variant{numbers: []int{1 << 8}}, variant{local: "\x00"}) {
		name := string(v.appendKey(nil))
		require.NotContains(t, names, name)
		names[name] = v
	}
	require.LessOrEqual(t, maxRun, 0xff) // the key has a byte for it
}
