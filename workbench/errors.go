package workbench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
)

// Code classifies an Error.
type Code string

// The codes of errors.
const (
	CodeUsage     Code = "usage"     // the job asks for what the document does not have
	CodeFile      Code = "file"      // a file cannot be read or written
	CodeDevice    Code = "device"    // no such device, or it cannot do this
	CodeTimeout   Code = "timeout"   // the context's deadline passed
	CodeCancelled Code = "cancelled" // Cancel, or the context's end
	CodeInternal  Code = "internal"  // an error of zmlx itself
	CodeWorker    Code = "worker"    // the process that ran the job died
)

// Error is why a job has no result.
type Error struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
	Next    string `json:"next,omitempty"`  // what to do about it
	Stack   string `json:"stack,omitempty"` // of an internal error
}

// Error returns the message and the next step.
func (e *Error) Error() string {
	if e.Next == "" {
		return e.Message
	}
	return e.Message + "; " + e.Next
}

// ExitCode is the exit code that an error stands for.
func (e *Error) ExitCode() int {
	switch e.Code {
	case CodeUsage, CodeFile:
		return ExitUsage
	case CodeDevice:
		return ExitDevice
	case CodeTimeout:
		return ExitTimeout
	case CodeCancelled:
		return ExitCancelled
	}
	return ExitInternal
}

func usagef(next, format string, args ...any) *Error {
	return &Error{Code: CodeUsage, Message: fmt.Sprintf(format, args...), Next: next}
}

// notSpec is the error about a document of another kind, of which no spec's work can be done.
func notSpec(path, done string) *Error {
	return usagef("zmlx new writes a spec to put the kernel into", "only specs can be %s, and %s is none", done, path)
}

// fileError says that a file could not be read or written; that a context ended
// stays that.
func fileError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	message := err.Error()
	if p, ok := err.(*fs.PathError); ok { // without the call that failed
		message = p.Path + ": " + p.Err.Error()
	}
	return &Error{Code: CodeFile, Message: message}
}

// asError makes an *Error of any error that a job ended with.
func asError(ctx context.Context, err error) *Error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, context.Canceled) && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &Error{Code: CodeTimeout, Message: "the time limit passed", Next: "raise it, or run a smaller case"}
	case errors.Is(err, context.Canceled):
		return &Error{Code: CodeCancelled, Message: "cancelled"}
	}
	return &Error{Code: CodeInternal, Message: err.Error()}
}

// panicError describes a recovered panic.
func panicError(v any) *Error {
	return &Error{Code: CodeInternal, Message: fmt.Sprintf("internal error: %v", v),
		Next: "this is a fault of zmlx: please report it with the document", Stack: string(debug.Stack())}
}
