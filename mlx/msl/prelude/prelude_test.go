package prelude_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/prelude"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

func TestUnitsParse(t *testing.T) {
	s := syntax.NewSession(syntax.Options{})
	for _, u := range prelude.Units(true) {
		s.Parse(u.Name, u.Text)
	}
	require.Empty(t, diag.RenderAll(s.Sources(), s.Diagnostics()))
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		s := syntax.NewSession(syntax.Options{})
		for _, u := range prelude.Units(true) {
			s.Parse(u.Name, u.Text)
		}
	}
}
