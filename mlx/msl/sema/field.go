package sema

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

func (c *checker) field(r *Record, m *syntax.VarDecl) {
	t := c.typeOf(m.Type)
	if f := c.functionOf(m, t.T); f != nil {
		c.declareMethod(r, f)
		return
	}
	if m.Specs&syntax.Explicit != 0 {
		c.errorf(m.NamePos.Span(), "explicit", "'explicit' can only appear on non-static member functions")
	}
	if m.Specs&syntax.Mutable != 0 && t.isConst() {
		c.errorf(m.NamePos.Span(), "mutable", "'mutable' and 'const' cannot be mixed")
	} else if m.Specs&syntax.Mutable != 0 && t.T.isRef() {
		c.errorf(m.NamePos.Span(), "mutable", "'mutable' cannot be applied to references")
	}
	f := Field{Type: t, ID: -1, decl: m, access: r.hidden, align: c.aliasAlign(m.Type)}
	least := cmp.Or(f.align, t.T.align())
	f.packed = least < t.T.align()
	r.aggr = r.aggr && r.hidden == openAccess
	if m.Name != nil {
		f.Name = m.Name.Ident
	}
	lost := func() { // it is a member all the same, about which nothing more is reported
		r.broken, f.Type = true, Of(errorType)
		if f.Name != "" {
			r.Scope.bind(f.Name).field = true
		}
		r.addField(f)
	}
	if t.T.isError() {
		lost()
		return
	}
	if t.T.Kind == TArray && t.T.N < 0 {
		c.report(diag.Diagnostic{Code: "flexible-array", Message: "flexible array members are a C99 feature", Span: m.NamePos.Span(),
			Notes: []diag.Note{{Message: "give it a length, or let a pointer of its own lead to what lies behind the structure", Span: m.NamePos.Span()}}})
		lost()
		return
	}
	e := t.T
	for e.Kind == TArray {
		e = e.Elem.T
	}
	if e.Kind == TRecord && e.Record.state == inProgress { // r itself, or what it stands in
		if !c.general || e.Record == r { // a class in that of a template is made behind it
			c.incomplete(e.Record, m.NamePos.Span(), m.NamePos.Span().Start, "field has incomplete type '"+e.String()+"'")
		}
		lost()
		return
	}
	switch t.T.Kind {
	case TRecord:
		if !c.complete(t.T.Record, m.Span()) {
			lost()
			return
		}
		r.broken = r.broken || t.T.Record.broken
	case TVoid, TFunc, TAuto:
		c.errorf(m.NamePos.Span(), "field-type", "field '%s' has invalid type '%s'", f.Name, t)
		lost()
		return
	}
	if t.Space != ir.NoSpace && t.T.Kind != TPointer && t.T.Kind != TRef && t.Space != ir.Thread {
		c.errorf(m.NamePos.Span(), "field-space", "field may not be qualified with an address space")
	}
	if m.BitWidth != nil {
		if w, wt, ok := c.constant(m.BitWidth); ok {
			f.Bits, f.padding = c.bitWidth(m, t, w, wt)
		}
	}
	for _, a := range m.Attrs {
		switch a.Name {
		case "id":
			if len(a.Args) != 1 {
				c.errorf(a.Span(), "attribute", "'id' attribute takes one argument")
			} else if v, t, ok := c.constant(a.Args[0]); ok {
				if id := int(signExtend(t.Scalar, v)); id < 0 || !t.isIntegral() && t.Kind != TEnum {
					c.errorf(a.Args[0].Span(), "attribute", "'id' attribute requires a non-negative integral compile time constant expression")
				} else if f.ID = id; slices.ContainsFunc(r.Fields, func(o Field) bool { return o.ID == id }) {
					c.errorf(a.Args[0].Span(), "attribute", "'id' %d is used more than once in '%s'", id, r.Name)
				}
			}
		case "buffer", "threadgroup": // of a structure that a kernel takes by value
		case "aligned", "alignas":
			if a.Name == "alignas" && m.BitWidth != nil {
				c.errorf(a.Span(), "alignment", "'alignas' attribute cannot be applied to a bit-field")
			}
			f.align = max(f.align, c.alignment(a))
			c.checkAlignment(a, f.align, least, t)
		case "packed":
			f.packed = true
		default:
			if attr, ok := builtinAttrs[a.Name]; ok {
				f.attr = attr
			} else {
				c.attribute(a, fieldAttr)
			}
		}
	}
	if r.Union && t.T.isRef() {
		c.errorf(m.NamePos.Span(), "field-type", "union member '%s' has reference type '%s'", f.Name, t)
		r.broken = true
		return
	}
	if m.InitKind != syntax.NoInit {
		if i := slices.IndexFunc(r.Fields, func(f Field) bool { return f.decl != nil && f.decl.InitKind != syntax.NoInit }); r.Union && i >= 0 {
			c.severalInits(m.NamePos.Span(), r.Fields[i].decl.NamePos.Span())
		}
		r.hasInits = true
	}
	if f.Name != "" {
		if c.otherKind(fieldSymbol, r.Scope.names.get(f.Name), f.Name, m.NamePos.Span()) {
			return
		}
		r.Scope.bind(f.Name).field = true
	}
	r.addField(f)
}

// maxBitWidth bounds the width of a bit-field, of which all beyond its type's is
// padding.
const maxBitWidth = 1 << 16

// bitWidth is the width of a bit-field of type t, whose value is w, and what it
// has beyond that of its type; 0 after an error.
func (c *checker) bitWidth(m *syntax.VarDecl, t QualType, w uint64, wt *Type) (bits, padding int) {
	at, what := m.BitWidth.Span(), "anonymous bit-field"
	if m.Name != nil && m.Name.Ident != "" {
		at, what = m.NamePos.Span(), "bit-field '"+m.Name.Ident+"'"
	}
	width, own := int64(signExtend(wt.Scalar, w)), int64(kindSize(t.T.Scalar)*8)
	switch {
	case !t.T.isIntegral() && t.T.Kind != TEnum:
		c.errorf(at, "bit-field", "%s has non-integral type '%s'", what, t)
	case !wt.isIntegral():
		c.errorf(m.BitWidth.Span(), "bit-field", "integral constant expression must have integral or unscoped enumeration type, not '%s'", wt)
	case width < 0:
		c.errorf(at, "bit-field", "%s has negative width (%d)", what, width)
	case width == 0 && what != "anonymous bit-field":
		c.errorf(at, "bit-field", "named %s has zero width", what)
	case width > maxBitWidth:
		c.errorf(at, "bit-field", "width of %s (%d bits) exceeds the limit of %d bits", what, width, maxBitWidth)
	case width > own:
		c.remark(diag.Diagnostic{Code: "bitfield-width", Span: at, Message: fmt.Sprintf("width of %s (%d bits) exceeds the width of its type; value will be truncated to %d bits", what, width, own)})
		return int(own), int(width - own)
	default:
		return int(width), 0
	}
	return 0, 0
}

// severalInits reports a second value for the one member that a union has.
func (c *checker) severalInits(at, first diag.Span) {
	c.report(diag.Diagnostic{Code: "union-init", Message: "initializing multiple members of union", Span: at,
		Notes: []diag.Note{{Message: "previous initialization is here", Span: first}}})
}
