package program

import (
	"math"
	"slices"
	"strings"
)

// eval gives an expression's value.
func (m *machine) eval(e *expr) any {
	if e == nil {
		return nil
	}
	if !m.spend(1, 0) {
		return Unknown{Text: "a long computation"}
	}
	if e.line > 0 && e.op == opCall {
		m.top().line = e.line
	}
	switch e.op {
	case opLiteral:
		return e.value
	case opName:
		return m.lookup(e)
	case opFormat:
		return m.format(e)
	case opTuple, opList:
		return m.sequence(e)
	case opDict:
		return m.dictionary(e)
	case opComprehension:
		return m.comprehension(e)
	case opBinary:
		return m.operation(e)
	case opUnary:
		return unary(e.text, m.eval(e.x))
	case opCompare:
		return compare(e.text, m.eval(e.x), m.eval(e.y))
	case opChoose:
		return m.choose(e)
	case opAttribute:
		return m.attribute(e, m.eval(e.x))
	case opIndex:
		return m.index(e)
	case opSlice:
		return slice{m.eval(e.x), m.eval(e.y), m.eval(e.z)}
	case opCall:
		return m.call(e)
	case opLambda:
		return &function{lambda: e, env: m.top().scope}
	case opStar:
		return m.eval(e.x)
	case opAssign:
		v := m.eval(e.x)
		m.set(e.text, v)
		return v
	}
	return Unknown{Text: source(e)}
}

func (m *machine) lookup(e *expr) any {
	if s, ok := m.top().scope.find(e.text); ok {
		if g := s.guesses[e.text]; g != "" {
			for _, f := range m.stack {
				if f.scope == s {
					f.note(g)
				}
			}
		}
		return s.vars[e.text]
	}
	if _, ok := builtins[e.text]; ok {
		return Symbol("builtins." + e.text)
	}
	return Unknown{Text: e.text}
}

func (m *machine) sequence(e *expr) any {
	l := &List{tuple: e.op == opTuple}
	for _, x := range e.list {
		v := m.eval(x)
		if x.op == opStar {
			items, ok := m.items(v)
			if !ok {
				return Unknown{Text: source(x.x)}
			}
			l.Items = append(l.Items, items...)
			continue
		}
		l.Items = append(l.Items, v)
	}
	return l
}

func (m *machine) dictionary(e *expr) any {
	d := newDict()
	for i := 0; i+1 < len(e.list); i += 2 {
		v := m.eval(e.list[i+1])
		if e.list[i] != nil {
			d.set(m.eval(e.list[i]), v)
		} else if more, ok := v.(*dict); ok {
			for _, k := range more.keys {
				x, _ := more.get(k)
				d.set(k, x)
			}
		}
	}
	return d
}

func (m *machine) comprehension(e *expr) any {
	f := m.top()
	outer := f.scope
	f.scope = &scope{vars: map[string]any{}, parent: outer, module: outer.module}
	defer func() { f.scope = outer }()
	l, d := &List{}, newDict()
	var missing any
	var each func(i int)
	each = func(i int) {
		if i == len(e.clauses) {
			if e.text == "dict" {
				d.set(m.eval(e.x), m.eval(e.y))
			} else {
				l.Items = append(l.Items, m.eval(e.x))
			}
			return
		}
		c := e.clauses[i]
		v := m.eval(c.x)
		items, ok := m.items(v)
		if !ok {
			missing = v
			return
		}
	next:
		for _, item := range items {
			m.assign(c.target, item)
			for _, cond := range c.conditions {
				if t, known := truth(m.eval(cond)); !t && known {
					continue next
				}
			}
			each(i + 1)
		}
	}
	each(0)
	switch u, ok := missing.(Unknown); {
	case ok:
		return u
	case missing != nil:
		return Unknown{Text: source(e.clauses[0].x)}
	case e.text == "dict":
		return d
	}
	return l
}

func (m *machine) choose(e *expr) any {
	t, known := truth(m.eval(e.y))
	switch {
	case known && t:
		return m.eval(e.x)
	case known:
		return m.eval(e.z)
	}
	v := m.eval(e.x)
	if _, no := v.(Unknown); no {
		return m.eval(e.z)
	}
	m.top().note("it holds that " + source(e.y))
	return v
}

// operation is a binary operator; and and or evaluate only what they need.
func (m *machine) operation(e *expr) any {
	x := m.eval(e.x)
	if e.text != "and" && e.text != "or" {
		v := m.binary(e.text, x, m.eval(e.y))
		if u, no := v.(Unknown); no && strings.HasPrefix(u.Text, "an expression with ") {
			u.Text = source(e)
			return u
		}
		return v
	}
	t, known := truth(x)
	if known && t == (e.text == "or") {
		return x
	}
	y := m.eval(e.y)
	if known {
		return y
	}
	if t, known := truth(y); known && t == (e.text == "or") {
		return y
	}
	return x
}

func unary(op string, v any) any {
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

func compare(op string, x, y any) any {
	if op == "is" || op == "is not" {
		if u, ok := unknownOf(x, y); ok {
			_, a := x.(*Array)
			_, b := y.(*Array)
			if !(a && y == nil || b && x == nil) {
				return u
			}
			return op == "is not"
		}
		return equal(x, y) == (op == "is")
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
				found = found || equal(item, x)
			}
		case *dict:
			_, found = c.get(x)
		case string:
			s, ok := x.(string)
			found = ok && strings.Contains(c, s)
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
	if u, ok := unknownOf(x, y); ok {
		return u
	}
	switch op {
	case "==":
		return equal(x, y)
	case "!=":
		return !equal(x, y)
	}
	a, ok1 := float(x)
	b, ok2 := float(y)
	if !ok1 || !ok2 {
		s, ok1 := x.(string)
		t, ok2 := y.(string)
		if !ok1 || !ok2 {
			return Unknown{Text: "a comparison"}
		}
		a, b = float64(strings.Compare(s, t)), 0
	}
	switch op {
	case "<":
		return a < b
	case ">":
		return a > b
	case "<=":
		return a <= b
	}
	return a >= b
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case bool:
		return float64(number(v)), true
	}
	return 0, false
}

func equal(x, y any) bool {
	if s, ok := x.(shapeOf); ok {
		x = s.a.shape()
	}
	if s, ok := y.(shapeOf); ok {
		y = s.a.shape()
	}
	if a, ok := x.(*List); ok {
		b, ok := y.(*List)
		return ok && a.tuple == b.tuple && slices.EqualFunc(a.Items, b.Items, equal)
	}
	if a, ok := x.(Symbol); ok {
		b, ok := y.(Symbol)
		return ok && (a == b || a.Last() == b.Last())
	}
	if a, ok := float(x); ok {
		b, ok := float(y)
		return ok && a == b
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
	if a, ok := x.(*Array); ok {
		return elementwise(a, y)
	}
	if b, ok := y.(*Array); ok {
		return elementwise(b, x)
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
	out := &Array{Shape: a.Shape, DType: a.DType, Guessed: a.Guessed}
	if b, ok := other.(*Array); ok && (a.Shape == nil || b.Shape != nil && (&Array{Shape: b.Shape}).size() > (&Array{Shape: a.Shape}).size()) {
		out.Shape = b.Shape
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
		return percent(a, y)
	}
	return Unknown{Text: "an expression with " + op}
}

func integers(op string, a, b int64) any {
	switch op {
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

func (m *machine) subscript(e *expr) any {
	if e == nil {
		return slice{}
	}
	return m.eval(e)
}

func (m *machine) index(e *expr) any {
	x, y := m.eval(e.x), m.subscript(e.y)
	switch c := x.(type) {
	case *Array:
		if l, ok := y.(*List); ok && l.tuple {
			return c.index(l.Items)
		}
		return c.index([]any{y})
	case *dict:
		if v, ok := c.get(y); ok {
			return v
		}
	case shapeOf:
		if i, ok := y.(int64); ok {
			return c.index(i)
		}
		return sliced(c.a.shape(), y, e)
	case *List:
		return sliced(c, y, e)
	case string:
		switch i := y.(type) {
		case slice:
			if from, to, ok := i.bounds(int64(len(c))); ok {
				return c[from:to]
			}
		case int64:
			if i < 0 {
				i += int64(len(c))
			}
			if i >= 0 && i < int64(len(c)) {
				return c[i : i+1]
			}
		}
	case Symbol: // such as a type with arguments
		return c
	case *class:
		return c
	}
	return Unknown{Text: source(e)}
}

func sliced(l *List, y any, e *expr) any {
	switch i := y.(type) {
	case slice:
		if from, to, ok := i.bounds(int64(len(l.Items))); ok {
			return &List{Items: slices.Clone(l.Items[from:to]), tuple: l.tuple}
		}
		if i.from == nil && i.to == nil && i.step == int64(-1) {
			out := &List{Items: slices.Clone(l.Items), tuple: l.tuple}
			slices.Reverse(out.Items)
			return out
		}
	case int64:
		if i < 0 {
			i += int64(len(l.Items))
		}
		if i >= 0 && i < int64(len(l.Items)) {
			return l.Items[i]
		}
	}
	return Unknown{Text: source(e)}
}
