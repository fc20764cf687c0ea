package mlx

import (
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// compileText stands in for msl.Compile.
func compileText(name, text string, _ msl.Options) msl.Result {
	s := diag.NewSources()
	span, _ := s.AddFile(name, text, 0)
	d := diag.Diagnostic{Severity: diag.Error, Code: "not-implemented", Message: "the compiler is not there yet", Span: diag.Span{Start: span.Start, End: span.Start}}
	return msl.Result{Diagnostics: []diag.Diagnostic{d}, Sources: s}
}
