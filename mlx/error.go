package mlx

import (
	"github.com/zmlx/zmlx/mlx/internal/core"
	"github.com/zmlx/zmlx/mlx/internal/host"
)

// Error says which operation was misused, how, and what to do. Operations
// panic with an *Error; Do recovers it.
type Error = core.Error

// ErrorCode classifies an Error.
type ErrorCode = core.Code

// The codes of errors.
const (
	BadShape    = core.BadShape    // shapes do not fit together
	BadDType    = core.BadDType    // an element type that the operation does not take
	BadAxis     = core.BadAxis     // an axis out of range or repeated
	BadArgument = core.BadArgument // any other argument
	TooLarge    = core.TooLarge    // the result does not fit in memory
	NoMemory    = core.NoMemory    // the device has no memory left, or not so much in one piece
	Unsupported = core.Unsupported // this runtime or device cannot do it
)

// Do calls f and returns the *Error that an operation in it panicked with, or
// f's own error. Other panics pass through.
func Do(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	return f()
}

// Try is Do for a function that returns a value.
func Try[T any](f func() T) (v T, err error) {
	err = Do(func() error { v = f(); return nil })
	return v, err
}

func throw(op string, code ErrorCode, next string, msg string, shapes ...[]int) {
	panic(&Error{Op: op, Code: code, Msg: msg, Next: next, Shapes: shapes})
}

// CheckMemory returns an *Error with code TooLarge if that many more bytes do
// not fit in the machine's memory, as an operation on the host would find out
// half-way.
func CheckMemory(bytes float64) error { return host.CheckMemory(bytes) }

// MakeBytes makes memory for the elements of an array, zeros, or fails as
// CheckMemory does.
func MakeBytes(n int) ([]byte, error) { return host.Bytes(n) }
