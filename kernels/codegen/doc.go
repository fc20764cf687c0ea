// Package codegen writes Metal kernels for graphs of array operations.
//
// Generate takes the outputs of a graph (package graph) and the inputs as they
// are stored. Most programs become one kernel, of one of three forms:
//
//   - Elementwise: four elements a thread, with vector loads and stores.
//   - Rows: reductions over any axes and everything around them, such as
//     softmax and the norms. A row, all that is reduced to one value, belongs to
//     one SIMD-group, to one threadgroup if it is long, or to several if there
//     are few such rows. Each level of reductions is one pass over the row.
//     Neighbouring threads take neighbouring elements of memory: of one row, or
//     of different rows where an axis before the last is reduced.
//   - Scan: a running sum, product, maximum or minimum along an axis, with
//     elementwise work before and after it.
//
// What no one kernel can do becomes several launches with scratch arrays
// between them: rows that several threadgroups share (each stores its part, the
// next launch joins the parts), reductions over different rows (the gradient of
// a norm's weight sums over rows what needs a mean of each row), scans of scans.
//
// Inputs broadcast and may have any strides; they are not copied, except where
// several neighbouring axes are reduced as one. A kernel's text depends on the
// number of axes and on which have length 1, not on other lengths.
//
// Arithmetic is in float32 for all floating-point storage types. Maxima and
// minima pass NaN on, as MLX's do.
package codegen
