package interp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// TestHolds asks for room for calls that are as deep as the text says, and for those
// of a function that calls itself.
func TestHolds(t *testing.T) {
	const registers = 300
	program := func(last string) (*ir.Program, *ir.Entry) {
		var body strings.Builder
		for i := range registers {
			fmt.Fprintf(&body, "  %%%d:u32 = const %d\n", i+1, i)
		}
		p, err := ir.Parse(`func @f(%x.0:ptr.device) {
` + body.String() + last + `}
func @g(%x.0:ptr.device) {
  call @f, %x.0
  call @f, %x.0
}
func @k(%x.0:ptr.device) {
  call @g, %x.0
  call @f, %x.0
}
entry "k" @k maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device type "uint" elem u32 size 4
}`)
		require.NoError(t, err)
		require.NoError(t, ir.Verify(p))
		return p, p.Entries[0]
	}
	p, e := program("")
	require.Equal(t, depth{registers: registers + 3}, depthOf(p, e))
	require.True(t, Holds(p, e, 1024))
	p, e = program("  call @g, %x.0\n")
	require.Equal(t, depth{registers: 1 + (ir.MaxCalls-1)*(registers+1), recursive: true}, depthOf(p, e))
	require.True(t, Holds(p, e, 256))
	require.False(t, Holds(p, e, 1024))
}
