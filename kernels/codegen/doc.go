// Package codegen writes Metal kernels for graphs of array operations.
//
// Generate takes the outputs of a graph (package graph) and the inputs as they
// are stored, and chooses among four forms:
//
//   - Elementwise: four elements a thread with vector loads and stores. Inputs
//     may broadcast and may have any strides; they are never copied. The
//     kernel's text depends on the number of dimensions and on which of them
//     broadcast, not on their lengths.
//   - Rows: reductions over the last axis and everything around them, such as
//     softmax and the norms. A row belongs to one SIMD-group or, if it is long,
//     to one threadgroup. Each level of reductions is one pass over the row.
//   - Scan: a running sum, product, maximum or minimum along the last axis, with
//     elementwise work before and after it.
//
// Arithmetic is in float32 for all floating-point storage types. Maxima and
// minima pass NaN on, as MLX's do.
package codegen
