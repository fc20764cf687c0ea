package sema

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// remark warns of something in the user's own text, once, whatever template
// it stands in.
func (c *checker) remark(d diag.Diagnostic) {
	if c.trap != nil || c.unevaluated > 0 || d.Span.Start < c.user {
		return
	}
	stack := c.stack
	c.stack = nil
	d.Severity = diag.Warning
	c.report(d)
	c.stack = stack
}

// concrete reports whether values and types are worth a remark: not in code
// that is never reached, and not in templates, where they are those of one
// instance.
func (c *checker) concrete() bool {
	return c.trap == nil && c.unevaluated == 0 && len(c.stack) == 0 && !c.b.dead && !c.scope.templated
}

// known is the value of a scalar that is known, sign-extended.
func (c *checker) known(v *Value) (int64, bool) {
	if len(v.regs) != 1 || !v.Type.T.isNumeric() || isFloat(v.Type.T.Scalar) {
		if v.konst() == nil || len(v.konst()) != 1 || !v.Type.T.isNumeric() || isFloat(v.Type.T.Scalar) {
			return 0, false
		}
		return signExtend(v.Type.T.Scalar, v.konst()[0]), true
	}
	bits, ok := c.b.Known(v.regs[0])
	return signExtend(v.Type.T.Scalar, bits), ok
}

// remarkBinary looks at an operator and the types of its operands.
func (c *checker) remarkBinary(e *syntax.BinaryExpr, x, y *Value) {
	if c.trap != nil || c.unevaluated > 0 || e.OpPos < c.user {
		return
	}
	c.remarkPrecedence(e, y)
	switch {
	case compares(e.Op):
		c.remarkPointers(e, x, y)
		c.remarkEnums(e, x, y)
	case e.Op == syntax.Slash:
		c.remarkCount(e)
	}
	if !c.concrete() || x.Type.T.Kind != TScalar || y.Type.T.Kind != TScalar {
		return
	}
	switch {
	case compares(e.Op):
		c.remarkComparison(e, x, y)
	case e.Op == syntax.Caret:
		c.remarkPower(e)
	}
}

// remarkPrecedence warns of operators that bind otherwise than they read.
func (c *checker) remarkPrecedence(e *syntax.BinaryExpr, y *Value) {
	sides := [2]*syntax.BinaryExpr{}
	sides[0], _ = e.X.(*syntax.BinaryExpr)
	sides[1], _ = e.Y.(*syntax.BinaryExpr)
	switch e.Op {
	case syntax.Amp, syntax.Pipe, syntax.Caret:
		for i, in := range sides {
			other := sides[1-i]
			if in == nil || !compares(in.Op) || other != nil && (compares(other.Op) || bitwise(other.Op)) {
				continue
			}
			whole := diag.Span{Start: in.Y.Span().Start, End: e.Span().End}
			if i == 1 {
				whole = diag.Span{Start: e.Span().Start, End: in.X.Span().End}
			}
			c.remark(diag.Diagnostic{Code: "parentheses", Message: fmt.Sprintf("%v has lower precedence than %v; %[2]v will be evaluated first", e.Op, in.Op),
				Span: in.Span(), Caret: e.OpPos, Notes: []diag.Note{
					parenthesise("'"+in.Op.String()+"' expression to silence this warning", e.OpPos, in.Span()),
					parenthesise(e.Op.String()+" expression to evaluate it first", e.OpPos, whole)}})
		}
	case syntax.Shl, syntax.Shr:
		for _, in := range sides {
			if in != nil && (in.Op == syntax.Plus || in.Op == syntax.Minus) {
				c.remark(diag.Diagnostic{Code: "shift-op-parentheses", Message: fmt.Sprintf("operator '%v' has lower precedence than '%v'; '%[2]v' will be evaluated first", e.Op, in.Op),
					Span: in.Span(), Caret: in.OpPos, Ranges: []diag.Span{{Start: e.OpPos, End: e.OpPos + 2}},
					Notes: []diag.Note{parenthesise("'"+in.Op.String()+"' expression to silence this warning", in.OpPos, in.Span())}})
			}
		}
	}
	if not, ok := e.X.(*syntax.UnaryExpr); ok && not.Op == syntax.Not && (compares(e.Op) || bitwise(e.Op)) && y.Type.T != boolType() && y.Type.T.isNumeric() {
		c.remarkNot(e, not)
	}
}

func bitwise(op syntax.Kind) bool { return op == syntax.Amp || op == syntax.Pipe || op == syntax.Caret }

// remarkNot warns of !x == y.
func (c *checker) remarkNot(e *syntax.BinaryExpr, not *syntax.UnaryExpr) {
	var operand Value
	c.try(func() { operand = c.expr(not.X) })
	if operand.bad() || !operand.Type.T.isNumeric() || operand.Type.T == boolType() {
		return
	}
	what, first := "comparison", "comparison"
	if bitwise(e.Op) {
		what, first = "bitwise operator", "bitwise operator"
	}
	at := not.Span().Start
	around := func(message string, from, to diag.Pos) diag.Note {
		return diag.Note{Message: message, Span: diag.Span{Start: at, End: at},
			Fixes: []diag.Fix{{Span: diag.Span{Start: from, End: from}, Text: "("}, {Span: diag.Span{Start: to, End: to}, Text: ")"}}}
	}
	c.remark(diag.Diagnostic{Code: "logical-not-parentheses", Message: "logical not is only applied to the left hand side of this " + what,
		Span: diag.Span{Start: at, End: at + 1}, Ranges: []diag.Span{{Start: e.OpPos, End: e.OpPos + diag.Pos(len(e.Op.String()))}},
		Notes: []diag.Note{
			around("add parentheses after the '!' to evaluate the "+first+" first", at+1, e.Span().End),
			around("add parentheses around left hand side expression to silence this warning", at, not.Span().End)}})
}

// remarkComparison warns of comparisons that always have the same result, and
// of those whose operands differ in sign. Of these Apple's compiler warns
// without flags, as the logs of newLibraryWithSource show, where clang waits
// for -Wextra.
func (c *checker) remarkComparison(e *syntax.BinaryExpr, x, y *Value) {
	if isFloat(x.Type.T.Scalar) || isFloat(y.Type.T.Scalar) {
		return
	}
	sides := []diag.Span{e.X.Span(), e.Y.Span()}
	if sameObject(e.X, e.Y) && !c.prog.Sources.InMacro(e.OpPos) {
		c.remark(diag.Diagnostic{Code: "tautological-compare", Span: e.Span(), Caret: e.OpPos,
			Message: "self-comparison always evaluates to " + strconv.FormatBool(selfCompares(e.Op))})
		return
	}
	op := e.Op
	vx, vy := x, y
	k, isKnown := c.known(y)
	if _, both := c.known(x); both && isKnown {
		return
	}
	if !isKnown {
		if k, isKnown = c.known(x); isKnown {
			vx, vy, op = y, x, mirrored[op]
		}
	}
	wide := usual(x.Type.T.Scalar, y.Type.T.Scalar)
	if isKnown {
		from := vx.Type.T.Scalar
		if result, always := alwaysCompares(from, wide, op, k); always {
			code := "tautological-constant-out-of-range-compare"
			if from == ir.Bool && (k == 0 || k == 1) {
				code = "tautological-constant-compare"
			}
			c.remark(diag.Diagnostic{Code: code, Span: e.X.Span(), Caret: e.OpPos, Ranges: sides,
				Message: fmt.Sprintf("result of comparison of constant %s with expression of type '%s' is always %v", constantText(vy.Type.T, uint64(k)), vx.Type.unqual(), result)})
			return
		}
	}
	sx, sy := isSigned(promoted(x.Type.T.Scalar)), isSigned(promoted(y.Type.T.Scalar))
	if sx == sy || isSigned(wide) {
		return
	}
	signed := e.X
	if sy {
		signed = e.Y
	}
	if !c.nonNegative(signed) {
		c.remark(diag.Diagnostic{Code: "sign-compare", Span: e.X.Span(), Caret: e.OpPos, Ranges: sides,
			Message: "comparison of integers of different signs: '" + x.Type.unqual().String() + "' and '" + y.Type.unqual().String() + "'"})
	}
}

// mirrored are the comparisons with their sides exchanged.
var mirrored = [256]syntax.Kind{
	syntax.EqEq: syntax.EqEq, syntax.NotEq: syntax.NotEq,
	syntax.Less: syntax.Greater, syntax.Greater: syntax.Less, syntax.LessEq: syntax.GreaterEq, syntax.GreaterEq: syntax.LessEq,
}

// alwaysCompares is the result of x op k for every x of a kind that the
// comparison widens, if that is the same for all.
func alwaysCompares(from, wide ir.Kind, op syntax.Kind, k int64) (result, always bool) {
	bits := kindBits(from)
	if from == ir.Bool {
		bits = 1
	}
	if bits >= kindBits(wide) || isSigned(from) && from != ir.Bool && !isSigned(wide) {
		return false, false
	}
	low, high := int64(0), int64(1)<<bits-1
	if isSigned(from) && from != ir.Bool {
		low, high = -1<<(bits-1), 1<<(bits-1)-1
	}
	switch {
	case from == ir.Bool && (k == high && op == syntax.Greater || k == low && op == syntax.Less):
		return false, true
	case from == ir.Bool && (k == high && op == syntax.LessEq || k == low && op == syntax.GreaterEq):
		return true, true
	case k >= low && k <= high:
		return false, false
	}
	above := k > high // every x is below k
	switch op {
	case syntax.EqEq:
		return false, true
	case syntax.NotEq:
		return true, true
	case syntax.Less, syntax.LessEq:
		return above, true
	}
	return !above, true
}

// nonNegative reports signed expressions that are never below zero.
func (c *checker) nonNegative(e syntax.Expr) bool {
	switch x := e.(type) {
	case *syntax.ParenExpr:
		return c.nonNegative(x.X)
	case *syntax.IntLit, *syntax.CharLit, *syntax.SizeofExpr, *syntax.BoolLit:
		return true
	case *syntax.CondExpr:
		return c.nonNegative(x.X) && c.nonNegative(x.Y)
	case *syntax.BinaryExpr:
		switch x.Op {
		case syntax.Amp:
			return c.nonNegative(x.X) || c.nonNegative(x.Y)
		case syntax.Plus, syntax.Star, syntax.Slash, syntax.Pipe, syntax.Caret, syntax.Shr, syntax.Shl:
			return c.nonNegative(x.X) && c.nonNegative(x.Y)
		case syntax.Percent:
			return c.nonNegative(x.X)
		case syntax.EqEq, syntax.NotEq, syntax.Less, syntax.Greater, syntax.LessEq, syntax.GreaterEq, syntax.AndAnd, syntax.OrOr:
			return true
		}
	}
	var v Value
	ok := false
	c.try(func() {
		v = c.expr(e)
		if v.bad() || v.Type.T.Kind != TScalar || isFloat(v.Type.T.Scalar) {
			return
		}
		if !isSigned(v.Type.T.Scalar) {
			ok = true
			return
		}
		c.decay(&v)
		k, known := c.known(&v)
		ok = known && k >= 0
	})
	return ok
}

// remarkPower warns of 2 ^ n and 10 ^ n.
func (c *checker) remarkPower(e *syntax.BinaryExpr) {
	x, ok := e.X.(*syntax.IntLit)
	y, ok2 := e.Y.(*syntax.IntLit)
	if !ok || !ok2 || x.Hex || y.Hex || x.Suffix != "" || y.Suffix != "" || x.Value != 2 && x.Value != 10 || y.Value > 31 || c.prog.Sources.InMacro(e.OpPos) {
		return
	}
	meant, value := "1 << "+itoa(int(y.Value)), " ("+strconv.FormatUint(1<<y.Value, 10)+")"
	if x.Value == 10 {
		meant, value = "1e"+itoa(int(y.Value)), ""
	}
	c.remark(diag.Diagnostic{Code: "xor-used-as-pow", Span: e.Span(), Caret: e.OpPos,
		Message: fmt.Sprintf("result of '%d ^ %d' is %d; did you mean '%s'%s?", x.Value, y.Value, x.Value^y.Value, meant, value),
		Fixes:   []diag.Fix{{Span: e.Span(), Text: meant}}})
}

// remarkOverflow warns of a signed operation on constants whose result does not
// fit its type.
func (c *checker) remarkOverflow(op syntax.Kind, t *Type, x, y *Value, opPos diag.Pos) {
	if t.Kind != TScalar || t.Scalar != ir.I32 && t.Scalar != ir.I64 || op != syntax.Plus && op != syntax.Minus && op != syntax.Star {
		return
	}
	a, ok := c.known(x)
	b, ok2 := c.known(y)
	if !ok || !ok2 {
		return
	}
	wide := overflow(map[syntax.Kind]ir.Op{syntax.Plus: ir.Add, syntax.Minus: ir.Sub, syntax.Star: ir.Mul}[op], t.Scalar, []uint64{uint64(a), uint64(b)})
	switch {
	case wide == nil:
	case c.b.constexpr && !c.lenient && !c.wraps:
		c.b.undefined = undefined{opPos, outOfRange(wide, t.Scalar)}
	case c.concrete():
		low := new(big.Int).And(wide, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
		c.remark(diag.Diagnostic{Code: "integer-overflow", Span: diag.Span{Start: opPos, End: opPos + 1},
			Message: fmt.Sprintf("overflow in expression; result is %d with type '%s'", signExtend(t.Scalar, truncBits(t.Scalar, low)), t)})
	}
}

// overflow is the result of a sum, a difference or a product of signed integers
// that does not fit their type, nil of all else.
func overflow(op ir.Op, k ir.Kind, args []uint64) *big.Int {
	if k != ir.I32 && k != ir.I64 || len(args) != 2 {
		return nil
	}
	x, y := signExtend(k, args[0]), signExtend(k, args[1])
	var r int64
	var fits bool
	var exact func(z, x, y *big.Int) *big.Int
	switch op {
	case ir.Add:
		r, exact = x+y, (*big.Int).Add
		fits = (x^r)&(y^r) >= 0
	case ir.Sub:
		r, exact = x-y, (*big.Int).Sub
		fits = (x^y)&(x^r) >= 0
	case ir.Mul:
		r, exact = x*y, (*big.Int).Mul
		fits = x == 0 || r/x == y && (x != -1 || y != math.MinInt64)
	default:
		return nil
	}
	if fits && r == signExtend(k, truncBits(k, uint64(r))) {
		return nil
	}
	return exact(new(big.Int), big.NewInt(x), big.NewInt(y))
}

const byZero = "division by zero"

// undefinedResult says why an operation has no result in a constant expression; "" if it has one.
func undefinedResult(in *ir.Instr, args []uint64) string {
	if in.Op == ir.Div || in.Op == ir.Rem {
		if isZero(in.Kind, args[1]) {
			return byZero
		}
	} else if wide := overflow(in.Op, in.Kind, args); wide != nil {
		return outOfRange(wide, in.Kind)
	}
	return ""
}

func outOfRange(v *big.Int, k ir.Kind) string {
	return "value " + v.String() + " is outside the range of representable values of type '" + Scalar(k).String() + "'"
}

// remarkShift warns of counts that are constant and wrong.
func (c *checker) remarkShift(t *Type, x, y *Value, o *operation) {
	n, ok := c.known(y)
	if !ok || !c.concrete() {
		return
	}
	d := diag.Diagnostic{Span: o.y.Span(), Caret: o.pos}
	width := kindBits(t.Scalar)
	switch {
	case n < 0:
		d.Code, d.Message = "shift-count-negative", "shift count is negative"
	case n >= int64(width):
		d.Code, d.Message = "shift-count-overflow", "shift count >= width of type"
	case o.op != syntax.Shl || !isSigned(t.Scalar):
		return
	default:
		k, ok := c.known(x)
		if !ok {
			return
		}
		d.Span = o.x.Span()
		need := int(n) + bits.Len64(uint64(k)) + 1
		switch {
		case k < 0:
			d.Code, d.Message = "shift-negative-value", "shifting a negative signed value is undefined"
		case k > 0 && need > width+1: // a bit in the place of the sign is often meant
			d.Code, d.Ranges = "shift-overflow", []diag.Span{o.y.Span()}
			d.Message = fmt.Sprintf("signed shift result (0x%X) requires %d bits to represent, but '%s' only has %d bits", new(big.Int).Lsh(big.NewInt(k), uint(n)), need, t, width)
		default:
			return
		}
	}
	c.remark(d)
}

// remarkConversion warns of constants that an implicit conversion changes.
func (c *checker) remarkConversion(v *Value, to *Type, at diag.Span) {
	from := v.Type.T
	if from.Kind != TScalar || to.Kind != TScalar || len(v.regs) != 1 || !c.concrete() {
		return
	}
	bits, ok := c.b.Known(v.regs[0])
	if !ok || to.Scalar == ir.Bool && (!isFloat(from.Scalar) || !v.literal) {
		return
	}
	if isFloat(to.Scalar) {
		c.remarkRounded(from, to, bits, at)
		return
	}
	warn := func(code, change string) {
		c.remark(diag.Diagnostic{Code: code, Span: at, Message: "implicit conversion from '" + from.String() + "' to '" + to.String() + "' changes value from " + change})
	}
	if isFloat(from.Scalar) {
		if !v.literal {
			return
		}
		f := floatOf(from.Scalar, bits)
		n := int64(f)
		switch {
		case to.Scalar == ir.Bool:
			if f != 0 && f != 1 {
				warn("literal-conversion", strconv.FormatFloat(f, 'g', 8, 64)+" to true")
			}
		case alwaysOutside(to.Scalar, f):
			c.remark(diag.Diagnostic{Code: "literal-conversion", Span: at,
				Message: "implicit conversion of out of range value from '" + from.String() + "' to '" + to.String() + "' is undefined"})
		case float64(n) != f:
			warn("literal-conversion", fmt.Sprintf("%s to %d", strconv.FormatFloat(f, 'g', 8, 64), n))
		}
		return
	}
	n := signExtend(from.Scalar, bits)
	if !isSigned(from.Scalar) && from.Scalar != ir.Bool {
		if kindSize(to.Scalar) >= kindSize(from.Scalar) || bits>>kindBits(to.Scalar) == 0 {
			return
		}
	} else if width := kindBits(to.Scalar); kindSize(to.Scalar) >= kindSize(from.Scalar) || n >= -1<<(width-1) && n < 1<<width && (!isSigned(to.Scalar) || n < 1<<(width-1)) {
		return
	}
	warn("constant-conversion", constantText(from, bits)+" to "+constantText(to, truncBits(to.Scalar, bits)))
}

// alwaysOutside reports floats that an integer kind cannot hold.
func alwaysOutside(k ir.Kind, f float64) bool {
	low, high := 0.0, float64(uint64(1)<<(kindBits(k)-1))*2
	if isSigned(k) {
		low, high = -high/2, high/2
	}
	return f <= low-1 || f >= high
}

// remarkLiteral warns of a floating-point literal that its type cannot hold.
func (c *checker) remarkLiteral(e *syntax.FloatLit, k ir.Kind) {
	held := floatOf(k, floatBits(k, e.Value))
	if held <= 1e308 && (held != 0 || e.Value == 0) {
		return
	}
	limits := map[ir.Kind][2]string{ir.F32: {"3.40282347E+38", "1.40129846E-45"}, ir.F16: {"65504", "5.9604645E-8"}, ir.BF16: {"3.38953139E+38", "9.18354962E-41"}}[k]
	how := "large for type '" + Scalar(k).String() + "'; maximum is " + limits[0]
	if held == 0 {
		how = "small for type '" + Scalar(k).String() + "'; minimum is " + limits[1]
	}
	c.remark(diag.Diagnostic{Code: "literal-range", Span: e.Span(), Message: "magnitude of floating-point constant too " + how})
}

// remarkIndex warns of a constant index outside of its array. The address of
// what follows the last element may be taken.
func (c *checker) remarkIndex(e *syntax.IndexExpr, x, i *Value) {
	t := x.Type.T
	n, ok := c.known(i)
	if !ok || t.Kind != TArray || t.N <= 0 || !c.concrete() || n >= 0 && n < int64(t.N) || n == int64(t.N) && c.addressed == syntax.Expr(e) {
		return
	}
	d := diag.Diagnostic{Code: "array-bounds", Message: fmt.Sprintf("array index %d is past the end of the array (which contains %d element%s)", n, t.N, plural(t.N)),
		Span: diag.Span{Start: e.Start, End: e.Start + 1}, Ranges: []diag.Span{e.Index.Span()}}
	if n < 0 {
		d.Message = fmt.Sprintf("array index %d is before the beginning of the array", n)
	}
	if id, ok := e.X.(*syntax.IdentExpr); ok && id.Name.Of == nil {
		if b := c.lookup(c.scope, id.Name.Ident); b != nil && b.value != nil {
			d.Notes = []diag.Note{{Message: "array '" + b.value.Name + "' declared here", Span: b.value.pos}}
		}
	}
	c.remark(d)
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
