// Package capi calls MLX through its C API, libmlxc, which is loaded at run
// time without cgo.
//
// MLX keeps streams, encoders and its compile cache per thread, so one
// goroutine that is locked to its OS thread makes every call: all methods of
// Library but Do, Release and the accessors are for functions that Do runs.
// Errors come through MLX's error handler, which is installed before anything
// else, since the default one exits the process.
package capi

// Handle is any of MLX-C's handles, which are structures of one pointer. 0 is
// the null handle.
type Handle uintptr
