package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// alignment evaluates alignas(n), which may name a type, or a pack of either; 0
// asks for nothing.
func (c *checker) alignment(a syntax.Attr) int {
	if len(a.Args) != 1 {
		return 0
	}
	if p, ok := a.Args[0].(*syntax.PackExpr); ok {
		return slices.Max(append(expandPack(c, p.Span(), func() int { return c.alignmentOf(a, p.X) }), 0))
	}
	return c.alignmentOf(a, a.Args[0])
}

func (c *checker) alignmentOf(a syntax.Attr, n syntax.Expr) int {
	v, _, ok := c.constant(n)
	if ok && (v > 4096 || v&(v-1) != 0) {
		c.errorf(a.Span(), "alignment", "requested alignment is not a power of 2")
		return 0
	}
	return int(v)
}

// aliasAlign is the alignment that a name asks for in a type as it is written, as after
// typedef int T __attribute__((aligned(16))), 0 if it asks for none.
func (c *checker) aliasAlign(t syntax.TypeExpr) (n int) {
	switch t := t.(type) {
	case *syntax.QualType:
		return c.aliasAlign(t.Elem)
	case *syntax.ArrayType:
		return c.aliasAlign(t.Elem)
	case *syntax.NamedType:
		if c.aligns {
			c.try(func() {
				if f := c.find(&t.Name); f.ok && f.binding != nil && f.typ != nil {
					n = f.typ.align
				}
			})
		}
	}
	return n
}

// checkAlignment refuses alignas with less than a type demands.
func (c *checker) checkAlignment(a syntax.Attr, n, least int, t QualType) {
	if a.Name == "alignas" && 0 < n && n < least {
		c.errorf(a.Span(), "alignment", "requested alignment is less than minimum alignment of %d for type '%s'", least, t)
	}
}

func (r *Record) addField(f Field) { r.Fields = append(r.Fields, f) }

// layOut gives the fields their offsets, as C does. A bit-field begins at the
// next bit, unless it would cross a boundary of its type there.
func (r *Record) layOut() {
	size, align := 0, max(r.Align, 1)
	bits := 0 // taken, the last byte's perhaps in part
	for i := range r.Fields {
		f := &r.Fields[i]
		fs, natural := f.Type.T.size(), f.Type.T.align()
		if f.anon && slices.Contains(r.Bases, f.Type.T) {
			fs = f.Type.T.Record.dataSize
		}
		fa := max(natural, f.align)
		if f.packed {
			fa = max(f.align, 1)
		}
		if r.Pack > 0 && f.Bits == 0 {
			fa = min(fa, r.Pack)
		}
		f.packed = fa < natural
		if r.Union {
			align, size = max(align, fa), max(size, fs)
			continue
		}
		if f.decl != nil && f.decl.BitWidth != nil && fs > 0 { // the type may be an error
			if f.Bits == 0 || bits%(fs*8)+f.Bits > fs*8 {
				bits = roundUp(bits, fs*8)
			}
			if f.align > 0 {
				bits = roundUp(bits, f.align*8)
			}
			if f.padding > 0 { // lies as the largest integer that it fills
				for fa < 8 && fa*2*8 <= f.Bits+f.padding {
					fa *= 2
				}
				bits = roundUp(bits, fa*8)
			}
			f.Offset, f.BitOff = bits/(fs*8)*fs, bits%(fs*8)
			if bits += f.Bits + f.padding; f.Name != "" {
				align = max(align, fa)
			}
		} else {
			align = max(align, fa)
			f.Offset = roundUp((bits+7)/8, fa)
			bits = (f.Offset + fs) * 8
		}
		size = (bits + 7) / 8
	}
	r.Align = align
	r.Size = max(roundUp(size, align), 1)
	if r.dataSize = r.Size; !r.Union && !r.plain() {
		r.dataSize = max(size, 1)
	}
}

// plain reports a class that is "POD for the purpose of layout" (Itanium C++
// ABI, 1.1): what derives from any other puts its members into its tail padding.
func (r *Record) plain() bool {
	if len(r.ctors)+len(r.ctorTs)+len(r.Bases) > 0 || r.hasInits || r.destructor != nil {
		return false
	}
	if b := r.Scope.names.get("operator="); b != nil && slices.ContainsFunc(b.funcs, func(f *Function) bool {
		return len(f.params) == 1 && stripTypeRef(f.params[0].typ).T == r.Type
	}) {
		return false
	}
	return !slices.ContainsFunc(r.Fields, func(f Field) bool {
		m := innermost(f.Type.T)
		return f.access != openAccess || m.isRef() || m.Kind == TRecord && !m.Record.answer(isSimple, m.Record.plain)
	})
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }
