package spelling

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	names := []string{"rmsnorm", "layernorm", "softmax", "N"}
	for word, want := range map[string]string{
		"rmsnrom": "rmsnorm", "RMSNORM": "rmsnorm", "softmx": "softmax", "layer_norm": "layernorm",
		"n": "N", "Z": "", "conv": "", "": "",
	} {
		require.Equal(t, want, Nearest(word, names), word)
	}
	require.Equal(t, "tanh", Nearest("tamh", []string{"tash", "tanh"}))
	require.Equal(t, `did you mean "N"?`, Hint("n", names))
	require.Empty(t, Hint("Z", names))
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b     string
		limit, d int
	}{
		{"", "", 0, 0}, {"abc", "", 3, 3}, {"", "abc", 2, 3}, {"abc", "abd", 2, 1}, {"abc", "bac", 2, 1}, {"abcd", "bcd", 2, 1},
		{"abcd", "abxcd", 2, 1}, {"kitten", "sitting", 5, 3}, {"kitten", "sitting", 2, 3}, {"ab", "ba", 0, 1}, {"abcdef", "badcfe", 6, 3},
	} {
		require.Equal(t, c.d, Distance(c.a, c.b, c.limit), c)
	}
}
