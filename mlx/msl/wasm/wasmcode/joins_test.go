package wasmcode

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What is read in the block that set it joins nothing; what is read later does so
// once for each block in between.
func TestJoins(t *testing.T) {
	f := NewFunc("f", []Type{I32}, nil)
	near, far := f.Local(I32), f.Local(I32)
	f.I32(1)
	f.Set(far)
	for range 10 {
		f.Get(0)
		f.Set(near)
		f.Get(near)
		f.If()
		f.End()
	}
	joins := f.Joins() // of the parameter
	f.Get(far, far)
	f.Emit(I32Add)
	f.Set(near)
	require.Equal(t, 18, joins)
	require.Equal(t, joins+20, f.Joins())
}
