package diag

// DefaultLimit is how many errors are reported before a stage gives up.
const DefaultLimit = 20

// Bag collects diagnostics. It drops repetitions at one place and everything
// after the limit of errors. The zero Bag is ready to use.
type Bag struct {
	Limit   int      // of errors; DefaultLimit if 0
	Sources *Sources // if set, an error in a macro's body, and not of its arguments, is one however often the macro is used
	list    []Diagnostic
	seen    map[key]struct{}
	errors  int
	full    bool
}

type key struct {
	at, from Pos
	message  string
}

// Add reports d.
func (b *Bag) Add(d Diagnostic) {
	k := key{d.At(), d.Span.Start, d.Message}
	if b.Sources != nil && d.Severity == Error && len(d.Ranges) == 0 { // which may be arguments
		k.at, k.from = b.Sources.Spelling(k.at), b.Sources.Spelling(k.from)
	}
	if _, ok := b.seen[k]; ok || b.full {
		return
	}
	if b.seen == nil {
		b.seen = make(map[key]struct{})
	}
	b.seen[k] = struct{}{}
	limit := b.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	if d.Severity == Error && b.errors == limit {
		b.full = true
		d = Diagnostic{Severity: Error, Code: "too-many-errors", Message: "too many errors emitted, stopping now"}
	}
	if d.Severity == Error {
		b.errors++
	}
	b.list = append(b.list, d)
}

// Errors is the number of errors so far.
func (b *Bag) Errors() int { return b.errors }

// Full reports whether the limit of errors was passed; a stage should stop.
func (b *Bag) Full() bool { return b.full }

// List returns what was collected, in the order of reporting.
func (b *Bag) List() []Diagnostic { return b.list }
