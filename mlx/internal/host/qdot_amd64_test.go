package host

import "testing"

// TestQdotAVX2 tests what processors without AVX-512 run.
func TestQdotAVX2(t *testing.T) {
	defer func(has bool) { hasAVX512 = has }(hasAVX512)
	hasAVX512 = false
	TestQdot(t)
}
