package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// overloads is a name that denotes functions.
type overloads struct {
	name    string
	funcs   []*Function
	tmpls   []*Template
	fams    []famRef
	args    []Arg // explicit template arguments
	hasArg  bool
	this    *Value // object of a member call
	qual    bool   // qualified: no lookup by argument
	part    *syntax.NamePart
	members *overloads // of an operator: member functions of the left operand
}

// candidate is one function that a call may mean.
type candidate struct {
	fn        *Function
	tmpl      *Template
	fam       *famRef
	over      *stdOverload
	params    []QualType
	seqs      []sequence
	this      sequence
	member    bool      // an operator that is a member of the first operand
	constThis bool      // not viable only because the object is const
	why       string    // that it is not viable
	pos       diag.Span // of its declaration
}

func (x *candidate) viable() bool { return x.why == "" }

// resolve chooses the function of a set that fits arguments best. It reports
// an error and gives nil if there is none, or more than one.
func (c *checker) resolve(set *overloads, args []Value, at diag.Span) *candidate {
	for _, a := range args {
		if a.bad() {
			return nil
		}
	}
	cands := c.candidates(set, args, at)
	best, ambiguous := c.choose(cands)
	switch {
	case best != nil:
		return best
	case len(ambiguous) > 0:
		d := diag.Diagnostic{Code: "ambiguous-call", Message: "call to '" + set.name + "' is ambiguous", Span: at}
		for i, x := range ambiguous {
			if i == maxCandidateNotes {
				break
			}
			d.Notes = append(d.Notes, diag.Note{Message: "candidate function" + x.signatureText(), Span: x.pos})
		}
		c.report(d)
	default:
		c.noMatch(set, cands, args, at)
	}
	return nil
}

// signatureText describes a standard function, which has no text to point at.
func (x *candidate) signatureText() string {
	if x.over == nil {
		return ""
	}
	return " '" + x.over.String() + "'"
}

func (c *checker) noMatch(set *overloads, cands []*candidate, args []Value, at diag.Span) {
	if c.trap != nil {
		c.errorf(at, "no-matching-function", "no matching function for call to '%s'", set.name)
		return
	}
	what := "function"
	if set.this != nil {
		what = "member function"
	}
	d := diag.Diagnostic{Code: "no-matching-function", Message: "no matching " + what + " for call to '" + set.name + "'", Span: at}
	if len(cands) == 1 && cands[0].constThis {
		f := cands[0].fn
		d.Message = "'this' argument to member function '" + f.Name + "' has type '" + set.this.Type.String() + "', but function is not marked const"
		d.Notes = []diag.Note{{Message: "'" + f.Name + "' declared here", Span: cands[0].pos}}
		c.report(d)
		return
	}
	std := 0
	for _, x := range cands {
		if len(d.Notes) == maxCandidateNotes {
			break
		}
		switch {
		case x.over != nil:
			if std++; std > 3 {
				continue
			}
			note := "candidate function '" + x.over.String() + "' not viable: "
			if x.over.fam.Deduced {
				note = "candidate template ignored: "
			}
			d.Notes = append(d.Notes, diag.Note{Message: note + x.why})
		case x.tmpl != nil && x.fn == nil:
			d.Notes = append(d.Notes, diag.Note{Message: "candidate template ignored: " + x.why, Span: x.pos})
		default:
			d.Notes = append(d.Notes, diag.Note{Message: "candidate function not viable: " + x.why, Span: x.pos})
		}
	}
	c.report(d)
}

// candidates gathers the functions of a set with their conversions.
func (c *checker) candidates(set *overloads, args []Value, at diag.Span) []*candidate {
	var out []*candidate
	if !set.hasArg {
		for _, f := range set.funcs {
			out = append(out, c.functionCandidate(f, set.this, args))
		}
	}
	for _, t := range set.tmpls {
		out = append(out, c.templateCandidate(t, set, args, at))
	}
	for i := range set.fams {
		out = c.familyCandidates(out, &set.fams[i], set, args)
	}
	return out
}

func (c *checker) functionCandidate(f *Function, this *Value, args []Value) *candidate {
	x := &candidate{fn: f, pos: f.decl.NamePos.Span(), tmpl: f.tmpl}
	if f.broken {
		x.why = "its declaration is erroneous"
		return x
	}
	if len(args) < f.required() || len(args) > len(f.params) && !f.decl.Variadic {
		x.why = arity(len(f.params), f.firstName(), f.required(), len(args))
		return x
	}
	if f.record != nil && !f.static && !f.ctor {
		if this == nil {
			x.why = "call to non-static member function without an object argument"
			return x
		}
		x.this = c.thisSequence(*this, f)
		if x.this.rank == impossible {
			x.why = thisProblem(*this, f)
			x.constThis = spaceName(this.Type.Space) == spaceName(f.thisSpace())
			return x
		}
	}
	x.params = f.paramTypes()
	c.convertAll(x, args)
	return x
}

// firstName is the name of the first parameter, if there is one.
func (f *Function) firstName() string {
	if len(f.params) == 0 {
		return ""
	}
	return f.params[0].name
}

// arity says that a number of arguments does not fit, in clang's words; first
// names the first parameter.
func arity(most int, first string, least, given int) string {
	n, how := most, "requires "
	switch {
	case most == least:
	case given > most:
		how = "requires at most "
	default:
		n, how = least, "requires at least "
	}
	was := itoa(given) + " were provided"
	if given == 1 {
		was = "1 was provided"
	}
	if n != 1 {
		return how + itoa(n) + " arguments, but " + was
	}
	if first == "" {
		return how + "1 argument, but " + was
	}
	if given == 0 {
		was = "no arguments were provided"
	} else {
		was = itoa(given) + " arguments were provided"
	}
	switch how {
	case "requires ":
		how = "requires single argument '"
	case "requires at most ":
		how = "allows at most single argument '"
	default:
		how = "requires at least argument '"
	}
	return how + first + "', but " + was
}

// convertAll finds the conversion of each argument to its parameter.
func (c *checker) convertAll(x *candidate, args []Value) {
	x.seqs = make([]sequence, len(args))
	for i, a := range args {
		if i >= len(x.params) {
			x.seqs[i] = sequence{rank: ellipsis}
			continue
		}
		x.seqs[i] = c.implicit(a, x.params[i])
		if x.seqs[i].rank == impossible {
			x.why = argumentProblem(a, x.params[i], i)
			return
		}
	}
}

func argumentProblem(a Value, to QualType, i int) string {
	from := a.Type
	if to.T.isRef() {
		el := to.T.Elem
		switch {
		case a.Cat == LValue && from.T == el.T && from.Space != el.Space:
			return "cannot pass pointer to address space '" + spaceName(from.Space) + "' as a reference to '" + spaceName(el.Space) + "' in " + ordinal(i) + " argument"
		case a.Cat == LValue && from.T == el.T && from.Q&^el.Q != 0:
			return ordinal(i) + " argument ('" + from.String() + "') would lose " + qualNames(from.Q&^el.Q) + " qualifier"
		case a.Cat != LValue && from.T == el.T:
			return "expects an lvalue for " + ordinal(i) + " argument"
		}
	}
	if from.T.Kind == TPointer && to.T.Kind == TPointer && from.T.Elem.T == to.T.Elem.T {
		if from.T.Elem.Space != to.T.Elem.Space {
			return "cannot pass pointer to address space '" + spaceName(from.T.Elem.Space) + "' as a pointer to '" + spaceName(to.T.Elem.Space) + "' in " + ordinal(i) + " argument"
		}
		return ordinal(i) + " argument ('" + from.String() + "') would lose " + qualNames(from.T.Elem.Q&^to.T.Elem.Q) + " qualifier"
	}
	from.Space = ir.NoSpace
	return "no known conversion from '" + from.String() + "' to '" + to.String() + "' for " + ordinal(i) + " argument"
}

func spaceName(s ir.Space) string {
	if s == ir.NoSpace {
		return "thread"
	}
	return spaceNames[s]
}

func ordinal(i int) string {
	switch n := i + 1; {
	case n%10 == 1 && n%100 != 11:
		return itoa(n) + "st"
	case n%10 == 2 && n%100 != 12:
		return itoa(n) + "nd"
	case n%10 == 3 && n%100 != 13:
		return itoa(n) + "rd"
	default:
		return itoa(n) + "th"
	}
}

// thisSequence is the conversion of an object to the method's *this.
func (c *checker) thisSequence(this Value, f *Function) sequence {
	q := this.Type
	held := q.Space
	if held == ir.NoSpace || this.Cat != LValue && !this.mem {
		held = ir.Thread
	}
	if held != f.thisSpace() {
		return never()
	}
	want := Quals(0)
	if f.constMethod() || f.space == ir.Constant {
		want = Const
	}
	if q.Q&Const&^want != 0 {
		return never()
	}
	s := sequence{base: baseDistance(q.T, f.record.Type)}
	if want&^q.Q != 0 {
		s.qualify = 1
	}
	return s
}

func thisProblem(this Value, f *Function) string {
	held := spaceName(this.Type.Space)
	if want := spaceName(f.thisSpace()); held != want {
		return "'this' object is in address space '" + held + "', but method expects object in address space '" + want + "'"
	}
	return "'this' argument has type '" + this.Type.String() + "', but method is not marked const"
}
