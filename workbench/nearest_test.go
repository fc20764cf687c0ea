package workbench

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	names := []string{"rmsnorm", "layernorm", "softmax", "N"}
	for name, want := range map[string]string{
		"rmsnrom": "rmsnorm", "RMSNORM": "rmsnorm", "softmx": "softmax", "layer_norm": "layernorm",
		"n": "N", "Z": "", "conv": "", "": "",
	} {
		require.Equal(t, want, Nearest(name, names), name)
	}
	require.Equal(t, `did you mean "softmax"?`, DidYouMean("softmac", names))
	require.Equal(t, "there are: rmsnorm, layernorm, softmax, N", DidYouMean("conv", names))
	require.Empty(t, DidYouMean("x", nil))
}
