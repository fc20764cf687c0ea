// Package prelude holds what of Metal's standard library is written in Metal:
// type traits, numeric limits, enumerations and small templates, and the names
// that MLX's preamble gives every custom kernel. Functions that touch the
// machine (maths, SIMD-groups, atomics) are builtins of package sema.
//
// The units are plain Metal text for the front end to parse once per process.
// They use compiler intrinsics (__is_same and the like, __underlying_type) and
// need no #include. Beside the macros of Metal and MLX they leave none behind.
package prelude

import (
	"embed"
	"strings"
)

//go:embed *.metal
var files embed.FS

// Unit is one file of the prelude.
type Unit struct {
	Name string // as diagnostics show it: "<metal>/traits"
	Text string
}

//go:embed simd_types.metal
var simdTypes string

// Header returns the text of a header of Apple's that is not the language's
// own: the vector and matrix names of <simd/simd.h> and what it consists of.
func Header(name string) (path, text string, ok bool) {
	if strings.HasPrefix(name, "simd/") {
		return "<simd/simd.h>", simdTypes, true
	}
	return "", "", false
}

// Units returns the library in the order in which its units build on each
// other; with mlx set the names of MLX's preamble follow, which put "using
// namespace metal" in force.
func Units(mlx bool) []Unit {
	names := []string{"constants", "traits", "limits", "sync", "simd", "utility", "functional", "matrix", "pack", "logging", "indirect"}
	if mlx {
		names = append(names, "mlx", "mlx_math")
	}
	units := make([]Unit, len(names))
	for i, n := range names {
		b, err := files.ReadFile(n + ".metal")
		if err != nil {
			panic(err) // embedded: cannot be absent
		}
		units[i] = Unit{Name: "<metal>/" + n, Text: string(b)}
	}
	return units
}
