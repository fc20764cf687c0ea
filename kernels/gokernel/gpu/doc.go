// Package gpu is what a Go kernel says about the machine it runs on: where a
// thread stands, how threads of a group wait for each other and combine
// values, and the maths functions of the Metal Shading Language.
//
// It type-checks like any package, so an editor completes and documents it.
// The maths functions also run on the CPU, in float32. All others have a
// meaning only inside a kernel, which package gokernel translates, and panic
// when they are called.
package gpu

// Float is a floating-point element type. The working type T of a kernel is
// one: type T float32.
type Float interface{ ~float32 }

// Integer is an integer element type.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Number is an element type with an order.
type Number interface{ Integer | Float }

// Float16 is Metal's half. On the CPU it has the precision of float32.
type Float16 float32

// Bfloat16 is Metal's bfloat. On the CPU it has the precision of float32.
type Bfloat16 float32

// Uint3 is a position or a size in up to three dimensions.
type Uint3 struct{ X, Y, Z uint32 }

func onlyInKernel[R any]() R {
	panic("gpu: this function runs only inside a kernel")
}
