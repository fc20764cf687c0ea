package interp

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// BenchmarkRMSNorm is 512 rows of 1024, a threadgroup of 32 each.
func BenchmarkRMSNorm(b *testing.B) {
	data, err := os.ReadFile("testdata/rmsnorm.txtar")
	require.NoError(b, err)
	text := strings.ReplaceAll(string(txtar.Parse(data).Files[0].Data), "const 64", "const 1024")
	p, err := ir.Parse(text)
	require.NoError(b, err)
	require.NoError(b, ir.Verify(p))
	l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{512 * 32, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, Buffers: map[int]exec.Buffer{
		0: {Data: make([]byte, 512*1024*4)}, 1: {Data: make([]byte, 512*1024*4)},
	}}
	for b.Loop() {
		res, err := Executor{}.Run(context.Background(), p, l)
		require.NoError(b, err)
		require.Empty(b, res.Findings)
	}
}
