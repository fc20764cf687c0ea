package exec

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// What a log keeps does not depend on which threadgroup ran first.
func TestLogKeepsTheFirstLines(t *testing.T) {
	const groups, each = 7, maxLogLines/5 + 3
	write := func(order ...int64) []string {
		var l Log
		for _, g := range order {
			for i := range uint64(each) {
				l.Print(g, "%d %d", []LogValue{{Kind: ir.I64, Bits: uint64(g)}, {Kind: ir.I64, Bits: i}})
			}
		}
		return l.Lines()
	}
	want := write(0, 1, 2, 3, 4, 5, 6)
	require.Len(t, want, maxLogLines+1)
	require.Equal(t, "0 0", want[0])
	require.Equal(t, "4 1987", want[maxLogLines-1])
	require.Equal(t, "(4021 more lines)", want[maxLogLines])
	require.Equal(t, want, write(6, 5, 4, 3, 2, 1, 0))
	require.Equal(t, want, write(3, 6, 0, 2, 5, 1, 4))
}
