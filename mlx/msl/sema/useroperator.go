package sema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// operatorNames are the names of the functions that overload operators.
var operatorNames = func() (names [256]string) {
	for op := range names {
		names[op] = "operator" + syntax.Kind(op).String()
	}
	names[syntax.LBrack] = "operator[]"
	return names
}()

// operands are the operands of an operator, one or two, and where they stand.
func (o *operation) operands(x Value, y *Value) ([]Value, []diag.Span) {
	if y == nil {
		return []Value{x}, []diag.Span{o.x.Span()}
	}
	return []Value{x, *y}, []diag.Span{o.x.Span(), o.y.Span()}
}

// memberFunctions is the overload set of a member of a record; nil if there
// is none.
func (c *checker) memberFunctions(x Value, name string) *overloads {
	if x.Type.T.Kind != TRecord || !c.complete(x.Type.T.Record, diag.Span{}) {
		return nil
	}
	b := c.within(x.Type.T.Record.Scope, name)
	if b == nil || len(b.funcs)+len(b.ftmpls) == 0 {
		return nil
	}
	return &overloads{name: name, funcs: b.funcs, tmpls: b.ftmpls, this: &x}
}

// operatorSet gathers the user-defined operators that could apply; nil if
// there are none.
func (c *checker) operatorSet(op syntax.Kind, x Value, y *Value) *overloads {
	name := operatorNames[op]
	set := &overloads{name: name}
	if b := c.lookup(c.scope, name); b != nil {
		for _, f := range b.funcs {
			if f.record == nil {
				set.funcs = append(set.funcs, f)
			}
		}
		for _, t := range b.ftmpls {
			if t.record == nil {
				set.tmpls = append(set.tmpls, t)
			}
		}
	}
	args := []Value{x}
	if y != nil {
		args = append(args, *y)
	}
	c.byArguments(set, args)
	if m := c.memberFunctions(x, name); m != nil {
		set.this = m.this
		set.members = m
	}
	if len(set.funcs)+len(set.tmpls) == 0 && set.members == nil {
		return nil
	}
	return set
}

// userOperator applies a user-defined operator; ok is false if none is viable.
func (c *checker) userOperator(o *operation, x Value, y *Value) (v Value, cands []*candidate, ok bool) {
	at := o.at
	args, spans := o.operands(x, y)
	if set := c.operatorSet(o.op, x, y); set != nil {
		this := set.this
		set.this = nil
		cands = c.candidates(set, args, at)
		if set.members != nil {
			for _, m := range c.candidates(set.members, args[1:], at) {
				if m.viable() {
					// Compare the object like a first argument.
					m.seqs = append([]sequence{m.this}, m.seqs...)
					m.member = true
					m.this = sequence{}
				}
				cands = append(cands, m)
			}
		}
		set.this = this
	}
	best, ambiguous := c.choose(cands)
	if best != nil && y != nil {
		own, tied := c.rival(o.op, best, x, *y)
		if own {
			return poison, cands, false
		}
		if tied != nil {
			d := o.ambiguous(args)
			d.Notes = []diag.Note{{Message: "candidate function", Span: best.pos}, {Message: fmt.Sprintf("built-in candidate %s(%s, %s)", operatorNames[o.op], tied[0], tied[1]), Span: diag.Span{Start: o.pos, End: o.pos}}}
			return c.report(d), nil, true
		}
	}
	switch {
	case best != nil && best.member:
		best.seqs = best.seqs[1:]
		return c.callCandidate(best, &x, args[1:], at, spans[1:]), nil, true
	case best != nil:
		return c.callCandidate(best, nil, args, at, spans), nil, true
	case len(ambiguous) > 0:
		d := o.ambiguous(args)
		for _, a := range ambiguous {
			d.Notes = append(d.Notes, diag.Note{Message: "candidate function", Span: a.pos})
		}
		return c.report(d), nil, true
	}
	return poison, cands, false
}

// ambiguous is the message about an operator that could mean several.
func (o *operation) ambiguous(args []Value) diag.Diagnostic {
	return diag.Diagnostic{Code: "ambiguous-operator", Span: o.at, Caret: o.pos, Message: "use of overloaded operator '" + o.op.String() + "' is ambiguous (with operand types " + operandTypes(args) + ")"}
}

// ownSequence is the conversion of an operand to what the language's own
// operator takes best, and that type; ok is false where there is no one such type.
func (c *checker) ownSequence(op syntax.Kind, v Value) (s sequence, t *Type, ok bool) {
	t = v.Type.T
	switch {
	case t.Kind == TRecord:
		f := c.numericConversion(v)
		if f == nil {
			return s, nil, false
		}
		return sequence{rank: userDefined, fn: f}, stripTypeRef(f.result).T, true
	case t.Kind != TScalar && (t.Kind != TEnum || t.Enum.Scoped):
		return s, nil, false
	}
	own := Scalar(promoted(t.operand()))
	if own.Scalar.IsFloat() && wholeNumbers(op) {
		own = Scalar(ir.I32)
	}
	return sequence{rank: scalarRank(t, own.Scalar)}, own, true
}

// wholeNumbers reports an operator of integers alone.
func wholeNumbers(op syntax.Kind) bool {
	switch op {
	case syntax.Percent, syntax.Amp, syntax.Pipe, syntax.Caret, syntax.Shl, syntax.Shr:
		return true
	}
	return false
}

// rival compares an operator that the user declared with the language's own: own
// says that this is better, tied, with what it takes, that neither is.
func (c *checker) rival(op syntax.Kind, best *candidate, x, y Value) (own bool, tied []*Type) {
	if !arithOrCompare(op) {
		return false, nil
	}
	user := false
	for i, v := range []Value{x, y} {
		s, t, ok := c.ownSequence(op, v)
		if !ok {
			return false, nil
		}
		if compares(op) && x.Type.T.Kind == TEnum && x.Type.T == y.Type.T {
			s, t = sequence{}, x.Type.T // enumerations of one type compare as they are
		}
		own = own || s.better(best.seqs[i])
		user = user || best.seqs[i].better(s)
		tied = append(tied, t)
	}
	if own != user || !own && c.hides(best, tied) {
		return own, nil
	}
	return false, tied
}

// hides reports a declared operator that stands for the language's own, as it
// takes the same types.
func (c *checker) hides(best *candidate, own []*Type) bool {
	return best.tmpl == nil && len(best.params) == len(own) && !slices.ContainsFunc(best.params, func(q QualType) bool { return q.T != own[0] && q.T != own[1] })
}

// operatorCall applies an operator to operands of which one is a record, an
// enumeration or a matrix: user-defined ones first, then the language's own after
// conversion functions.
func (c *checker) operatorCall(o *operation, x Value, y *Value) Value {
	c.operators++
	v, cands, ok := c.userOperator(o, x, y)
	if ok {
		return v
	}
	op := o.op
	args, spans := o.operands(x, y)
	// The language's own operators.
	switch {
	case op == syntax.LBrack:
	case y != nil && x.Type.T.Kind != TRecord && y.Type.T.Kind != TRecord:
		return c.arithmetic(o, &x, y)
	default:
		xn := c.arithmeticOperandQuiet(x)
		if y == nil && !xn.bad() && (op == syntax.Minus || op == syntax.Plus || op == syntax.Not || op == syntax.Tilde) {
			return c.unaryArithmetic(op, xn, o.at)
		}
		if y != nil && !xn.bad() && arithOrCompare(op) {
			if yn := c.arithmeticOperandQuiet(*y); !yn.bad() {
				return c.arithmetic(o, &xn, &yn)
			}
		}
	}
	if lacks(args) || slices.ContainsFunc(cands, func(m *candidate) bool { return m.fn != nil && m.fn.broken }) {
		c.failQuietly(o.at) // what is wrong with it is said
		return poison
	}
	if y != nil && arithOrCompare(op) {
		for i, v := range args {
			if _, another := c.soleConversion(v, numberOrVector); another != nil && (args[1-i].Type.T.Kind == TRecord || args[1-i].Type.T.isNumeric()) {
				d := o.ambiguous(args)
				d.Notes = []diag.Note{{Message: "'" + v.Type.String() + "' converts to several numbers, such as '" + another.result.String() + "'", Span: another.decl.NamePos.Span()}}
				return c.report(d)
			}
		}
	}
	msg := "invalid operands to binary expression (" + operandTypes(args) + ")"
	if y == nil {
		msg = "invalid argument type '" + x.Type.String() + "' to unary expression"
		if op == syntax.Star {
			msg = "indirection requires pointer operand ('" + x.Type.String() + "' invalid)"
		}
	}
	if op == syntax.LBrack {
		msg = "no viable overloaded operator[] for type '" + x.Type.String() + "'"
	} else if y != nil && strings.HasSuffix(op.String(), "=") && !compares(op) {
		msg = "no viable overloaded '" + op.String() + "'"
	}
	d := diag.Diagnostic{Code: "invalid-operands", Message: msg, Span: o.at, Caret: o.pos, Ranges: spans}
	d.Notes = candidateNotes(cands)
	return c.report(d)
}

// candidateNotes say of functions why they are not called.
func candidateNotes(cands []*candidate) (notes []diag.Note) {
	for _, m := range cands[:min(len(cands), maxCandidateNotes)] {
		note := "candidate function not viable: " + m.reason()
		if m.tmpl != nil && m.fn == nil {
			note = "candidate template ignored: " + m.reason()
		}
		notes = append(notes, diag.Note{Message: note, Span: m.pos})
	}
	return notes
}

func arithOrCompare(op syntax.Kind) bool {
	return arithOps[op] != ir.Invalid || compares(op)
}

func operandTypes(args []Value) string {
	s := "'" + args[0].Type.String() + "'"
	if len(args) > 1 {
		s += " and '" + args[1].Type.String() + "'"
	}
	return s
}

// tryMemberOperator applies a member operator if it is viable.
func (c *checker) tryMemberOperator(set *overloads, x, y Value, at diag.Span) (Value, bool) {
	best, _ := c.choose(c.candidates(set, []Value{y}, at))
	if best == nil {
		return poison, false
	}
	if best.fn.decl.Default {
		return poison, false
	}
	return c.callCandidate(best, &x, []Value{y}, at, []diag.Span{at}), true
}

// arithmeticOperand converts a record to a number through its conversion
// function.
func (c *checker) arithmeticOperand(v Value, at diag.Span) Value {
	out := c.arithmeticOperandQuiet(v)
	if out.bad() && !v.bad() {
		return c.errorf(at, "invalid-operand", "no conversion from '%s' to a number", v.Type)
	}
	return out
}

func (c *checker) arithmeticOperandQuiet(v Value) Value {
	if v.Type.T.Kind != TRecord {
		return v
	}
	f := c.numericConversion(v)
	if f == nil || !c.mayName(f, &v) {
		return poison
	}
	r := c.callNullary(f, &v, diag.Span{Start: c.b.pos, End: c.b.pos})
	return c.loaded(r)
}

// numeric is the type that a value has as an operand of arithmetic.
func (c *checker) numeric(v Value) *Type {
	if v.Type.T.isNumeric() || v.Type.T.isVec() {
		return v.Type.T
	}
	if f := c.numericConversion(v); f != nil {
		t := f.result.T
		if t.isRef() {
			t = t.Elem.T
		}
		return t
	}
	return nil
}

// numericConversion is the only conversion function of a record to a number.
func (c *checker) numericConversion(v Value) *Function {
	f, _ := c.soleConversion(v, numberOrVector)
	return f
}

// pointerOperand makes a pointer of an object whose class converts to one and
// has no operator op; other values come back as they are.
func (c *checker) pointerOperand(op syntax.Kind, v Value, at diag.Span) Value {
	if v.Type.T.Kind != TRecord || c.operatorSet(op, v, nil) != nil {
		return v
	}
	f, _ := c.soleConversion(v, (*Type).isPtr)
	if f == nil || !c.mayName(f, &v) {
		return v
	}
	return c.loaded(c.callNullary(f, &v, at))
}

func numberOrVector(t *Type) bool { return t.isNumeric() || t.isVec() }

// soleConversion is the only conversion function of a record to a type that
// fits; another is one that converts to another such type.
func (c *checker) soleConversion(v Value, fits func(t *Type) bool) (best, another *Function) {
	if v.Type.T.Kind != TRecord || !c.complete(v.Type.T.Record, diag.Span{}) {
		return nil, nil
	}
	funcs, _ := c.conversions(v.Type.T.Record)
	for _, f := range funcs {
		t := f.result.T
		if t.isRef() {
			t = t.Elem.T
		}
		if f.broken || f.decl.Specs&syntax.Explicit != 0 || !fits(t) || c.thisSequence(v, f).rank == impossible {
			continue
		}
		if best != nil && best.result.T != f.result.T {
			return nil, f
		}
		if best == nil || c.thisSequence(v, f).better(c.thisSequence(v, best)) {
			best = f
		}
	}
	return best, nil
}
