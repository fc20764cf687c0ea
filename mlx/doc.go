// Package mlx holds arrays in MLX's semantics, the operations on them, and the
// devices that run custom kernels.
//
// # Arrays
//
// An Array is an immutable, typed, n-dimensional value that belongs to a
// Runtime. Operations broadcast and promote element types as MLX does, chain
// as methods, and are named as in mlx.core:
//
//	y := x.Multiply(x.Square().Mean(mlx.KeepDims, -1).Add(1e-6).Rsqrt()).Multiply(w)
//
// Operands may be Go numbers; like Python's they take the element type of the
// array that they meet.
//
// Misuse panics with an *Error that names the operation, the shapes and what to
// do. Do recovers it at the boundary of a piece of work:
//
//	err := mlx.Do(func() error { y = x.Matmul(w); return nil })
//
// # Devices
//
// A Device compiles a KernelSource, a custom kernel as mx.fast.metal_kernel
// takes it, and launches it. The device "host" is always there.
package mlx
