package dsl

import "slices"

// Span is a half-open range of byte offsets in the program's text.
type Span struct{ Start, End int }

// Program is a parsed text.
type Program struct {
	Text  string
	Stmts []*Stmt
}

// Stmt binds the results of an expression to names. A bare expression has no
// targets; it is the only statement then.
type Stmt struct {
	Span    Span
	Targets []*Name
	Value   Expr
}

// Binds is the last statement that binds a name, nil if none does.
func (p *Program) Binds(name string) *Stmt {
	for _, s := range slices.Backward(p.Stmts) {
		if slices.ContainsFunc(s.Targets, func(t *Name) bool { return t.Ident == name }) {
			return s
		}
	}
	return nil
}

// Expr is a node of the tree.
type Expr interface {
	Pos() Span
	expr()
}

type (
	// Name refers to an input, a parameter or a local.
	Name struct {
		Span
		Ident string
	}
	// Number is a literal, inf, nan or pi. Int is valid if IsInt.
	Number struct {
		Span
		IsInt bool
		Int   int64
		Float float64
	}
	// Bool is true or false.
	Bool struct {
		Span
		Value bool
	}
	// None is the absent value and, in a subscript, a new axis.
	None struct{ Span }
	// String is a quoted text, without the quotes.
	String struct {
		Span
		Value string
	}
	// List is [a, b] or (a, b).
	List struct {
		Span
		Elems []Expr
	}
	// Unary is -x, +x, ~x or not x.
	Unary struct {
		Span
		Op Op
		X  Expr
	}
	// Binary is x op y, comparisons and logic included.
	Binary struct {
		Span
		Op   Op
		X, Y Expr
	}
	// Cond is "Then if If else Else".
	Cond struct {
		Span
		If, Then, Else Expr
	}
	// Call is a function applied to positional and keyword arguments.
	Call struct {
		Span
		Func   *Name
		Args   []Expr
		Kwargs []Kwarg
	}
	// Attr is x.shape, x.ndim, x.size or x.T.
	Attr struct {
		Span
		X    Expr
		Name *Name
	}
	// Index is x[subscripts].
	Index struct {
		Span
		X    Expr
		Subs []Expr // Slice, Ellipsis, None or an index
	}
	// Slice is lo:hi:step in a subscript; each part may be nil.
	Slice struct {
		Span
		Lo, Hi, Step Expr
	}
	// Ellipsis is ... in a subscript.
	Ellipsis struct{ Span }
)

// Kwarg is name=value in a call.
type Kwarg struct {
	Name  *Name
	Value Expr
}

// Pos is the node's place.
func (s Span) Pos() Span { return s }

func (*Name) expr()     {}
func (*Number) expr()   {}
func (*Bool) expr()     {}
func (*None) expr()     {}
func (*String) expr()   {}
func (*List) expr()     {}
func (*Unary) expr()    {}
func (*Binary) expr()   {}
func (*Cond) expr()     {}
func (*Call) expr()     {}
func (*Attr) expr()     {}
func (*Index) expr()    {}
func (*Slice) expr()    {}
func (*Ellipsis) expr() {}

// Op is an operator.
type Op uint8

// The operators, from weak to strong.
const (
	Or Op = iota
	And
	Not
	Lt
	Le
	Gt
	Ge
	Eq
	Ne
	BitOr
	BitXor
	BitAnd
	Shl
	Shr
	Add
	Sub
	Mul
	Div
	FloorDiv
	Mod
	MatMul
	Neg
	Plus
	Invert
	Pow
)

var opText = [...]string{
	Or: "or", And: "and", Not: "not", Lt: "<", Le: "<=", Gt: ">", Ge: ">=", Eq: "==", Ne: "!=",
	BitOr: "|", BitXor: "^", BitAnd: "&", Shl: "<<", Shr: ">>", Add: "+", Sub: "-", Mul: "*", Div: "/",
	FloorDiv: "//", Mod: "%", MatMul: "@", Neg: "-", Plus: "+", Invert: "~", Pow: "**",
}

func (o Op) String() string { return opText[o] }

// Comparison reports whether o yields a truth value from an order or equality.
func (o Op) Comparison() bool { return o >= Lt && o <= Ne }

// Binding strengths; a larger number binds tighter.
const (
	precCond = iota + 1
	precOr
	precAnd
	precNot
	precCompare
	precBitOr
	precBitXor
	precBitAnd
	precShift
	precSum
	precProduct
	precUnary
	precPower
	precPostfix
)

func (o Op) prec() int {
	switch o {
	case Or:
		return precOr
	case And:
		return precAnd
	case Not:
		return precNot
	case BitOr:
		return precBitOr
	case BitXor:
		return precBitXor
	case BitAnd:
		return precBitAnd
	case Shl, Shr:
		return precShift
	case Add, Sub:
		return precSum
	case Mul, Div, FloorDiv, Mod, MatMul:
		return precProduct
	case Neg, Plus, Invert:
		return precUnary
	case Pow:
		return precPower
	}
	return precCompare
}

// Walk calls f for e and, as long as f returns true, for what it contains.
func Walk(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	for _, c := range Children(e) {
		Walk(c, f)
	}
}

// Children are the direct parts of a node, in order of appearance; absent
// parts of a slice are left out.
func Children(e Expr) []Expr {
	switch e := e.(type) {
	case *List:
		return e.Elems
	case *Unary:
		return []Expr{e.X}
	case *Binary:
		return []Expr{e.X, e.Y}
	case *Cond:
		return []Expr{e.Then, e.If, e.Else}
	case *Call:
		c := append([]Expr(nil), e.Args...)
		for _, k := range e.Kwargs {
			c = append(c, k.Value)
		}
		return c
	case *Attr:
		return []Expr{e.X}
	case *Index:
		return append([]Expr{e.X}, e.Subs...)
	case *Slice:
		var c []Expr
		for _, p := range []Expr{e.Lo, e.Hi, e.Step} {
			if p != nil {
				c = append(c, p)
			}
		}
		return c
	}
	return nil
}

// FreeNames are the names that the program reads before it assigns them, in
// order of first appearance; names of functions are not among them.
func (p *Program) FreeNames() []*Name {
	var free []*Name
	seen := map[string]bool{}
	for _, s := range p.Stmts {
		Walk(s.Value, func(e Expr) bool {
			if n, ok := e.(*Name); ok && !seen[n.Ident] {
				seen[n.Ident] = true
				free = append(free, n)
			}
			return true
		})
		for _, t := range s.Targets {
			seen[t.Ident] = true
		}
	}
	return free
}
