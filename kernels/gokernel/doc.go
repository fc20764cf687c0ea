// Package gokernel translates a restricted Go function into a kernel of the
// Metal Shading Language.
//
//	func softcap(x, y []T) {
//		i := gpu.ThreadPositionInGrid().X
//		y[i] = T(Cap * gpu.Tanh(float32(x[i])/Cap))
//	}
//
// # The text
//
// A text holds one kernel, the first function without a result, and functions
// that it calls.
// The package clause and the imports may be left out; packages math and gpu
// (see the package below this one) can be imported. The kernel's parameters
// are the inputs and outputs, by name: a slice, or for a zero-dimensional
// input a plain value. Parameters of the spec are untyped constants, dtypes of
// its template are types. The text is type-checked by go/types.
//
// # What is translated
//
// Variables, constants, arrays, arithmetic, comparisons, conversions,
// assignments, if, switch over integers and conditions, every for loop over conditions
// and integers, break, continue, return, calls of functions with at most one
// result, len, min and max of integers, and the functions of math and gpu.
// A slice may be handed to a function, whole or as s[low:]; it is not a
// variable. Everything else is an Error that names it.
//
// # What is different from Go
//
//   - int and uint have 32 bits. Unsigned arithmetic wraps; signed overflow is
//     undefined in Metal, where Go wraps.
//   - A shift by the width or more is undefined, where Go gives 0 or -1; by a
//     constant it is refused. Division by zero is undefined.
//   - There is no float64: functions of math are computed in float32 and
//     float64 stands only between them and a conversion.
//   - Indices are not checked, other than by the embedded device.
//   - Constant expressions are exact, as in Go; the text that is generated
//     holds their values.
//
// The same text and options give the same kernel. No text makes Translate
// panic, and its cost is bounded by MaxBytes.
package gokernel
