package wasm

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Workers that take batches end at nearly the same time, however long a
// threadgroup takes and however late one of them begins, and after few calls.
func TestWorkersEndTogether(t *testing.T) {
	const total = 3 * time.Millisecond
	for _, groups := range []int64{64, 1000, 4096, 100_000} {
		for _, late := range []time.Duration{0, 120 * time.Microsecond, total / 3} {
			each := float64(total) / float64(groups)
			left, calls := groups, 0
			sizes := []batch{1, 1}
			ends := []float64{0, float64(late)}
			for left > 0 {
				w := 0
				if ends[1] < ends[0] {
					w = 1
				}
				n := min(left, sizes[w].of(left, len(sizes)))
				took := float64(n) * each
				left, calls = left-n, calls+1
				ends[w] += took
				sizes[w] = sizes[w].after(n, time.Duration(took))
			}
			require.InDelta(t, ends[0], ends[1], max(each, float64(total)/100), "%d groups, %v late", groups, late)
			require.Less(t, calls, 150, "%d groups, %v late", groups, late)
		}
	}
}
