package workbench

import "slices"

// Status says how a job went.
type Status string

// The statuses, as launch-record verdicts spell them.
const (
	StatusOK           Status = "ok"
	StatusMismatch     Status = "mismatch"      // an output differs from the reference
	StatusSpecError    Status = "error"         // the document itself is wrong
	StatusCompileError Status = "compile_error" // the kernel does not compile
	StatusFinding      Status = "finding"       // the kernel misused memory or did not end
	StatusTimeout      Status = "timeout"
	StatusInconclusive Status = "inconclusive" // nothing is wrong, and there is nothing to compare with
)

// The exit codes of zmlx.
const (
	ExitOK           = 0
	ExitFailed       = 1 // completed, but a check failed
	ExitUsage        = 2 // usage or spec error
	ExitInternal     = 3
	ExitCompile      = 20
	ExitDevice       = 21
	ExitTimeout      = 22
	ExitFinding      = 23
	ExitInconclusive = 24
	ExitCancelled    = 130
)

// ExitCode is the exit code that a status stands for.
func (s Status) ExitCode() int {
	switch s {
	case StatusOK:
		return ExitOK
	case StatusMismatch:
		return ExitFailed
	case StatusSpecError:
		return ExitUsage
	case StatusCompileError:
		return ExitCompile
	case StatusFinding:
		return ExitFinding
	case StatusTimeout:
		return ExitTimeout
	case StatusInconclusive:
		return ExitInconclusive
	}
	return ExitInternal
}

// byGravity orders exit codes from the most to the least serious.
var byGravity = []int{
	ExitCancelled, ExitInternal, ExitUsage, ExitDevice, ExitCompile, ExitFinding, ExitTimeout, ExitFailed, ExitInconclusive, ExitOK,
}

// WorstExit is the exit code of several jobs together: the most serious one.
func WorstExit(codes ...int) int {
	for _, c := range byGravity {
		if slices.Contains(codes, c) {
			return c
		}
	}
	if len(codes) == 0 {
		return ExitOK
	}
	return ExitInternal
}
