package diag

// Sources holds files and macro expansions.
type Sources struct {
	entries []entry
	next    Pos
}

type entry struct{}
