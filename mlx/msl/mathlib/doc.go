// Package mathlib implements the transcendental operations of package ir, Exp
// to Pow, once for all executors: as Metal text that our own compiler lowers,
// function by function on first use in the process.
//
// Link replaces the operations of a program by calls of these functions, so
// interpreter and WebAssembly execute the same float32 steps and agree in every
// bit. The functions use no fused operation and hardly a branch, as four-lane
// SIMD without FMA wants it. On half and bfloat they compute in float32 and
// round once.
//
// Errors over all float32 arguments stay below 2.6 ulp, tanpi below 3.4, most
// below 1.6; the tests print and hold them. Special values are those of C99.
// The fast variants of sin, cos and tan skip the exact reduction of arguments
// beyond 100,000, that of pow is exp2(y log2 x); the others have none.
package mathlib
