// Package check says whether a kernel is right.
//
// # What is compared
//
// Run launches a kernel on inputs that are drawn for a seed and computes the
// spec's reference twice: in float64, which is taken as the truth, and in the
// working type, as a user of MLX would compute it. A report holds the error of
// the kernel and of the plain operation, both against the truth.
//
// An element of a floating-point output passes if it is what the truth rounds
// to, or if
//
//	|got - truth| <= atol + rtol*|truth|
//
// Integers and bools must be equal. A NaN passes only where the truth is NaN,
// an infinity only where the truth rounds to the same infinity.
//
// # Elements that were never written
//
// Outputs are filled with a pattern before the launch (0xFF bytes, a NaN in
// every floating-point type). The embedded device tracks each store and counts
// the elements that got none. On a device that cannot, elements that still
// hold the pattern are suspects, and a second launch with another pattern
// convicts those that hold that one too. A kernel with an init_value may leave
// elements alone. Otherwise an output with an unwritten element never passes.
package check
