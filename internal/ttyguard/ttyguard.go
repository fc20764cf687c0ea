// Package ttyguard keeps terminal libraries from querying the terminal while
// they are initialised.
//
// Bubble Tea asks the terminal for its background colour in an init function
// and waits up to five seconds for the answer, in every command of a binary
// that links it. The libraries skip that question where CI is set. This
// package sets CI until Release takes it back.
//
// Go initialises packages in the order of their import paths as soon as their
// imports are ready. This package imports only os and its path sorts before
// golang.org/x, which Bubble Tea needs, so it always comes first. The start-up
// test in package tui fails should that ever change.
package ttyguard

import "os"

const variable = "CI"

var held bool

func init() {
	if os.Getenv(variable) == "" {
		held = os.Setenv(variable, "1") == nil
	}
}

// Release restores the environment as it was. Call it from an init function
// of a package that imports the terminal libraries.
func Release() {
	if held {
		held = os.Unsetenv(variable) != nil
	}
}
