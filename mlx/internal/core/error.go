package core

import (
	"fmt"
	"strings"
)

// Code classifies an Error.
type Code string

// The codes of errors.
const (
	BadShape    Code = "shape"       // shapes do not fit together
	BadDType    Code = "dtype"       // an element type that the operation does not take
	BadAxis     Code = "axis"        // an axis out of range or repeated
	BadArgument Code = "argument"    // any other argument
	TooLarge    Code = "too-large"   // the result does not fit in memory
	NoMemory    Code = "memory"      // the device has no memory left, or not so much in one piece
	Unsupported Code = "unsupported" // this runtime or device cannot do it
)

// Error says which operation was misused, how, and what to do.
type Error struct {
	Op     string // name of the operation in MLX: "matmul"
	Code   Code
	Shapes [][]int // shapes of the arrays concerned
	Msg    string
	Next   string // what to do next, "" if it is evident
}

// Error returns "[op] message (shapes …); next step".
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%s] %s", e.Op, e.Msg)
	if len(e.Shapes) > 0 {
		b.WriteString(" (shapes")
		for _, s := range e.Shapes {
			b.WriteString(" " + ShapeString(s))
		}
		b.WriteString(")")
	}
	if e.Next != "" {
		b.WriteString("; " + e.Next)
	}
	return b.String()
}

// ShapeString prints a shape as Python prints a tuple: (2,3), (4,), ().
func ShapeString(s []int) string {
	parts := make([]string, len(s))
	for i, n := range s {
		parts[i] = fmt.Sprint(n)
	}
	if len(s) == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ",") + ")"
}
