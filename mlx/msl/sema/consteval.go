package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

const notIntegral = "expression is not an integral constant expression"

// constant evaluates a constant expression of a scalar type, or reports that
// it is none.
func (c *checker) constant(e syntax.Expr) (uint64, *Type, bool) {
	return c.constantFor(e, notIntegral)
}

// constantFor is constant with a message, and notes, of its own.
func (c *checker) constantFor(e syntax.Expr, message string, notes ...diag.Note) (uint64, *Type, bool) {
	v, k := c.constantValue(e)
	if v.bad() {
		return 0, nil, false
	}
	t := v.Type.T
	if len(k) != 1 && c.general {
		return 0, nil, false // it may hang on what is not known
	}
	if len(k) != 1 || t.Kind != TScalar && t.Kind != TEnum {
		c.report(diag.Diagnostic{Code: "not-constant", Message: message, Span: e.Span(), Notes: append(c.whyNotConstant(e), notes...)})
		return 0, nil, false
	}
	return k[0], t, true
}

// whyNotConstant are the notes that say why the last evaluation failed.
func (c *checker) whyNotConstant(e syntax.Expr) []diag.Note {
	at, why := c.whyNotAt, c.whyNot
	if v, use := c.unknown(e); v != nil {
		switch {
		case v.param != nil:
			why = "function parameter '" + v.Name + "' with unknown value cannot be used in a constant expression"
		case v.Type.isConst():
			why = "initializer of '" + v.Name + "' is not a constant expression"
		default:
			why = "read of non-const variable '" + v.Name + "' is not allowed in a constant expression"
		}
		return []diag.Note{{Message: why, Span: use}, {Message: "declared here", Span: v.pos}}
	}
	if why == "" {
		return nil
	}
	return []diag.Note{{Message: why, Span: at}}
}

// unknown is the first variable in an expression whose value is not known at
// compile time.
func (c *checker) unknown(e syntax.Expr) (*Variable, diag.Span) {
	var parts []syntax.Expr
	switch e := e.(type) {
	case *syntax.IdentExpr:
		if e.Name.Of == nil {
			b := c.lookup(c.scope, e.Name.Ident)
			if b != nil && b.value != nil && b.value.konst == nil && b.value.global == nil && b.value.data == 0 && !b.value.prvalue {
				return b.value, e.Span()
			}
		}
	case *syntax.ParenExpr:
		parts = []syntax.Expr{e.X}
	case *syntax.UnaryExpr:
		parts = []syntax.Expr{e.X}
	case *syntax.CastExpr:
		parts = []syntax.Expr{e.X}
	case *syntax.BinaryExpr:
		parts = []syntax.Expr{e.X, e.Y}
	case *syntax.CondExpr:
		parts = []syntax.Expr{e.Cond, e.X, e.Y}
	case *syntax.IndexExpr:
		parts = []syntax.Expr{e.X, e.Index}
	case *syntax.CallExpr:
		parts = e.Args
	}
	for _, p := range parts {
		if v, at := c.unknown(p); v != nil {
			return v, at
		}
	}
	return nil, diag.Span{}
}

// constantValue evaluates an expression at compile time. The value has the
// type; the constants are nil if the expression is none.
func (c *checker) constantValue(e syntax.Expr) (Value, []uint64) {
	c.whyNot, c.whyNotAt = "", diag.Span{}
	if lit, ok := e.(*syntax.IntLit); ok {
		return Value{Type: Of(Scalar(intKind(lit))), lit0: lit.Value == 0}, c.mem.words.copy([]uint64{lit.Value})
	}
	var v Value
	var k []uint64
	c.evaluation(func(b *Builder) {
		v = c.expr(e)
		if v.bad() || v.set() != nil {
			return
		}
		if v.Type.T.Kind == TRecord {
			if n := c.arithmeticOperandQuiet(v); !n.bad() {
				v = n
			}
		}
		b.pos = e.Span().Start
		c.decay(&v)
		if v.bad() || !v.Type.T.inRegisters() || v.Type.T.regKind() == ir.Ptr {
			return
		}
		var ok bool
		if k, ok = c.knownRegs(v); !ok || b.undefined.at != 0 {
			k = c.run(b, v.regs)
		}
	})
	return v, k
}

// evaluation runs f with a scratch function whose code can be executed.
func (c *checker) evaluation(f func(b *Builder)) {
	unevaluated, trap := c.unevaluated, c.trap
	c.unevaluated = 0
	if trap != nil && trap.probe {
		real := *trap
		real.probe = false
		c.trap = &real
	}
	c.scratch(func() {
		c.b.constexpr = true
		f(c.b)
	})
	if trap != c.trap {
		trap.failed, trap.first = c.trap.failed, c.trap.first
	}
	c.unevaluated, c.trap = unevaluated, trap
}

// constantInit evaluates the initialiser of a variable held in registers.
func (c *checker) constantInit(t QualType, d *syntax.VarDecl) (Value, []uint64) {
	c.whyNot, c.whyNotAt = "", diag.Span{}
	var v Value
	var k []uint64
	c.evaluation(func(b *Builder) {
		v = c.initRegisters(t, d)
		if v.bad() {
			return
		}
		var ok bool
		if k, ok = c.knownRegs(v); !ok || b.undefined.at != 0 {
			k = c.run(b, v.regs)
		}
	})
	return v, k
}

// evaluateInto evaluates the initialiser of a variable that must be constant:
// of program scope (the value becomes constant data) or constexpr.
func (c *checker) evaluateInto(v *Variable, d *syntax.VarDecl, global bool) {
	t := v.Type
	lenient, strict, wraps := c.lenient, c.strict, c.wraps
	defer func() { c.lenient, c.strict, c.wraps = lenient, strict, wraps }()
	c.wraps = false
	c.strict = d.Specs&syntax.Constexpr != 0
	c.lenient = global && !c.strict // Apple's compiler evaluates these
	if holdsAuto(t.T) {
		x := Value{}
		c.evaluation(func(*Builder) { x = c.initValue(d.Init) })
		if x.bad() {
			v.Type = Of(errorType)
			return
		}
		deduced, ok := c.deduceAuto(d.Type, x)
		if !ok {
			v.Type = Of(errorType)
			return
		}
		v.Type = QualType{T: deduced.T, Q: t.Q | deduced.Q, Space: t.Space}
		t = v.Type
		if r := t.T.Record; global && r != nil && r.Lambda != nil { // whose call operator is of objects in thread
			c.errorf(d.Init.Span(), "global-type", "lambdas at program scope are not supported; declare a function")
			v.Type = Of(errorType)
			return
		}
	}
	if t.T.Kind == TArray && t.T.N < 0 {
		s := c.sizedByInit(t, d.Init, d.NamePos.Span())
		if s.T.isError() {
			v.Type = s
			return
		}
		v.Type.T = s.T
		t = v.Type
	}
	if t.T.isRef() {
		c.errorf(v.pos, "global-type", "references at program scope are not supported")
		v.Type = Of(errorType)
		return
	}
	if t.T.Kind == TRecord && !c.complete(t.T.Record, v.pos) {
		v.Type = Of(errorType)
		return
	}
	if t.T.inRegisters() && t.T.regKind() != ir.Ptr {
		val, k := c.constantInit(t.unqual(), d)
		if val.bad() {
			v.Type = Of(errorType)
			return
		}
		if k == nil {
			c.notConstant(v, d, global)
			return
		}
		v.konst = k
		if global {
			v.val, v.bound = lvalue(t, c.object(v.Name, registerBytes(t.T, k), t.T)), true
		}
		return
	}
	if t.T.size() > 64<<20 {
		c.errorf(v.pos, "variable-size", "variable '%s' is too large (%d bytes)", v.Name, t.T.size())
		v.Type = Of(errorType)
		return
	}
	if c.constants += t.T.size(); c.constants > maxConstantBytes {
		if c.constants-t.T.size() <= maxConstantBytes {
			c.errorf(v.pos, "variable-size", "constants take more than %d MiB together", maxConstantBytes>>20)
		}
		v.Type = Of(errorType)
		return
	}
	var bytes []byte
	good := false
	c.evaluation(func(b *Builder) {
		dst := c.temp(t.T)
		if good = c.initFrom(dst, d.Init, d.InitKind, forInit); good {
			bytes = c.runMemory(b, int(dst.addr.Index))
		}
	})
	if !good {
		v.Type = Of(errorType)
		return
	}
	if bytes == nil {
		c.notConstant(v, d, global)
		return
	}
	a := c.object(v.Name, bytes, t.T)
	if global {
		v.val, v.bound = lvalue(t, a), true
	} else {
		v.data = int(a.Index) + 1
	}
}

// notConstant reports an initialiser that is not constant, or defers it if it
// depends on function constants.
func (c *checker) notConstant(v *Variable, d *syntax.VarDecl, global bool) {
	if c.dependsOnFC && global && d.Specs&syntax.Constexpr == 0 {
		v.global.again = true
		return
	}
	if c.general {
		v.Type = Of(errorType)
		return
	}
	dg := diag.Diagnostic{Code: "not-constant", Message: "constexpr variable '" + v.Name + "' must be initialized by a constant expression", Span: v.pos}
	if global && d.Specs&syntax.Constexpr == 0 {
		dg.Message = "initializer for variable '" + v.Name + "' in constant address space must be a constant expression"
	}
	if d.Init != nil {
		dg.Ranges = []diag.Span{d.Init.Span()}
	}
	dg.Notes = c.whyNotConstant(d.Init)
	c.report(dg)
	v.Type = Of(errorType)
}

// reevaluate evaluates the initialiser of a variable that depends on function
// constants, where the variable is used.
func (c *checker) reevaluate(v *Variable) Value {
	d := v.global.decl
	var out Value
	c.in(v.global.scope, func() {
		if v.Type.T.inRegisters() {
			out = c.initRegisters(v.Type.unqual(), d)
			return
		}
		m := c.temp(v.Type.T)
		c.initFrom(m, d.Init, d.InitKind, forInit)
		out = c.aggregate(v.Type.T, m.addr)
	})
	return out
}

// object adds the value of a constant object to the program.
func (c *checker) object(name string, bytes []byte, t *Type) Addr {
	a := c.data(name, bytes, t.align())
	c.prog.Constants[a.Index].Layout = t.layout()
	return a
}

// data adds constant data to the program.
func (c *checker) data(name string, bytes []byte, align int) Addr {
	c.prog.Constants = append(c.prog.Constants, ir.Data{Name: name, Bytes: bytes, Align: align})
	return Addr{Base: baseConst, Index: int32(len(c.prog.Constants) - 1), Space: ir.Constant}
}

// registerBytes lays out a value in registers as it lies in memory.
func registerBytes(t *Type, k []uint64) []byte {
	out := make([]byte, t.size())
	size := kindSize(t.Scalar)
	for i, v := range k {
		at := i * size
		if t.Kind == TMatrix {
			at = i/t.M*Vector(t.Scalar, t.M).size() + i%t.M*size
		}
		for j := range size {
			out[at+j] = byte(v >> (8 * j))
		}
	}
	return out
}

// run executes the code of a scratch function and reads registers.
func (c *checker) run(b *Builder, regs []ir.Reg) []uint64 {
	m := c.newMachine()
	defer m.close()
	if b.undefined.at != 0 {
		m.stop(b.undefined.at, b.undefined.why)
		m.fail()
		return nil
	}
	f, ok := m.enter(b)
	if !ok {
		m.fail()
		return nil
	}
	out := make([]uint64, len(regs))
	for i, r := range regs {
		if f.has[r] != aValue {
			m.fail()
			return nil
		}
		out[i] = f.regs[r]
	}
	return out
}

// everConstant reports a constexpr function that has no constant value whatever it is given, as
// far as its own first steps show, up to a call or the first use of what is not known: clang looks
// no further, either.
func (c *checker) everConstant(f *Function) {
	code := c.prog.Funcs[f.index-1]
	if f.decl.NamePos.Start < c.user || !f.ctor && asksFirst(code) {
		return
	}
	lenient, wraps := c.lenient, c.wraps
	c.lenient, c.wraps = false, false
	defer func() { c.lenient, c.wraps = lenient, wraps }()
	m := c.potential(f, code, maxPotentialSteps)
	if left := maxConstexprWork/2 - c.evaluated; m.steps < 0 && !m.never && left > 0 { // an endless loop, or a long one
		m = c.potential(f, code, left)
		m.close()
		m.never = m.never || m.turns > maxConstexprTurns
	}
	if !m.never {
		return
	}
	what := "function"
	if f.ctor {
		what = "constructor"
	}
	c.report(diag.Diagnostic{Code: "invalid-constexpr", Message: "constexpr " + what + " never produces a constant expression", Span: f.decl.NamePos.Span(),
		Notes: []diag.Note{{Message: m.why, Span: diag.Span{Start: m.at, End: m.at + 1}}}})
}

// potential is what becomes of a function whose arguments are not known within some steps.
func (c *checker) potential(f *Function, code *ir.Func, steps int) *machine {
	m := &machine{c: c, steps: steps, given: steps, open: true}
	private := code.Private
	if f.ctor {
		private = append(slices.Clone(private), ir.Slot{Size: f.record.Type.size()})
	}
	g := m.frame(len(code.Regs), private)
	if g == nil {
		return m
	}
	if f.ctor {
		this := code.Params[0]
		m.this = len(m.mem)
		g.regs[this], g.has[this] = uint64(m.this)<<32, aValue
	}
	m.block(g, code.Body)
	return m
}

// asksFirst reports a function whose first step reads a parameter, as that of most does: a machine
// would stop there.
func asksFirst(f *ir.Func) bool {
	for i := range f.Body {
		in := &f.Body[i]
		if in.Op == ir.Const || in.Op == ir.SlotAddr {
			continue
		}
		args := in.Args
		if in.Op == ir.Store {
			args = args[:1] // what is stored may be unknown
		}
		return slices.ContainsFunc(args, func(r ir.Reg) bool { return slices.Contains(f.Params, r) })
	}
	return true
}

// runMemory executes the code of a scratch function and reads a slot.
func (c *checker) runMemory(b *Builder, slot int) []byte {
	m := c.newMachine()
	defer m.close()
	f, ok := m.enter(b)
	if !ok {
		m.fail()
		return nil
	}
	return m.mem[f.slots[slot]].bytes
}

const (
	flowNext flow = iota
	flowBreak
	flowContinue
	flowReturn
	flowFail
)
