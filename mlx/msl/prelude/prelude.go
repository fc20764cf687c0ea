// Package prelude holds what of Metal's standard library is written in Metal:
// type traits, numeric limits, enumerations and small templates, and the names
// that MLX's preamble gives every custom kernel. Functions that touch the
// machine (maths, SIMD-groups, atomics) are builtins of package sema.
//
// The units are plain Metal text for the front end to parse once per process.
// They use compiler intrinsics (__is_same and the like, __make_signed,
// __underlying_type) and macros that they undefine again; they need no
// #include and define nothing outside the namespaces that they name.
package prelude

import "embed"

//go:embed *.metal
var files embed.FS

// Unit is one file of the prelude.
type Unit struct {
	Name string // as diagnostics show it: "<metal>/traits"
	Text string
}

// Metal returns the units that every translation unit sees, in the order in
// which they build on each other.
func Metal() []Unit { return read("traits", "limits", "sync", "utility") }

// MLX returns the units of MLX's preamble. They follow those of Metal and put
// "using namespace metal" in force.
func MLX() []Unit { return read("mlx") }

func read(names ...string) []Unit {
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
