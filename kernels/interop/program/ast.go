package program

// op says what an expr or a stmt is.
type op uint8

const (
	opLiteral op = iota // value
	opName              // text
	opFormat            // an f-string; list holds literals and opHole
	opHole              // {x!conversion:list}; text is the conversion
	opTuple             // list
	opList              // list
	opDict              // list of keys and values, alternating; key nil is **value
	opComprehension
	opBinary  // text is the operator
	opUnary   // text is the operator
	opCompare // x text y, joined by opBinary "and" when chained
	opChoose  // x if y else z
	opAttribute
	opIndex // x[y]
	opSlice // x:y:z
	opCall  // x(args)
	opLambda
	opStar   // *x
	opAssign // text := x
	opYield  // yield x, or with the text "from" each of x
	opUnreadable
)

// expr is an expression.
type expr struct {
	op      op
	line    int
	text    string
	value   any
	x, y, z *expr
	list    []*expr
	args    []argument
	clauses []clause // of a comprehension
	params  []param  // of a lambda, whose body is x
}

// argument is one of a call: positional, named, *x (name "*") or **x.
type argument struct {
	name string
	x    *expr
}

// clause is "for target in x if conditions".
type clause struct {
	target, x  *expr
	conditions []*expr
}

// param is a parameter of a function; star is "*", "**" or "".
type param struct {
	name, star          string
	label               string // what a call in Swift names it by
	annotation, initial *expr
}

type stmtOp uint8

const (
	stExpr   stmtOp = iota // x
	stAssign               // targets = x
	stUpdate               // targets[0] text= x
	stReturn               // x
	stRaise
	stBreak
	stContinue
	stIf     // x, body, orelse
	stFor    // targets[0] in x
	stWhile  // x
	stWith   // items in targets (nil for none) and list
	stTry    // body, handler is that of the first except, orelse holds else and finally
	stDef    // text, params, body; list holds the decorators
	stClass  // text, body; list holds the bases
	stImport // names
	stGlobal
)

// stmt is a statement.
type stmt struct {
	op           stmtOp
	line         int
	text         string
	x            *expr
	annotation   *expr
	targets      []*expr
	list         []*expr
	params       []param
	decorators   []string
	body, orelse []*stmt
	handler      []*stmt
	names        []importName
	launches     bool // of a function: kernels are launched in it
	creates      bool // of a function: kernels are made in it
}

// doc is the text that a function begins with, nil if there is none.
func (s *stmt) doc() any {
	if len(s.body) > 0 && s.body[0].op == stExpr && s.body[0].x.op == opLiteral {
		if text, ok := s.body[0].x.value.(string); ok {
			return text
		}
	}
	return nil
}

// importName is "from module import name as as"; name is "" for "import
// module", and as holds what is bound.
type importName struct{ module, name, as string }

// walkExpr calls f for e and all expressions in it.
func walkExpr(e *expr, f func(*expr)) {
	if e == nil {
		return
	}
	f(e)
	for _, sub := range []*expr{e.x, e.y, e.z} {
		walkExpr(sub, f)
	}
	for _, sub := range e.list {
		walkExpr(sub, f)
	}
	for _, a := range e.args {
		walkExpr(a.x, f)
	}
	for _, c := range e.clauses {
		walkExpr(c.target, f)
		walkExpr(c.x, f)
		for _, cond := range c.conditions {
			walkExpr(cond, f)
		}
	}
}

// walk calls f for the statements of a body and g for their expressions, those
// of inner functions included.
func walk(body []*stmt, f func(*stmt), g func(*expr)) {
	for _, s := range body {
		f(s)
		walkExpr(s.x, g)
		for _, e := range s.targets {
			walkExpr(e, g)
		}
		for _, e := range s.list {
			walkExpr(e, g)
		}
		walk(s.body, f, g)
		walk(s.handler, f, g)
		walk(s.orelse, f, g)
	}
}
