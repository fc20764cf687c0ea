package kernels

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkParse is what an editor pays for each keypress.
func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"attention/flash_attention", "norm/add_layernorm"} {
		b.Run(name, func(b *testing.B) {
			data, err := os.ReadFile("catalog/" + name + ".yaml")
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				_, err := Parse("x.yaml", data)
				require.NoError(b, err)
			}
		})
	}
}
