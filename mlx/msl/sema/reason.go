package sema

import "github.com/zmlx/zmlx/mlx/msl/ir"

// reason is why a candidate is not viable. Its text is made only when it is
// shown: most candidates that fail are never heard of.
type reason struct {
	kind             reasonKind
	arg              int32 // argument that does not fit
	most, least, got int32 // numbers of arguments
	text             string
	clash            *clash
}

type reasonKind uint8

const (
	viable reasonKind = iota
	stated            // text
	untold            // which is not told, as what it hangs on is
	wrongCount
	wrongArgument
	wrongObject
	noMatch
	notInferred  // text is the parameter's name
	badExplicit  // text is the parameter's name
	inconsistent // clash
)

// clash is a template parameter that was deduced twice, differently.
type clash struct {
	param   string
	was, is Arg
}

// lostQuals are the qualifiers of the object for which alone a method is not viable.
func (x *candidate) lostQuals() Quals {
	if x.why.kind != wrongObject || spaceName(x.object.Type.Space) != spaceName(x.fn.thisSpace()) {
		return 0
	}
	return x.object.Type.Q & (Const | Volatile) &^ x.fn.thisQuals()
}

func because(text string) reason { return reason{kind: stated, text: text} }

func wrongNumber(most int, first string, least, given int) reason {
	return reason{kind: wrongCount, most: int32(most), least: int32(least), got: int32(given), text: first}
}

// String is the reason as a note says it; that of a wrong argument or object
// is candidate.reason.
func (r reason) String() string {
	switch r.kind {
	case wrongCount:
		return arity(int(r.most), r.text, int(r.least), int(r.got))
	case untold:
		return "substitution failure"
	case noMatch:
		return "could not match the type of the " + ordinal(int(r.arg)) + " argument"
	case notInferred:
		return "couldn't infer template argument '" + r.text + "'"
	case badExplicit:
		return "invalid explicitly-specified argument for template parameter '" + r.text + "'"
	case inconsistent:
		return "deduced conflicting types for parameter '" + r.clash.param + "' ('" + r.clash.was.String() + "' vs. '" + r.clash.is.String() + "')"
	}
	return r.text
}

// reason says why the candidate is not viable.
func (x *candidate) reason() string {
	switch x.why.kind {
	case wrongArgument:
		i := int(x.why.arg)
		return argumentProblem(x.args[i], x.params[i], i)
	case wrongObject:
		return thisProblem(*x.object, x.fn)
	}
	return x.why.String()
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

func argumentProblem(a Value, to QualType, i int) string {
	from := a.Type
	if to.T.isRef() {
		el := to.T.Elem
		switch {
		case a.bits() != nil && from.T == el.T:
			return "non-const reference cannot bind to bit-field in " + ordinal(i) + " argument"
		case (a.swz() != nil || a.component) && from.T == el.T:
			return "non-const reference cannot bind to vector element in " + ordinal(i) + " argument"
		case a.Cat == LValue && from.T == el.T && from.Space != el.Space:
			return "cannot bind reference in address space '" + spaceName(el.Space) + "' to object in address space '" + spaceName(from.Space) + "' in " + ordinal(i) + " argument"
		case a.Cat == LValue && from.T == el.T && from.Q&^el.Q != 0:
			return ordinal(i) + " argument ('" + from.String() + "') would lose " + qualNames(from.Q&^el.Q) + " qualifier"
		case a.Cat != LValue && from.T == el.T:
			return "expects an lvalue for " + ordinal(i) + " argument"
		}
	}
	if from.T.Kind == TPointer && to.T.Kind == TPointer && from.T.Elem.T == to.T.Elem.T {
		if from.T.Elem.Space != to.T.Elem.Space {
			return "cannot pass pointer to address space '" + spaceName(from.T.Elem.Space) + "' as a pointer to address space '" + spaceName(to.T.Elem.Space) + "' in " + ordinal(i) + " argument"
		}
		return ordinal(i) + " argument ('" + from.String() + "') would lose " + qualNames(from.T.Elem.Q&^to.T.Elem.Q) + " qualifier"
	}
	if from.T.Kind == TArray && to.T.Kind == TPointer && from.T.Elem.T == to.T.Elem.T && from.Space != to.T.Elem.Space {
		return "cannot pass array in address space '" + spaceName(from.Space) + "' as a pointer to address space '" + spaceName(to.T.Elem.Space) + "' in " + ordinal(i) + " argument"
	}
	if a.list() != nil {
		return "cannot convert initializer list argument to '" + to.String() + "'"
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

func thisProblem(this Value, f *Function) string {
	held := spaceName(this.Type.Space)
	if want := spaceName(f.thisSpace()); held != want {
		return "'this' object is in address space '" + held + "', but method expects object in address space '" + want + "'"
	}
	lost := this.Type.Q & (Const | Volatile) &^ f.thisQuals()
	if lost == 0 {
		if this.Cat == LValue {
			return "'this' argument is an lvalue, but method has an rvalue ref-qualifier"
		}
		return "'this' argument is an rvalue, but method has a non-const lvalue ref-qualifier"
	}
	return "'this' argument has type '" + this.Type.String() + "', but method is not marked " + qualNames(lost)
}
