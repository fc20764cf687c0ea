package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// bindElements declares the names of a structured binding: each stands for an
// element of the variable d, which is declared already.
func (c *checker) bindElements(d *syntax.VarDecl, names []syntax.Binding) {
	var whole Value
	if b := c.scope.names.get(d.Name.Ident); b != nil && b.value != nil {
		b.value.used = true
		whole = c.variable(b.value, d.NamePos.Span())
	}
	elements, ok := c.elementsOf(whole, d)
	if ok && len(elements) != len(names) {
		ok = false
		what := itoa(len(names)) + " names were provided"
		if len(names) == 1 {
			what = "1 name was provided"
		}
		if len(names) < len(elements) {
			what = "only " + what
		}
		c.errorf(d.NamePos.Span(), "binding-count", "type '%s' decomposes into %s, but %s", whole.Type.unqual(), counted(len(elements), "element"), what)
	}
	for i, n := range names {
		v := c.scope.room().variables.new()
		*v = Variable{Name: n.Name, Type: Of(errorType), pos: n.Span(), whole: d.Span(), home: c.fr.home()}
		if ok {
			v.Type, v.val, v.bound = elements[i].Type, elements[i], true
			c.b.own(&v.val.addr)
		}
		c.bindLocal(v)
	}
}

// bindLocal makes a variable what its name means in the current block.
func (c *checker) bindLocal(v *Variable) {
	c.checkRedefinition(v)
	b := c.scope.bind(v.Name)
	b.value = v
	b.typ, b.funcs, b.ftmpls, b.tmpl, b.fams = nil, nil, nil, nil, nil
}

// anonymousUnion declares an anonymous union in a function: one variable without a name,
// for whose members their names stand.
func (c *checker) anonymousUnion(r *Record, d *syntax.RecordDecl) {
	c.anonymousMembers(d)
	at := d.Span()
	whole := c.scope.room().variables.new()
	*whole = Variable{Name: r.Name, pos: at, whole: at, home: c.fr.home()}
	c.automatic(whole, Of(r.Type), &syntax.VarDecl{Range: d.Range}, func() {})
	c.bindMembers(c.variable(whole, at), r)
}

// bindMembers declares the names of the members of r, which x has.
func (c *checker) bindMembers(x Value, r *Record) {
	for i := range r.Fields {
		switch f := &r.Fields[i]; {
		case f.anon:
			c.bindMembers(x, f.Type.T.Record)
		case f.Name != "":
			at := f.decl.NamePos.Span()
			v := c.scope.room().variables.new()
			*v = Variable{Name: f.Name, Type: Of(errorType), pos: at, whole: at, home: c.fr.home()}
			if f.access == openAccess { // see anonymousMembers
				v.val = c.member(x, f.Name, at)
			}
			if !v.val.bad() {
				v.Type, v.bound = v.val.Type, true
				c.b.own(&v.val.addr)
			}
			c.bindLocal(v)
		}
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return itoa(n) + " " + what + "s"
}

// elementsOf are what a structured binding gives names to: the elements of an
// array or vector, or the data members of a class.
func (c *checker) elementsOf(x Value, d *syntax.VarDecl) ([]Value, bool) {
	at := d.NamePos.Span()
	if x.bad() {
		return nil, false
	}
	switch t := x.Type.T; t.Kind {
	case TArray, TVector:
		out := make([]Value, t.N)
		for i := range out {
			of, index := x, c.b.rvalue(intType(), c.b.Int(ir.I32, int64(i)))
			out[i] = c.subscript(&of, &index, at, at)
		}
		return out, true
	case TRecord:
		if t.Record.Lambda == nil && c.complete(t.Record, at) {
			return c.dataMembers(x, at)
		}
	}
	c.errorf(at, "binding-type", "cannot decompose non-class, non-array type '%s'", x.Type.unqual())
	return nil, false
}

// dataMembers are the data members of an object, all of which one class must
// hold: its own or one of its bases.
func (c *checker) dataMembers(x Value, at diag.Span) ([]Value, bool) {
	r := x.Type.T.Record
	var out []Value
	var base *Field
	for i := range r.Fields {
		f := &r.Fields[i]
		switch {
		case f.Name == "" && !f.anon:
			continue // an unnamed bit-field
		case f.anon && base == nil && len(out) == 0 && r.derivesFrom(f.Type.T):
			base = f
			continue
		case f.anon && !r.derivesFrom(f.Type.T):
			c.errorf(at, "binding-type", "cannot decompose class type '%s' because it has an anonymous %s member", r.Name, f.Type.T.Record.Key)
			return nil, false
		case f.anon || base != nil:
			c.errorf(at, "binding-type", "cannot decompose class type '%s': more than one of it and its base classes have non-static data members", r.Name)
			return nil, false
		}
		m := c.member(x, f.Name, at)
		if m.bad() {
			return nil, false
		}
		out = append(out, m)
	}
	if base != nil {
		return c.dataMembers(c.toBase(x, QualType{T: base.Type.T, Q: x.Type.Q}), at)
	}
	return out, true
}
