package msl_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// TestSpecification compiles small units that the Metal Shading Language
// Specification allows (ok_*) or forbids (no_*), each under the section that
// says so, and compares the diagnostics (*.diag) exactly.
func TestSpecification(t *testing.T) {
	eachUnit(t, "testdata/spec/*.txtar", func(t *testing.T, name, text string) string {
		r := compileUnit(name, text)
		shown := diag.RenderAll(r.Sources, r.Diagnostics)
		require.NotContains(t, shown, "internal compiler error")
		if accepted := r.Program != nil; accepted != strings.HasPrefix(name, "ok_") {
			t.Errorf("accepted: %v\n%s%s", accepted, text, shown)
		}
		return shown
	})
}
