package sema

import (
	"slices"
	"strings"

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
	part    *syntax.Name
	called  bool       // this is an object that is called like a function
	members *overloads // of an operator: member functions of the left operand
	pointed bool       // & makes pointers of those that are called on an object
	pointer *Value     // to a member function, which is called on this
}

// needObject reports that every function of the set is called on an object.
func (s *overloads) needObject() bool {
	for _, f := range s.funcs {
		if !f.method() {
			return false
		}
	}
	for _, t := range s.tmpls {
		if fd, ok := t.decl.Decl.(*syntax.FuncDecl); t.record == nil || ok && fd.Specs&syntax.Static != 0 {
			return false
		}
	}
	return len(s.funcs)+len(s.tmpls) > 0 && len(s.fams) == 0
}

// candidate is one function that a call may mean.
type candidate struct {
	fn       *Function
	tmpl     *Template
	fam      *famRef
	over     *stdOverload
	object   *Value // of a member call
	args     []Value
	params   []QualType
	seqs     []sequence
	this     sequence
	member   bool      // an operator that is a member of the first operand
	pos      diag.Span // of its declaration
	why      reason
	tried    []Arg // of a template
	disabled bool  // by enable_if
}

func (x *candidate) viable() bool { return x.why.kind == viable }

// resolve chooses the function of a set that fits arguments best; spans are
// where the arguments stand, if anywhere. It reports an error and gives nil if there is none, or more than one.
func (c *checker) resolve(set *overloads, args []Value, spans []diag.Span, at diag.Span) *candidate {
	for i := range args {
		if args[i].bad() {
			return nil
		}
	}
	var key callKey
	repeats := key.set(set, args)
	if repeats {
		if x := c.mem.resolved[key]; x != nil {
			return x
		}
	}
	cands := c.candidates(set, args, at)
	best, ambiguous := c.choose(cands)
	switch {
	case best != nil:
		if repeats {
			c.remember(key, best, cands)
		}
		return best
	case len(ambiguous) > 0:
		d := diag.Diagnostic{Code: "ambiguous-call", Message: "call to '" + set.name + "' is ambiguous", Span: at}
		for i, x := range ambiguous {
			if i == maxCandidateNotes {
				break
			}
			d.Notes = append(d.Notes, diag.Note{Message: "candidate function" + x.signatureText(set.name), Span: x.pos})
		}
		d.Notes = append(d.Notes, whose(ambiguous, set.name, at)...)
		d.Notes = append(d.Notes, c.oneType(ambiguous, args, spans)...)
		d.Notes = append(d.Notes, ofNumbers(set.name, ambiguous, args, at)...)
		c.report(d)
	default:
		c.noMatch(set, cands, args, spans, at)
	}
	return nil
}

// signatureText describes a standard function, which has no text to point at.
func (x *candidate) signatureText(name string) string {
	if x.over == nil {
		return ""
	}
	return " '" + x.over.signature(name) + "'"
}

func (c *checker) noMatch(set *overloads, cands []*candidate, args []Value, spans []diag.Span, at diag.Span) {
	if c.exhausted && c.trap == nil {
		return // for want of the instances that are not made any more
	}
	if c.trap != nil {
		c.errorf(at, "no-matching-function", "no matching function for call to '%s'", set.name)
		return
	}
	if slices.ContainsFunc(cands, func(x *candidate) bool {
		return x.fn != nil && (x.fn.broken || slices.ContainsFunc(x.params, func(t QualType) bool { return t.T.lacking() }))
	}) ||
		lacks(args) || set.this != nil && set.this.Type.T.lacking() {
		return // it might have matched, and what is wrong with it is said
	}
	if c.bag.Errors()+len(c.lost) > 0 && slices.ContainsFunc(cands, func(x *candidate) bool { return x.why.kind == untold }) {
		return
	}
	what := "function for call to '" + set.name + "'"
	switch {
	case set.called:
		what = "function for call to object of type '" + set.this.Type.String() + "'"
	case set.this != nil:
		what = "member " + what
	}
	d := diag.Diagnostic{Code: "no-matching-function", Message: "no matching " + what, Span: at}
	if len(cands) == 1 && cands[0].lostQuals() != 0 && !set.called {
		f := cands[0].fn
		d.Message = "'this' argument to member function '" + f.Name + "' has type '" + set.this.Type.String() + "', but function is not marked " + qualNames(cands[0].lostQuals())
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
			note := "candidate function '" + x.over.signature(set.name) + "' not viable: "
			if x.over.fam.Deduced {
				note = "candidate template ignored: "
			}
			d.Notes = append(d.Notes, diag.Note{Message: note + x.reason()})
		case x.tmpl != nil && x.fn == nil:
			why, said := "candidate template ignored: ", x.reason()
			why += said
			if x.disabled {
				why = "candidate template ignored: " + c.requirement(x)
			} else if strings.HasPrefix(said, "requires ") || strings.HasPrefix(said, "allows ") {
				why = "candidate function template not viable: " + said
			}
			d.Notes = append(d.Notes, diag.Note{Message: why, Span: x.pos})
		default:
			d.Notes = append(d.Notes, diag.Note{Message: "candidate function not viable: " + x.reason(), Span: x.pos})
		}
	}
	d.Notes = append(d.Notes, c.atomicPointer(set.name, cands, args, spans)...)
	d.Notes = append(d.Notes, c.barrierFlags(set.name, args, at)...)
	if std > 0 && slices.ContainsFunc(args, func(v Value) bool { return v.Type.T.isVec() && v.Type.T.N > 4 }) {
		d.Notes = append(d.Notes, diag.Note{Message: "functions take vectors of up to four components; call it for parts of these, such as '.lo' and '.hi'"})
	}
	if set.this == nil {
		d.Notes = append(d.Notes, c.seenLater(set.name)...)
	}
	c.report(d)
}

// candidates gathers the functions of a set with their conversions.
func (c *checker) candidates(set *overloads, args []Value, at diag.Span) []*candidate {
	out := c.mem.work.lists.make(len(set.funcs) + len(set.tmpls) + 2*len(set.fams))[:0]
	if !set.hasArg {
		for _, f := range set.funcs {
			out = append(out, c.functionCandidate(f, set.this, args))
		}
	}
	for _, t := range set.tmpls {
		out = append(out, c.templateCandidate(t, set, args, at))
	}
	for i := range set.fams {
		if f := &set.fams[i]; f.fam.Deduced || !set.hasArg || len(set.tmpls) == 0 { // max<float> is the program's template
			out = c.familyCandidates(out, f, set, args)
		}
	}
	return out
}

func (c *checker) functionCandidate(f *Function, this *Value, args []Value) *candidate {
	x := c.mem.work.candidates.new()
	x.fn, x.pos, x.tmpl, x.args, x.object = f, f.decl.NamePos.Span(), f.tmpl, args, this
	if f.broken {
		x.why = because("its declaration is erroneous")
		return x
	}
	if len(args) < f.required() || len(args) > len(f.params) && !f.decl.Variadic {
		x.why = wrongNumber(len(f.params), f.firstName(), f.required(), len(args))
		return x
	}
	if f.method() && !f.ctor {
		if this == nil {
			x.why = because("call to non-static member function without an object argument")
			return x
		}
		x.this = c.thisSequence(*this, f)
		if x.this.rank == impossible {
			x.why.kind = wrongObject
			return x
		}
	}
	x.params = f.paramTypes()
	c.convertAll(x)
	return x
}

// firstName is the name of the first parameter, if there is one.
func (f *Function) firstName() string {
	if len(f.params) == 0 {
		return ""
	}
	return f.params[0].name
}

// convertAll finds the conversion of each argument to its parameter.
func (c *checker) convertAll(x *candidate) {
	x.seqs = c.mem.work.sequences.make(len(x.args))
	for i := range x.args {
		if i >= len(x.params) {
			x.seqs[i] = sequence{rank: ellipsis}
			continue
		}
		x.seqs[i] = c.implicit(x.args[i], x.params[i])
		if x.seqs[i].rank == impossible {
			x.why = reason{kind: wrongArgument, arg: int32(i)}
			return
		}
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
	want := f.thisQuals()
	if q.Q&(Const|Volatile)&^want != 0 {
		return never()
	}
	s := sequence{ref: true, base: uint16(baseDistance(q.T, f.record.Type))}
	if of := f.decl.Quals & (syntax.OfLValues | syntax.OfRValues); of != 0 {
		if this.Cat == LValue && of == syntax.OfRValues || this.Cat != LValue && of == syntax.OfLValues && want&Const == 0 {
			return never()
		}
		s.lvalueTo = of == syntax.OfLValues && this.Cat != LValue
	}
	if want&^q.Q != 0 {
		s.qualify = 1
	}
	return s
}
