package ir_test

import (
	"embed"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/internal/fuzzing"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/ir/irgen"
)

//go:embed testdata
var testdata embed.FS

// FuzzIR reads, verifies and optimizes programs in text form: none panics,
// each prints as it was read, and the optimizer and Flatten keep a valid program valid.
func FuzzIR(f *testing.F) {
	texts, err := fuzzing.Files(testdata, "")
	require.NoError(f, err)
	for _, text := range texts {
		f.Add(text)
	}
	for seed := range uint64(20) {
		f.Add(irgen.New(seed, 10).Program.String())
	}
	fuzzing.Prepare(f)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > fuzzing.MaxInput {
			return
		}
		fuzzing.Guard(func() {
			p, err := ir.Parse(text)
			if err != nil {
				return
			}
			again, err := ir.Parse(p.String())
			require.NoError(t, err)
			require.Equal(t, p.String(), again.String())
			if ir.Verify(p) == nil {
				p, err = ir.Optimize(p)
				require.NoError(t, err)
				for _, e := range p.Entries {
					flat, err := ir.Flatten(p, e, func(ir.Block) bool { return true })
					require.True(t, err != nil || flat.Verified())
				}
			}
		})
	})
}
