// Package sema checks Metal and lowers it to package ir, in one pass.
//
// The checker walks the tree of every concrete function body once, computes
// types and emits instructions through a builder at the same time. Templates
// are checked when they are instantiated, with their parameters bound in a
// scope, so the tree needs no dependent types; what depends on no parameter is
// checked with errors for parameters. Unevaluated operands and failed
// substitutions emit into a scratch function that is thrown away; constant
// expressions emit into a scratch function that is evaluated.
//
// An erroneous expression has the error type. It converts to everything and
// nothing is reported about it again, so one mistake gives one message.
package sema
