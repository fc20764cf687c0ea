// Package msl compiles the Metal Shading Language.
//
// Compile is a pure function from text to a verified ir.Program and
// diagnostics. The stages are packages of their own, each with a text form:
// syntax (scan, preprocess, parse), sema (check, instantiate, lower), ir, and
// the executors interp and wasm.
package msl

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/sema"
	"github.com/zmlx/zmlx/profile/trace"
)

// Options steer a compilation.
type Options struct {
	// Preamble makes the names known that MLX's preamble gives every custom
	// kernel (elem_to_loc, Limits, complex64_t, bfloat16_t, …) and puts
	// "using namespace metal" in force.
	Preamble bool
	// Defines are object-like macros, as -D name=value gives them.
	Defines map[string]string
	// Include returns the text of an #include that is not one of Metal's own
	// headers; nil refuses every such include. from is the including file. An
	// error other than fs.ErrNotExist is of a file that is there.
	Include func(name, from string, angled bool) (path, text string, err error)
	// FunctionConstant, if set, is asked for the value of each function constant.
	FunctionConstant sema.FunctionConstant
	// Unit makes the text one of several that are linked to a library.
	Unit sema.Unit
	// Version is __METAL_VERSION__, one of Versions; 320 if zero.
	Version int
	// Trace, if set, gets a span for each stage.
	Trace *trace.Track
}

// Versions are the versions of the language, as __METAL_VERSION__, by the names
// that Apple's compiler has for them in -std=.
var Versions = map[string]int{"metal3.0": 300, "metal3.1": 310, "metal3.2": 320, "metal4.0": 400}

// Result is what a compilation gives. Program is nil if any diagnostic is an
// error.
type Result struct {
	Program     *ir.Program
	Diagnostics []diag.Diagnostic
	Sources     *diag.Sources
}
