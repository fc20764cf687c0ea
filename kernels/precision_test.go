package kernels

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// What float64 does not hold is told, and what it holds, however long, is not.
func TestPrecision(t *testing.T) {
	for _, c := range []struct {
		dtype, init string
		told        bool
	}{
		{"uint64", "[1, 9007199254740993]", true},
		{"uint64", "[1, 18446744073709551614]", true},
		{"int64", "constant(B + 1)", true},
		{"int64", "constant(-9007199254740993)", true},
		{"uint64", "[9007199254740992, 9223372036854775808]", false},
		{"uint64", "constant(18446744073709551615)", false},
		{"uint64", "constant(1.8446744073709552e+19)", false},
		{"float32", "constant(9007199254740993)", false},
	} {
		s, err := Parse("s.yaml", fmt.Appendf(nil, `zmlx: 1
name: k
params: {B: 9007199254740992}
inputs: {x: {dtype: %s, shape: [2], init: %s}}
outputs: {y: {dtype: float32, shape: [2]}}
launch: {grid: [2], threadgroup: [2]}
source: y[thread_position_in_grid.x] = x[thread_position_in_grid.x];
`, c.dtype, c.init))
		require.NoError(t, err, c.init)
		src, err := s.Source(s.AllCases()[0], s.DefaultDType())
		require.NoError(t, err)
		if !c.told {
			require.Empty(t, src.Warnings, c.init)
			continue
		}
		require.Len(t, src.Warnings, 1, c.init)
		require.Equal(t, "init has integers beyond 2^53 that float64 does not hold; x has the nearest ones", src.Warnings[0].Message)
		require.Equal(t, 4, src.Warnings[0].Line)
	}
}
