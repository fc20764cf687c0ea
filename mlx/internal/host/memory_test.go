package host

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMemoryThatIsNotThere: what does not fit is an error of the operation
// before anything is allocated, and what is small asks nobody.
func TestMemoryThatIsNotThere(t *testing.T) {
	asked := 0
	freeMemory = func() int64 { asked++; return PhysicalMemory()/16 + 3*large }
	defer func() { freeMemory = systemFreeMemory }()
	require.NoError(t, CheckMemory(large-1))
	require.Zero(t, asked)
	require.NoError(t, CheckMemory(2*large))
	require.Equal(t, 1, asked)
	err := CheckMemory(4 * large)
	require.EqualError(t, err, "[allocate] 0.5 GB do not fit in the 0.4 GB of memory that are free; use smaller arrays")
	require.PanicsWithError(t, err.Error(), func() { scratch[float64](large / 2) })
}
