// Package interop carries kernels out of and into other programs.
//
// Export writes a Source as a program that runs as it is: Python over
// mx.fast.metal_kernel, Swift over MLXFast.metalKernel, C over mlx-c; as the
// Metal text alone; as the spec; or as a launch record. The programs draw their
// inputs by the recipe of package kernels, so they compute on the same numbers.
//
// Import reads Python and Swift files, without running them (package program), and finds
// the kernels that they make with metal_kernel, with names, texts and launches.
// What is not known is guessed and said; a guess that does not compile is
// changed. CaptureHelper is a Python module that records the launches of a
// running program instead.
package interop
