package program

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// unary applies an operator of one operand.
func unary(op string, v any) any {
	v, t := plain(v)
	if t != "" && op != "not" {
		return typed(unary(op, v), t)
	}
	if u, no := unknownOf(v); no && op == "not" {
		return u
	}
	if op == "not" {
		t, _ := truth(v)
		return !t
	}
	if b, ok := v.(bool); ok {
		v = number(b)
	}
	switch v := v.(type) {
	case int64:
		switch op {
		case "-":
			return -v
		case "~":
			return ^v
		}
		return v
	case float64:
		if op == "-" {
			return -v
		}
		return v
	case *Array, Unknown:
		return v
	}
	return Unknown{Text: "a negated value"}
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (m *machine) compare(op string, x, y any) any {
	x, y = Plain(x), Plain(y)
	if x == nil || y == nil { // Swift asks so
		switch op {
		case "==":
			op = "is"
		case "!=":
			op = "is not"
		}
	}
	if op == "is" || op == "is not" {
		if u, ok := unknownOf(x, y); ok {
			_, a := x.(*Array)
			_, b := y.(*Array)
			if !(a && y == nil || b && x == nil) {
				return u
			}
			return op == "is not"
		}
		return m.equal(x, y, 0) == (op == "is")
	}
	if op == "in" || op == "not in" {
		if u, ok := x.(Unknown); ok {
			return u
		}
		found := false
		switch c := y.(type) {
		case *List:
			for _, item := range c.Items {
				if u, ok := item.(Unknown); ok {
					return u
				}
				found = found || m.equal(item, x, 0)
			}
		case *dict:
			_, found = c.get(x)
		case string:
			s, ok := x.(string)
			found = ok && m.scan(c) && strings.Contains(c, s)
		case rangeOf:
			i, ok := x.(int64)
			found = ok && c.step != 0 && i >= min(c.from, c.to) && i < max(c.from, c.to) && (i-c.from)%c.step == 0
		case Unknown:
			return c
		default:
			return Unknown{Text: "a container"}
		}
		return found == (op == "in")
	}
	a, isArray := x.(*Array)
	b, both := y.(*Array)
	switch {
	case isArray && both:
		a = elementwise(a, b)
	case both:
		a = b
	}
	if isArray || both {
		out := a.made(a.Shape)
		out.DType = "mlx.core.bool_"
		return out
	}
	if u, ok := unknownOf(x, y); ok {
		return u
	}
	switch op {
	case "==":
		return m.equal(x, y, 0)
	case "!=":
		return !m.equal(x, y, 0)
	}
	f, ok1 := float(x)
	g, ok2 := float(y)
	if !ok1 || !ok2 {
		s, ok1 := x.(string)
		t, ok2 := y.(string)
		if !ok1 || !ok2 {
			return Unknown{Text: "a comparison"}
		}
		f, g = float64(strings.Compare(s, t)), 0
	}
	switch op {
	case "<":
		return f < g
	case ">":
		return f > g
	case "<=":
		return f <= g
	}
	return f >= g
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case bool:
		return float64(number(v)), true
	case *Array:
		if v.Shape != nil && len(v.Shape) == 0 && len(v.Values) == 1 {
			return v.Values[0], true
		}
	}
	return 0, false
}

// equal compares to a depth, as lists may contain themselves.
func (m *machine) equal(x, y any, depth int) bool {
	if !m.spend(1, 0) || depth > maxNesting {
		return false
	}
	if s, ok := x.(shapeOf); ok {
		x = s.a.shape()
	}
	if s, ok := y.(shapeOf); ok {
		y = s.a.shape()
	}
	if a, ok := x.(*List); ok {
		b, ok := y.(*List)
		return ok && (a == b || a.tuple == b.tuple && slices.EqualFunc(a.Items, b.Items, func(x, y any) bool { return m.equal(x, y, depth+1) }))
	}
	if a, ok := x.(Symbol); ok {
		b, ok := y.(Symbol)
		return ok && (a == b || a.Last() == b.Last())
	}
	if a, ok := float(x); ok {
		b, ok := float(y)
		return ok && a == b
	}
	if s, ok := x.(string); ok && !m.scan(s) {
		return false
	}
	switch x.(type) {
	case string, nil, *object, *class, *function, *Array, *Kernel, path:
		switch y.(type) {
		case string, nil, *object, *class, *function, *Array, *Kernel, path:
			return x == y
		}
	}
	return false
}

// binary applies an operator.
func (m *machine) binary(op string, x, y any) any {
	if s, ok := x.(shapeOf); ok {
		x = s.a.shape()
	}
	if s, ok := y.(shapeOf); ok {
		y = s.a.shape()
	}
	x, t := plain(x)
	y, u := plain(y)
	if t := cmp.Or(t, u); t != "" {
		a, ok1 := x.(int64)
		b, ok2 := y.(int64)
		if t.Last() == "uint64" && ok1 && ok2 && (a < 0 || b < 0) {
			if v, ok := unsigned(op, uint64(a), uint64(b)); ok {
				return typed(int64(v), t)
			}
		}
		return typed(m.binary(op, x, y), t)
	}
	other, both := y.(*Array)
	if _, ok := x.(*Array); both && !ok {
		x, y, both = other.made(other.Shape), x, false
	}
	if a, ok := x.(*Array); ok {
		if both && op == "@" {
			return product(a, other)
		}
		out := elementwise(a, y)
		if op == "/" {
			out = elementwise(out, 0.0)
		}
		if n, ok := float(y); ok && op == "+" && len(a.Values) == 1 {
			out.Values = []float64{a.Values[0] + n}
		}
		return out
	}
	if u, ok := unknownOf(x, y); ok {
		return u
	}
	if b, ok := x.(bool); ok {
		x = number(b)
	}
	if b, ok := y.(bool); ok {
		y = number(b)
	}
	switch a := x.(type) {
	case string:
		return m.text(op, a, y)
	case path:
		if s, ok := str(y); ok && op == "/" {
			return joined(string(a), s)
		}
	case *List:
		switch b := y.(type) {
		case *List:
			if op == "+" && m.spend(len(a.Items)+len(b.Items), 0) {
				return &List{Items: slices.Concat(a.Items, b.Items), tuple: a.tuple}
			}
		case int64:
			if n := min(max(b, 0), 1<<20); op == "*" && m.spend(len(a.Items)*int(n), 0) {
				return &List{Items: slices.Repeat(a.Items, int(n)), tuple: a.tuple}
			}
		}
	case int64:
		if b, ok := y.(int64); ok {
			if m.top().module.swift() && b != 0 && b != -1 { // which divides towards zero
				switch op {
				case "/":
					return a / b
				case "%":
					return a % b
				}
			}
			return integers(op, a, b)
		}
		if op == "*" {
			switch y.(type) {
			case string, *List:
				return m.binary(op, y, x)
			}
		}
	}
	a, ok1 := float(x)
	b, ok2 := float(y)
	if ok1 && ok2 {
		return floats(op, a, b)
	}
	return Unknown{Text: "an expression with " + op}
}

// elementwise is the shape and type of an operation on arrays.
func elementwise(a *Array, other any) *Array {
	out := a.made(a.Shape)
	switch b := other.(type) {
	case *Array:
		out.DType = promoted(a.DType, b.DType)
		switch {
		case a.Shape == nil:
			out.Shape = b.Shape
		case b.Shape != nil:
			out.Shape = broadcast(a.Shape, b.Shape)
		}
	case int64:
		if a.DType.Last() == "bool_" {
			out.DType = "mlx.core.int32"
		}
	case float64:
		if a.DType.integer() || a.DType.Last() == "bool_" {
			out.DType = "mlx.core.float32"
		}
	}
	return out
}

func (m *machine) text(op, a string, y any) any {
	switch b := y.(type) {
	case string:
		if op == "+" && m.spend(1, len(a)+len(b)) {
			return a + b
		}
	case int64:
		if n := max(b, 0); op == "*" && n < maxText && m.spend(1, len(a)*int(n)) {
			return strings.Repeat(a, int(n))
		}
	}
	if op == "%" {
		return m.percent(a, y)
	}
	return Unknown{Text: "an expression with " + op}
}

// unsigned is an operation on numbers of 64 bits that differs where their first one is a sign.
func unsigned(op string, a, b uint64) (uint64, bool) {
	switch {
	case op == ">>":
		return a >> min(b, 64), true
	case (op == "/" || op == "//") && b != 0:
		return a / b, true
	case op == "%" && b != 0:
		return a % b, true
	}
	return 0, false
}

func integers(op string, a, b int64) any {
	switch op {
	case "..<":
		return rangeOf{a, b, 1}
	case "...":
		return rangeOf{a, min(b, math.MaxInt64-1) + 1, 1}
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "&":
		return a & b
	case "|":
		return a | b
	case "^":
		return a ^ b
	case "<<":
		if b >= 0 && b < 63 {
			return a << uint(b)
		}
	case ">>":
		if b >= 0 {
			return a >> uint(min(b, 63))
		}
	case "//", "%":
		if b == 0 || b == -1 {
			break
		}
		q := a / b
		if r := a % b; r != 0 && (r < 0) != (b < 0) {
			q--
		}
		if op == "//" {
			return q
		}
		return a - q*b
	case "**":
		if b < 0 || b > 63 {
			break
		}
		out := int64(1)
		for range b {
			out *= a
		}
		return out
	}
	return floats(op, float64(a), float64(b))
}

func floats(op string, a, b float64) any {
	switch {
	case op == "+":
		return a + b
	case op == "-":
		return a - b
	case op == "*":
		return a * b
	case op == "/" && b != 0:
		return a / b
	case op == "//" && b != 0:
		return math.Floor(a / b)
	case op == "%" && b != 0:
		return a - b*math.Floor(a/b)
	case op == "**":
		return math.Pow(a, b)
	}
	return Unknown{Text: "an expression with " + op}
}
