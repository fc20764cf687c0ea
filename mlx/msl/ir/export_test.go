package ir

// OptimizeTraced is Optimize; it tells after each pass what the program is.
var OptimizeTraced = optimize

// SetMaxCopies replaces maxCopies and returns what undoes that.
func SetMaxCopies(n int) (undo func()) {
	before := maxCopies
	maxCopies = n
	return func() { maxCopies = before }
}
