// Package dsl is the expression language of kernel specs.
//
// A program is a list of statements, one a line or separated by semicolons;
// inside brackets a line may break anywhere, and # starts a comment:
//
//	h = x + r
//	y = h * rsqrt(mean(square(h), axis=-1, keepdims=true) + eps) * w
//
// A statement assigns to a name or, for functions with several results, to
// names separated by commas. A program may also be one bare expression.
//
// Operators bind as in Python, from weak to strong:
//
//	a if c else b
//	or    and    not
//	< <= > >= == !=
//	|    ^    &    << >>
//	+ -    * / // % @
//	unary - + ~
//	**
//
// On arrays, "and", "or", "not" and the conditional work element by element.
// / is true division, // rounds down, % has the sign of the divisor, @ is
// matmul. Comparisons do not chain.
//
// Subscripts are numpy's: x[..., :D], x[::-1], x[:, None], x[0], x[idx] with
// an integer array. Function arguments are positional or keyword. A method
// call x.f(a) is f(x, a); x.shape, x.ndim, x.size and x.T are known; the
// prefixes mx., mx.fast. and nn. are accepted and ignored.
//
// Constants are numbers, true, false, none, inf, nan and pi; true, false and
// none are also accepted in Python's spelling. Strings stand in double or
// single quotes.
//
// Parse never panics and is bounded: MaxBytes of text, MaxDepth of nesting.
// The tree is immutable by convention and shared freely.
package dsl

// Limits of a program.
const (
	MaxBytes = 64 << 10
	MaxDepth = 200
)
