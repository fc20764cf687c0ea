package dsl

import (
	"math"
	"strconv"
	"strings"
)

// String is the program with one statement a line and no needless brackets;
// it parses to an equal tree.
func (p *Program) String() string {
	var b strings.Builder
	for i, s := range p.Stmts {
		if i > 0 {
			b.WriteByte('\n')
		}
		for j, t := range s.Targets {
			if j > 0 {
				b.WriteString(", ")
			}
			b.WriteString(t.Ident)
		}
		if s.Targets != nil {
			b.WriteString(" = ")
		}
		b.WriteString(Format(s.Value))
	}
	return b.String()
}

// Format writes an expression as text that parses to an equal tree.
func Format(e Expr) string {
	var b strings.Builder
	format(&b, e, precCond)
	return b.String()
}

// format writes e in brackets if it binds weaker than prec.
func format(b *strings.Builder, e Expr, prec int) {
	own := strength(e)
	if own < prec {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch e := e.(type) {
	case *Name:
		b.WriteString(e.Ident)
	case *Number:
		b.WriteString(formatNumber(e))
	case *Bool:
		b.WriteString(strconv.FormatBool(e.Value))
	case *None:
		b.WriteString("none")
	case *String:
		quote := `"`
		if strings.Contains(e.Value, quote) {
			quote = "'"
		}
		b.WriteString(quote + e.Value + quote)
	case *List:
		b.WriteByte('[')
		formatAll(b, e.Elems)
		b.WriteByte(']')
	case *Unary:
		b.WriteString(e.Op.String())
		if e.Op == Not {
			b.WriteByte(' ')
		}
		format(b, e.X, own)
	case *Binary:
		left, right := own, own+1
		if e.Op == Pow {
			left, right = precPostfix, precUnary
		} else if e.Op.Comparison() {
			left = own + 1
		}
		format(b, e.X, left)
		b.WriteString(" " + e.Op.String() + " ")
		format(b, e.Y, right)
	case *Cond:
		format(b, e.Then, precOr)
		b.WriteString(" if ")
		format(b, e.If, precOr)
		b.WriteString(" else ")
		format(b, e.Else, precCond)
	case *Call:
		b.WriteString(e.Func.Ident + "(")
		formatAll(b, e.Args)
		for i, k := range e.Kwargs {
			if i > 0 || len(e.Args) > 0 {
				b.WriteString(", ")
			}
			b.WriteString(k.Name.Ident + "=")
			format(b, k.Value, precCond)
		}
		b.WriteByte(')')
	case *Attr:
		format(b, e.X, precPostfix)
		b.WriteString("." + e.Name.Ident)
	case *Index:
		format(b, e.X, precPostfix)
		b.WriteByte('[')
		formatAll(b, e.Subs)
		b.WriteByte(']')
	case *Slice:
		formatSlice(b, e)
	case *Ellipsis:
		b.WriteString("...")
	}
}

func formatSlice(b *strings.Builder, e *Slice) {
	if e.Lo != nil {
		format(b, e.Lo, precCond)
	}
	b.WriteByte(':')
	if e.Hi != nil {
		format(b, e.Hi, precCond)
	}
	if e.Step != nil {
		b.WriteByte(':')
		format(b, e.Step, precCond)
	}
}

func formatAll(b *strings.Builder, es []Expr) {
	for i, e := range es {
		if i > 0 {
			b.WriteString(", ")
		}
		format(b, e, precCond)
	}
}

func formatNumber(n *Number) string {
	switch {
	case n.IsInt:
		return strconv.FormatInt(n.Int, 10)
	case math.IsNaN(n.Float):
		return "nan"
	case math.IsInf(n.Float, 1):
		return "inf"
	case n.Float == math.Pi:
		return "pi"
	}
	s := strconv.FormatFloat(n.Float, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// strength is how tightly the outermost operator of e binds. Negative numbers
// are made by code only and bind as the minus that they print with.
func strength(e Expr) int {
	switch e := e.(type) {
	case *Cond:
		return precCond
	case *Unary:
		return e.Op.prec()
	case *Binary:
		return e.Op.prec()
	case *Number:
		if e.IsInt && e.Int < 0 || !e.IsInt && math.Signbit(e.Float) && !math.IsNaN(e.Float) {
			return precUnary
		}
	}
	return precPostfix
}
