package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// special is a member function that a class has without declaring it.
type special uint8

const (
	copyConstructor special = iota
	moveConstructor
	copyAssignment
	moveAssignment
	destructor
	specials
)

var specialNames = [specials]string{"copy constructor", "move constructor", "copy assignment operator", "move assignment operator", "destructor"}

func (s special) String() string { return specialNames[s] }

func (s special) moves() bool { return s == moveConstructor || s == moveAssignment }

func (s special) assigns() bool { return s == copyAssignment || s == moveAssignment }

// constructing is the constructor that makes an object of a value: nothing moves what is const.
func constructing(v Value) special {
	if v.Cat == LValue || v.Type.isConst() {
		return copyConstructor
	}
	return moveConstructor
}

// assigning is the operator that assigns a value.
func assigning(v Value) special { return copyAssignment + constructing(v) }

// deletion says why a special member of a class is deleted.
type deletion struct {
	special
	class    string
	explicit bool // by the user
	why      string
	at       diag.Span
	of       *deletion // that of a member or base, which is the reason
}

// noteDeletions works out which special members of a class are deleted. What would move
// copies, where there is nothing that moves.
func (c *checker) noteDeletions(r *Record) {
	for s := range specials {
		r.deleted[s] = c.deletion(r, s)
		if d := r.deleted[s]; d != nil {
			for _, f := range r.declaredAs(s) {
				c.remarkDefaulted(f, s.String(), d.notes())
			}
		}
	}
	if i := slices.IndexFunc(r.Fields, func(f Field) bool { return f.unset() }); i >= 0 && r.constant && !r.Union {
		for _, f := range r.ctors {
			if len(f.params) == 0 {
				c.remarkDefaulted(f, "default constructor", []diag.Note{r.notDefaultable(&r.Fields[i])})
			}
		}
	}
}

// remarkDefaulted warns of a special member that is deleted where the user asked for it.
func (c *checker) remarkDefaulted(f *Function, what string, why []diag.Note) {
	if f.decl.Default && len(c.stack) == 0 {
		c.remark(diag.Diagnostic{Code: "defaulted-function-deleted", Message: "explicitly defaulted " + what + " is implicitly deleted", Span: f.decl.NamePos.Span(), Notes: why})
	}
}

func (c *checker) deletion(r *Record, s special) *deletion {
	if r.Lambda != nil && s.assigns() {
		return &deletion{special: copyAssignment, explicit: true, why: "lambda expression begins here", at: r.Lambda.node.Span()}
	}
	own := r.declaredAs(s)
	if len(own) == 0 {
		for _, m := range []special{moveConstructor, moveAssignment} {
			if (s == copyConstructor || s == copyAssignment) && len(r.declaredAs(m)) > 0 {
				return &deletion{special: s, class: r.Name, why: "it has a user-declared " + m.String(), at: r.declaredAs(m)[0].decl.NamePos.Span()}
			}
		}
		if s.moves() && !r.moves {
			return r.deleted[s-1]
		}
	}
	if slices.ContainsFunc(own, func(f *Function) bool { return !f.decl.Deleted && !f.decl.Default }) {
		return nil
	}
	if len(own) > 0 && !slices.ContainsFunc(own, func(f *Function) bool { return f.decl.Default }) {
		return &deletion{special: s, explicit: true, why: "'" + own[0].spelled() + "' has been explicitly marked deleted here", at: own[0].decl.NamePos.Span()}
	}
	d := c.deletionByPart(r, s)
	if d != nil && s.moves() {
		return r.deleted[s-1]
	}
	if d != nil {
		d.special, d.class = s, r.Name
	}
	return d
}

// declaredAs are the functions of a class that the user declared for a special member.
func (r *Record) declaredAs(s special) []*Function {
	from := r.ctors
	switch {
	case s == destructor && r.destructor == nil:
		return nil
	case s == destructor:
		return []*Function{{Name: r.destructor.Name.Ident, decl: r.destructor, record: r, access: r.endAccess}}
	case s.assigns():
		from = r.assignments()
	}
	var out []*Function
	for _, f := range from {
		if f.takesOwn() && f.takesRvalue() == s.moves() {
			out = append(out, f)
		}
	}
	return out
}

// deletionByPart is why a special member cannot do with the bases and members of a class
// what it does by itself.
func (c *checker) deletionByPart(r *Record, s special) *deletion {
	for _, b := range r.Bases {
		if d := c.deletionOf(b.Record, s, "base class '"+b.Record.Name+"'", r.at, false); d != nil {
			return d
		}
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		t, m := f.Type, innermost(f.Type.T).Record
		if f.anon {
			if m != nil && m.deleted[s] != nil && !slices.Contains(r.Bases, f.Type.T) {
				d := *m.deleted[s]
				return &d
			}
			continue
		}
		at, what := r.at, "field '"+f.Name+"'"
		switch {
		case f.decl != nil:
			at = f.decl.NamePos.Span()
		case r.Lambda != nil:
			at, what = r.Lambda.node.Intro.Span(), "what it captures"
		}
		if r.Union {
			what = "variant " + what
		}
		switch {
		case s.assigns() && t.T.isRef():
			return &deletion{why: what + " is of reference type '" + t.String() + "'", at: at}
		case s <= moveConstructor && t.T.Kind == TRValueRef:
			return &deletion{why: what + " is of rvalue reference type '" + t.String() + "'", at: at}
		case s.assigns() && t.isConst() && m == nil:
			return &deletion{why: what + " is of const-qualified type '" + t.String() + "'", at: at}
		case s.assigns() && t.isConst() && !slices.ContainsFunc(m.assignments(), (*Function).constMethod):
			return &deletion{why: what + " has no " + s.String(), at: at}
		case m != nil:
			if d := c.deletionOf(m, s, what, at, r.Union); d != nil {
				return d
			}
		}
	}
	return nil
}

// deletionOf is deletionByPart for one that is an object of a class.
func (c *checker) deletionOf(m *Record, s special, what string, at diag.Span, variant bool) *deletion {
	if m.deleted[s] != nil {
		return &deletion{why: what + " has a deleted " + s.String(), at: at, of: m.deleted[s]}
	}
	own := m.declaredAs(s)
	if len(own) == 0 && s.moves() && !m.moves {
		own = m.declaredAs(s - 1)
	}
	if len(own) > 0 && !slices.ContainsFunc(own, func(f *Function) bool { return c.mayName(f, nil) }) {
		return &deletion{why: what + " has an inaccessible " + s.String(), at: at}
	}
	if variant && (s <= moveConstructor && m.copies || s.assigns() && m.assigns || s == destructor && m.ownEnd != nil) {
		return &deletion{why: what + " has a non-trivial " + s.String(), at: at}
	}
	if s <= moveConstructor {
		return c.deletionOf(m, destructor, what, at, false)
	}
	return nil
}

// notes say why a special member of a class is deleted.
func (d *deletion) notes() (notes []diag.Note) {
	for ; d != nil && len(notes) < maxCandidateNotes; d = d.of {
		n := diag.Note{Message: d.why, Span: d.at}
		if !d.explicit {
			n.Message = d.String() + " of '" + d.class + "' is implicitly deleted because " + d.why
		}
		notes = append(notes, n)
	}
	return notes
}

// constructs reports the copying or moving of an object whose class has its constructor for
// that deleted.
func (c *checker) constructs(r *Record, s special, at diag.Span) bool {
	d := r.deleted[s]
	if d == nil {
		return true
	}
	message := "call to implicitly-deleted " + d.String() + " of '" + r.Name + "'"
	if d.explicit {
		message = "call to deleted constructor of '" + r.Name + "'"
	}
	c.report(diag.Diagnostic{Code: "deleted-function", Message: message, Span: at, Notes: d.notes()})
	return false
}

// reassigns reports the assignment of an object whose class has its operator for that deleted.
func (c *checker) reassigns(r *Record, s special, at diag.Span, caret diag.Pos) bool {
	d := r.deleted[s]
	if d == nil {
		return true
	}
	message := "object of type '" + r.Name + "' cannot be assigned because its " + d.String() + " is implicitly deleted"
	if d.explicit && r.Lambda == nil {
		message = "overload resolution selected deleted operator '='"
	}
	c.report(diag.Diagnostic{Code: "deleted-function", Message: message, Span: at, Caret: caret, Notes: d.notes()})
	return false
}

// asAssignment is the special member that an operator is; specials if it is none.
func (f *Function) asAssignment() special {
	switch {
	case f.record == nil || f.Name != "operator=" || !f.takesOwn():
		return specials
	case f.takesRvalue():
		return moveAssignment
	}
	return copyAssignment
}
