package ir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestComponents has names for parts of vectors, of which long ones have numbers.
func TestComponents(t *testing.T) {
	for _, c := range []struct {
		n, from, to int
		want        string
	}{
		{4, 4, 12, "v.yz"}, {4, 0, 16, "v"}, {8, 0, 32, "v"}, {8, 12, 16, "v[3]"}, {8, 0, 16, "v[0:4]"}, {32, 120, 128, "v[30:32]"},
	} {
		l := Scalars(F32, c.n)
		names := 0
		l.Leaves("v", c.from, c.to, func(leaf Leaf) bool {
			require.Equal(t, Leaf{Name: c.want, At: c.from, Kind: F32, N: (c.to - c.from) / 4}, leaf)
			names++
			return true
		})
		require.Equal(t, 1, names)
	}
	require.Equal(t, "v.w", Scalars(F32, 4).Place("v", 12))
	require.Equal(t, "v[5]", Scalars(F32, 8).Place("v", 20))
}
