package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/mlx"
)

// function is an entry of the table. The signature names the parameters; those
// with a default may be left out.
type function struct {
	signature string
	params    []parameter
	call      func(a *arguments) any
}

type parameter struct {
	name     string
	optional bool
}

var functions = map[string]*function{}

// define adds a function with a signature such as "x, axis=none".
func define(name, signature string, call func(a *arguments) any) {
	f := &function{signature: signature, call: call}
	for _, p := range strings.Split(signature, ", ") {
		n, _, optional := strings.Cut(p, "=")
		f.params = append(f.params, parameter{n, optional})
	}
	functions[name] = f
}

// alias gives a function a second name.
func alias(name, of string) { functions[name] = functions[of] }

func functionNames() []string {
	var names []string
	for n := range functions {
		names = append(names, n)
	}
	return names
}

// arguments are the values of one call.
type arguments struct {
	ev     *evaluator
	call   *Call
	f      *function
	values []any // by parameter; nil if left out
	at     []Expr
}

// Bind matches the arguments of a call of a known function with its
// parameters, by the order of the signature; absent ones are nil.
func Bind(text string, c *Call) ([]Expr, error) {
	f, ok := functions[c.Func.Ident]
	if !ok {
		return nil, errorAt(text, c.Func.Span, spelling.Hint(c.Func.Ident, functionNames()), "unknown function %q", c.Func.Ident)
	}
	bound, err := f.bind(text, c)
	if err != nil {
		return nil, err
	}
	return bound, nil
}

// bind matches the arguments of a call with the parameters, or says what is
// wrong.
func (f *function) bind(text string, c *Call) ([]Expr, *Error) {
	bound := make([]Expr, len(f.params))
	if args := c.Args; len(args) > len(f.params) {
		return nil, errorAt(text, args[len(f.params)].Pos(), f.usage(c), "%s takes at most %d arguments, not %d", c.Func.Ident, len(f.params), len(args))
	}
	copy(bound, c.Args)
	for _, k := range c.Kwargs {
		i := slices.IndexFunc(f.params, func(p parameter) bool { return p.name == k.Name.Ident })
		if i < 0 {
			return nil, errorAt(text, k.Name.Span, f.usage(c), "%s has no argument %q", c.Func.Ident, k.Name.Ident)
		}
		if bound[i] != nil {
			return nil, errorAt(text, k.Name.Span, f.usage(c), "the argument %q is given twice", k.Name.Ident)
		}
		bound[i] = k.Value
	}
	for i, p := range f.params {
		if bound[i] == nil && !p.optional {
			return nil, errorAt(text, c.Span, f.usage(c), "%s needs the argument %q", c.Func.Ident, p.name)
		}
	}
	return bound, nil
}

func (f *function) usage(c *Call) string {
	return fmt.Sprintf("it is %s(%s)", c.Func.Ident, f.signature)
}

func (ev *evaluator) call(e *Call) any {
	f, ok := functions[e.Func.Ident]
	if !ok {
		ev.fail(e.Func.Span, spelling.Hint(e.Func.Ident, functionNames()), "unknown function %q", e.Func.Ident)
	}
	bound, err := f.bind(ev.text, e)
	if err != nil {
		panic(err)
	}
	a := &arguments{ev: ev, call: e, f: f, values: make([]any, len(bound)), at: bound}
	for i, x := range bound {
		if x != nil {
			a.values[i] = ev.eval(x)
		}
		if _, ok := a.values[i].(none); ok {
			a.values[i] = nil
		}
	}
	ev.begin(e)
	return f.call(a)
}

// fail reports a wrong argument.
func (a *arguments) fail(i int, format string, args ...any) {
	at := a.call.Span
	if a.at[i] != nil {
		at = a.at[i].Pos()
	}
	a.ev.fail(at, a.f.usage(a.call), "%s of %s: %s", a.f.params[i].name, a.call.Func.Ident, fmt.Sprintf(format, args...))
}

func (a *arguments) has(i int) bool { return a.values[i] != nil }

func (a *arguments) expr(i int) Expr {
	if a.at[i] != nil {
		return a.at[i]
	}
	return a.call
}

// array is argument i as an array.
func (a *arguments) array(i int) *mlx.Array {
	if a.values[i] == nil {
		a.fail(i, "wanted an array")
	}
	return a.ev.array(a.expr(i), a.values[i])
}

// float is the first argument as an array that a real function takes.
func (a *arguments) float() *mlx.Array { return a.ev.float(a.array(0)) }

// optional is argument i as an array, or nil.
func (a *arguments) optional(i int) *mlx.Array {
	if !a.has(i) {
		return nil
	}
	return a.array(i)
}

func (a *arguments) arrays(i int) []*mlx.Array {
	list, ok := a.values[i].([]any)
	if !ok {
		a.fail(i, "wanted a list of arrays")
	}
	out := make([]*mlx.Array, len(list))
	for j, v := range list {
		out[j] = a.ev.array(a.expr(i), v)
	}
	return out
}

// pair is two operands of which the first is an array of the type that both
// take.
func (a *arguments) pair() (*mlx.Array, mlx.Operand) {
	y := a.ev.operand(a.expr(1), a.values[1])
	if x, ok := a.values[0].(*mlx.Array); ok {
		return x, y
	}
	if ya, ok := y.(*mlx.Array); ok {
		switch a.values[0].(type) {
		case int64, float64, bool:
			return a.ev.like(a.values[0], ya), y
		}
	}
	return a.array(0), y
}

func (a *arguments) int(i, def int) int {
	if !a.has(i) {
		return def
	}
	return a.integer(i, a.values[i])
}

// integer is v, argument i or a part of it.
func (a *arguments) integer(i int, v any) int {
	n, ok := v.(int64)
	if !ok {
		a.fail(i, "wanted an integer, not %s", describe(v))
	}
	if n > 1<<40 || n < -1<<40 {
		a.fail(i, "%d is too large", n)
	}
	return int(n)
}

func (a *arguments) number(i int, def float64) float64 {
	if !a.has(i) {
		return def
	}
	f, ok := toFloat(a.values[i])
	if !ok {
		a.fail(i, "wanted a number, not %s", describe(a.values[i]))
	}
	return f
}

func (a *arguments) bool(i int, def bool) bool {
	if !a.has(i) {
		return def
	}
	b, ok := a.values[i].(bool)
	if !ok {
		a.fail(i, "wanted true or false, not %s", describe(a.values[i]))
	}
	return b
}

func (a *arguments) string(i int, def string) string {
	if !a.has(i) {
		return def
	}
	s, ok := a.values[i].(string)
	if !ok {
		a.fail(i, "wanted a string, not %s", describe(a.values[i]))
	}
	return s
}

// dtype is argument i, as this evaluation understands it.
func (a *arguments) dtype(i int, def mlx.DType) mlx.DType {
	if !a.has(i) {
		return a.ev.dtype(def)
	}
	if s, ok := a.values[i].(string); ok {
		if d, err := mlx.ParseDType(s); err == nil {
			return a.ev.dtype(d)
		}
	}
	d, ok := a.values[i].(mlx.DType)
	if !ok {
		a.fail(i, "wanted an element type such as float32, not %s", describe(a.values[i]))
	}
	return a.ev.dtype(d)
}

// ints is an integer or a list of integers; nil if left out.
func (a *arguments) ints(i int) []int {
	if !a.has(i) {
		return nil
	}
	list, ok := a.values[i].([]any)
	if !ok {
		return []int{a.int(i, 0)}
	}
	out := make([]int, len(list))
	for j, v := range list {
		out[j] = a.integer(i, v)
	}
	return out
}

// maxCreated bounds the arrays that a program makes from nothing.
const maxCreated = 1 << 28

// shape is a shape for a new array.
func (a *arguments) shape(i int) []int {
	s := a.ints(i)
	n := 1
	for _, d := range s {
		if d < 0 || d > 0 && n > maxCreated/d {
			a.fail(i, "%v is not the shape of a reasonable array", s)
		}
		n *= d
	}
	return s
}

// Check finds what is wrong with the program without running it: unknown names
// and functions, and arguments that do not fit. The scope lists the variables.
func (p *Program) Check(scope []string) []*Error {
	var errs []*Error
	known := slices.Clone(scope)
	for _, s := range p.Stmts {
		Walk(s.Value, func(e Expr) bool {
			if err := p.checkNode(e, known); err != nil {
				errs = append(errs, err)
			}
			return true
		})
		for _, t := range s.Targets {
			known = append(known, t.Ident)
		}
	}
	return errs
}

func (p *Program) checkNode(e Expr, known []string) *Error {
	switch e := e.(type) {
	case *Name:
		if _, err := mlx.ParseDType(e.Ident); err == nil || slices.Contains(known, e.Ident) {
			return nil
		}
		hint := spelling.Hint(e.Ident, known)
		if _, ok := functions[e.Ident]; ok {
			hint = "it is a function: call it"
		}
		return errorAt(p.Text, e.Span, hint, "unknown name %q", e.Ident)
	case *Call:
		f, ok := functions[e.Func.Ident]
		if !ok {
			return errorAt(p.Text, e.Func.Span, spelling.Hint(e.Func.Ident, functionNames()), "unknown function %q", e.Func.Ident)
		}
		_, err := f.bind(p.Text, e)
		return err
	}
	return nil
}
