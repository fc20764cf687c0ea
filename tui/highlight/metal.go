package highlight

import (
	"strings"
	"sync"

	msl "github.com/zmlx/zmlx/mlx/msl/highlight"
)

// MetalLexer lexes the Metal Shading Language with the compiler's own scanner.
var MetalLexer Lexer = metal{}

type metal struct{}

// kinds are those of the scanner's classes.
var kinds = [...]Kind{
	msl.Comment: Comment, msl.Directive: Preprocessor, msl.Keyword: Keyword, msl.AddressSpace: Keyword, msl.Type: Type,
	msl.Attribute: Attribute, msl.Builtin: Builtin, msl.Function: Function, msl.Constant: Number, msl.Number: Number,
	msl.String: String, msl.Operator: Operator, msl.Punctuation: Punctuation, msl.Invalid: Invalid,
}

func (metal) Line(line string, in State, spans []Span) ([]Span, State) {
	var buf [64]msl.Span
	parts, end := msl.Line(line, in.Metal, buf[:0])
	for _, p := range parts {
		if p.Class == msl.Name && positions()[line[p.Start:p.End]] {
			spans = append(spans, Span{p.Start, p.End, Builtin})
			continue
		}
		if k := kinds[p.Class]; k != Text {
			spans = append(spans, Span{p.Start, p.End, k})
		}
	}
	return spans, State{Metal: end}
}

// positions are the names by which the body of an MLX kernel knows where it
// is; to the compiler they are parameters like any other.
var positions = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields(`dispatch_quadgroups_per_threadgroup dispatch_simdgroups_per_threadgroup
		dispatch_threads_per_threadgroup grid_origin grid_size quadgroup_index_in_threadgroup quadgroups_per_threadgroup
		simdgroup_index_in_threadgroup simdgroups_per_threadgroup thread_execution_width thread_index_in_quadgroup
		thread_index_in_simdgroup thread_index_in_threadgroup thread_position_in_grid thread_position_in_threadgroup
		threadgroup_position_in_grid threadgroups_per_grid threads_per_grid threads_per_simdgroup threads_per_threadgroup`) {
		m[name] = true
	}
	return m
})
