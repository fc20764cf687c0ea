package ir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOriginBits: an origin has the same bit whenever it is met, and those for which there
// is none have that of what is unknown.
func TestOriginBits(t *testing.T) {
	m := &machine{}
	for range 2 {
		for i := range uint64(80) {
			require.Equal(t, uint64(1)<<min(i, unknownOrigin), m.bit(origin{ConstAddr, i}))
		}
	}
}
