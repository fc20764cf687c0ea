package ir

// OptimizeTraced is Optimize; it tells after each pass what the program is.
func OptimizeTraced(p *Program, after func(pass string, p *Program)) (*Program, error) {
	return optimize(p, p.room(), false, after)
}

// ShareAll makes calls of functions stay that there are several of, and returns what
// undoes that.
func ShareAll() (undo func()) {
	most, least := maxShared, minShared
	maxShared, minShared = 0, 0
	return func() { maxShared, minShared = most, least }
}

// SetMaxCopies replaces maxCopies and returns what undoes that.
func SetMaxCopies(n int) (undo func()) {
	before := maxCopies
	maxCopies = n
	return func() { maxCopies = before }
}
