package ir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Whether a scope ends is asked of its end before anything is looked for in all of
// it: here each scope holds another twice, and a walk of all would never return.
func TestEndOfNestedScopes(t *testing.T) {
	b := Block{{Op: Add}}
	for range 60 {
		s := Instr{Op: Scope, Nest: &Nest{Body: b}}
		b = Block{s, s}
	}
	require.False(t, b.ends())
}
