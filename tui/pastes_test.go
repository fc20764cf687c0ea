package tui

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPastes reads typing and pastes in chunks of any size: nothing is lost,
// and each paste comes whole.
func TestPastes(t *testing.T) {
	long := strings.Repeat("a line with \x1b[A in it\r", 40)
	input := "ab\x1b[200~one\x1b[201~\x1bc\x1b[200~" + long + "\x1b[201~\x1b[200~\x1b[201~\x1b[20~d\x1b"
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		r, w, err := os.Pipe()
		require.NoError(t, err)
		var got []string
		p := &pastes{File: r, pasted: func(text []byte) { got = append(got, string(text)) }}
		go func() {
			_, _ = w.WriteString(input)
			_ = w.Close()
		}()
		typed := ""
		for {
			b := make([]byte, 8+rng.IntN(60))
			n, err := p.Read(b)
			typed += string(b[:n])
			if err != nil {
				break
			}
		}
		typed += string(p.held)
		require.Equal(t, "ab\x1bc\x1b[20~d\x1b", typed)
		require.Equal(t, []string{"one", long, ""}, got)
		require.NoError(t, r.Close())
	}
}
