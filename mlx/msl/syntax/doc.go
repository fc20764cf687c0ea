// Package syntax scans, preprocesses and parses the Metal Shading Language.
//
// A Session turns units into trees. It holds what later units need of earlier
// ones: macros, the kinds of names, and the texts that positions point to. A
// prelude is parsed once; each compilation works in a Fork of its session.
//
// The preprocessor is C++'s in full and reads a whole unit into tokens, so that
// the parser can look ahead as far as it has to. The parser knows just enough
// of names to tell types, templates and values apart; types, overloads and
// constant values belong to package sema. What C++ has and Metal does not is
// refused by name.
//
// Any input ends with a tree and diagnostics. The tree lacks what could not be
// read; a function whose body lacks something is Broken. Nesting, macro
// expansion, inclusion and lookahead are bounded, each with an error of its
// own.
//
// Print gives the text form of a tree.
package syntax
