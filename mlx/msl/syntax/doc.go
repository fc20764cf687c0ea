// Package syntax scans, preprocesses and parses the Metal Shading Language.
//
// The parser knows just enough of names to tell types, templates and values
// apart; types, overloads and constant values belong to package sema.
package syntax
