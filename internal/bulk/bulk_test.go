package bulk

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCopyAndFill(t *testing.T) {
	for _, n := range []int{0, 4, piece - 4, piece, piece + 4, 2*piece + 8} {
		src := bytes.Repeat([]byte{1, 2, 3, 4}, n/4)
		filled, copied := make([]byte, n), make([]byte, n+1)
		Fill(t.Context(), filled, []byte{1, 2, 3, 4})
		require.True(t, bytes.Equal(src, filled), n)
		Copy(t.Context(), copied, src)
		require.True(t, bytes.Equal(append(src, 0), copied), n)
		Copy(t.Context(), copied[:n/2], filled)
	}
}

// TestCancelled: nothing is touched once the context has ended.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := make([]byte, 8)
	Fill(ctx, b, []byte{1})
	Copy(ctx, b, []byte{1})
	require.Equal(t, make([]byte, 8), b)
}
