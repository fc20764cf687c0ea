package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

var basicKinds = map[string]ir.Kind{
	"bool": ir.Bool, "char": ir.I8, "uchar": ir.U8, "short": ir.I16, "ushort": ir.U16,
	"int": ir.I32, "uint": ir.U32, "long": ir.I64, "ulong": ir.U64,
	"half": ir.F16, "bfloat": ir.BF16, "float": ir.F32,
}

// typeOf resolves a type as written. It reports what is wrong with it and
// gives the error type then.
func (c *checker) typeOf(e syntax.TypeExpr) QualType {
	switch e := e.(type) {
	case *syntax.BasicType:
		if e.Name == "void" {
			return Of(voidType)
		}
		if k, ok := basicKinds[e.Name]; ok {
			if k == ir.BF16 {
				c.needs(310, "'bfloat'", e.Span())
			}
			return Of(Scalar(k))
		}
		if e.Name == "double" {
			c.report(diag.Diagnostic{Code: "no-double", Message: "'double' is not supported in Metal", Span: e.Span(),
				Fixes: []diag.Fix{{Span: e.Span(), Text: "float"}}})
		} else {
			c.errorf(e.Span(), "unsupported-type", "type '%s' is not supported", e.Name)
		}
		return Of(errorType)
	case *syntax.NamedType:
		return c.namedType(e)
	case *syntax.AutoType:
		if c.auto != nil {
			return *c.auto
		}
		return Of(autoType)
	case *syntax.DecltypeType:
		if t, ok := e.Expr.(*syntax.TraitExpr); ok && len(t.Types) == 1 {
			if out, ok := c.typeTrait(t); ok {
				return out
			}
		}
		if e.Typeof {
			return c.typeofExpr(e.Expr)
		}
		return c.decltype(e.Expr)
	case *syntax.RecordType:
		return c.recordType(e)
	case *syntax.QualType:
		return c.qualified(e)
	case *syntax.PointerType:
		elem := c.typeOf(e.Elem)
		if elem.T.isError() {
			return elem
		}
		if elem.T.isRef() {
			c.errorf(e.Span(), "pointer-to-reference", "cannot form a pointer to reference type '%s'", elem)
			return Of(errorType)
		}
		if (elem.T.isPtr() || elem.T.Kind == TMember) && elem.Space == ir.NoSpace {
			elem.Space = ir.Thread
		}
		if !c.spaceKnown(elem, e.Elem, "pointer") || !c.pointsToFunction(elem, e.Elem.Span(), "pointer") {
			return Of(errorType)
		}
		return Of(c.pointerTo(elem))
	case *syntax.MemberPointerType:
		return c.memberPointerType(e)
	case *syntax.RefType:
		elem := c.typeOf(e.Elem)
		if elem.T.isError() {
			return elem
		}
		if elem.T == voidType {
			c.errorf(e.Span(), "reference-to-void", "cannot form a reference to 'void'")
			return Of(errorType)
		}
		if elem.T.Kind == TFunc {
			if !c.pointsToFunction(elem, e.Elem.Span(), "reference") {
				return Of(errorType)
			}
			return Of(c.pointerTo(elem)) // which is called alike
		}
		if e.RValue {
			if elem.Space == ir.NoSpace && !elem.T.isRef() {
				elem.Space = ir.Thread // where temporaries are
			}
			return Of(c.rvalueRefTo(elem))
		}
		if elem.Space == ir.NoSpace && (elem.T.isPtr() || elem.T.Kind == TMember || elem.T.Kind == TArray && elem.T.innermost().T.isPtr()) {
			elem.Space = ir.Thread // T device *& x
		}
		if !elem.T.isRef() && !c.spaceKnown(elem, e.Elem, "reference") {
			return Of(errorType)
		}
		return Of(c.refTo(elem))
	case *syntax.ArrayType:
		return c.arrayType(e)
	case *syntax.FuncType:
		result := c.typeOf(e.Result)
		var params []QualType
		for _, p := range e.Params {
			te, pack := p.Type, p.Pack
			if pt, ok := te.(*syntax.PackType); ok {
				te, pack = pt.Elem, true
			}
			if pack {
				params = append(params, expandPack(c, e.Span(), func() QualType { return c.typeOf(te) })...)
			} else {
				params = append(params, c.typeOf(te))
			}
		}
		if len(params) == 1 && params[0].T == voidType {
			params = nil
		}
		return Of(c.funcType(result, params, e.Quals))
	case *resolvedType:
		return e.typ
	case *syntax.PackType:
		c.errorf(e.Span(), "unexpanded-pack", "pack expansion used outside of a list")
	}
	return Of(errorType)
}

// spaceKnown demands an address space on a pointee or referent.
func (c *checker) spaceKnown(elem QualType, e syntax.TypeExpr, what string) bool {
	if elem.Space != ir.NoSpace {
		return true
	}
	switch elem.T.Kind {
	case TFunc, TAuto, TOpaque:
		return true
	}
	d := diag.Diagnostic{Code: "missing-address-space", Message: what + " type must have explicit address space qualifier", Span: e.Span()}
	space := spaceNames[c.spaceMeant(elem, what == "reference")]
	if r, ok := e.(*syntax.RecordType); ok && r.Decl != nil {
		d.Notes = []diag.Note{{Message: "declare the pointer by itself behind the type: '" + space + " T *'"}}
	} else if behind, at := c.spaceBehind(e); behind != "" {
		d.Notes = []diag.Note{{Message: "'" + behind + "' behind the '*' says where the pointer itself is; what it points to says it in front of the '*'",
			Span: at, Fixes: []diag.Fix{{Span: diag.Span{Start: e.Span().Start, End: e.Span().Start}, Text: behind + " "}, {Span: at}}}}
	} else {
		d.Fixes = []diag.Fix{{Span: diag.Span{Start: e.Span().Start, End: e.Span().Start}, Text: space + " "}}
	}
	c.report(d)
	return false
}

// spaceBehind is the address space of a pointer itself, and where it is written,
// which was meant as that of what it points to.
func (c *checker) spaceBehind(elem syntax.TypeExpr) (string, diag.Span) {
	if c.behind == nil || c.behind.Elem.(*syntax.PointerType).Elem != elem {
		return "", diag.Span{}
	}
	return spaceNames[spaceOf[c.behind.Quals&allSpaces]], c.behind.SpacePos.Span()
}

func (c *checker) namedType(e *syntax.NamedType) QualType { return c.foundType(e, c.find(&e.Name)) }

// foundType is the type that what was found for a name denotes.
func (c *checker) foundType(e *syntax.NamedType, f found) QualType {
	t, ok := c.typeFrom(f)
	if ok {
		if c.opts.Version < 310 && t.T.Scalar == ir.BF16 && languageTypes().get(wordOf(e.Name.Ident)).typ != nil {
			c.needs(310, "'"+e.Name.Ident+"'", e.Span())
		}
		if r := t.T.Record; t.T.Kind == TRecord && r.decl != nil {
			c.remarkDeprecated(r.decl.Attrs, r.Name, e.Name.OwnSpan())
		} else if n := t.T.Enum; t.T.Kind == TEnum && n.decl != nil {
			c.remarkDeprecated(n.decl.Attrs, n.Name, e.Name.OwnSpan())
		}
		return t
	}
	if t.T.isError() {
		return t
	}
	return c.noType(e, f, "unknown type name")
}

// noType reports a name that denotes no type, and goes on with the one that may
// have been meant.
func (c *checker) noType(e *syntax.NamedType, f found, what string) QualType {
	last := &e.Name
	switch {
	case f.binding != nil:
		c.errorf(e.Span(), "not-a-type", "'%s' does not name a type", last.Ident)
	case c.lost[last.Ident]:
		c.failQuietly(e.Span())
	case unsupported[last.Ident] != "":
		c.refuse(e.Span(), unsupported[last.Ident], last.Ident)
	default:
		d := diag.Diagnostic{Code: "unknown-type", Message: what + " '" + last.Ident + "'", Span: e.Span()}
		if last.HasArgs {
			d.Message = "no template named '" + last.Ident + "'"
			if f, ok := syntax.ForeignName(last.Ident); ok && f.Metal == "" {
				d.Message += "; " + f.Advice
			}
		}
		if of, ok := c.foreign(d.Message, last.Ident, last.OwnSpan()); ok && c.trap == nil && !last.HasArgs {
			of.Code = d.Code
			c.report(of)
			if len(of.Fixes) > 0 {
				if k, basic := basicKinds[of.Fixes[0].Text]; basic {
					return Of(Scalar(k)) // and goes on as if that had been written
				}
			}
			return Of(errorType)
		}
		if c.trap == nil {
			if near := c.nearest(last.Ident); near != "" {
				d.Message += "; did you mean '" + near + "'?"
				d.Fixes = []diag.Fix{{Span: diag.Span{Start: last.Own, End: last.Own + diag.Pos(len(last.Ident))}, Text: near}}
				b := c.lookup(c.scope, near)
				d.Notes = c.declaredHere(b, near)
				c.report(d)
				if k, basic := basicKinds[near]; basic && !last.HasArgs {
					return Of(Scalar(k))
				}
				if b != nil && b.typ != nil && !last.HasArgs {
					return c.aliased(b.typ)
				}
				return Of(errorType)
			}
		}
		c.report(d)
	}
	return Of(errorType)
}

func (c *checker) recordType(e *syntax.RecordType) QualType {
	switch d := e.Decl.(type) {
	case *syntax.RecordDecl:
		return Of(c.declareRecord(d, c.scope).Type)
	case *syntax.EnumDecl:
		return Of(c.declareEnum(d))
	}
	f := c.find(e.Name)
	if e.Name.Simple() { // variables and functions in between do not hide the type
		for s := c.scope; s != nil && f.binding != nil && f.typ == nil && f.tmpl == nil && f.pack == nil; s = s.parent {
			f.binding = c.lookup(s, e.Name.Ident)
		}
	}
	if f.binding == nil && f.ok && e.Key != "enum" && e.Name.Simple() {
		return Of(c.declareRecord(&syntax.RecordDecl{Range: e.Name.Range, Key: e.Key, Name: e.Name, NamePos: e.Name.Range}, c.scope.outsideClasses()).Type)
	}
	t, ok := c.typeFrom(f)
	if !ok && !t.T.isError() {
		c.errorf(e.Span(), "unknown-type", "unknown type name '%s'", e.Name.Ident)
		return Of(errorType)
	}
	if ok {
		c.elaborated(e, f)
	}
	return t
}

// outsideClasses is the scope that struct S *p declares S in.
func (s *Scope) outsideClasses() *Scope {
	for s.kind != namespaceScope && s.kind != blockScope {
		s = s.parent
	}
	return s
}

// spaceOf are the address spaces of qualifiers: none of several together.
var spaceOf = [allSpaces + 1]ir.Space{
	syntax.SpaceDevice: ir.Device, syntax.SpaceConstant: ir.Constant,
	syntax.SpaceThreadgroup: ir.Threadgroup, syntax.SpaceThread: ir.Thread,
}

const allSpaces = syntax.SpaceDevice | syntax.SpaceConstant | syntax.SpaceThreadgroup | syntax.SpaceThread

func (c *checker) qualified(e *syntax.QualType) QualType {
	if _, pointer := e.Elem.(*syntax.PointerType); pointer {
		c.behind = e
	}
	t := c.typeOf(e.Elem)
	if t.T.isError() {
		return t
	}
	return c.qualify(t, e.Quals, e.Span())
}

// qualify adds written qualifiers to a type.
func (c *checker) qualify(t QualType, q syntax.Quals, at diag.Span) QualType {
	if q&syntax.SpaceOther != 0 {
		c.errorf(at, "unsupported-space", "this address space is not supported: only device, constant, threadgroup and thread are")
		return Of(errorType)
	}
	if t.T.isRef() {
		return t // qualifiers of a reference itself are ignored
	}
	if q&syntax.Const != 0 {
		t.Q |= Const
	}
	if q&syntax.Volatile != 0 {
		t.Q |= Volatile
	}
	if q&syntax.Coherent != 0 {
		c.needs(320, "'coherent'", at)
		t.Q |= Coherent
	}
	if s := q & allSpaces; s != 0 {
		if s != syntax.SpaceThread {
			s &^= syntax.SpaceThread // "thread device T *p[n]": thread is where p lives
		}
		space := spaceOf[s]
		if space == ir.NoSpace || t.Space != ir.NoSpace && t.Space != space {
			c.errorf(at, "multiple-spaces", "multiple address spaces specified for type")
			return Of(errorType)
		}
		t.Space = space
	}
	if t.Space == ir.Constant {
		t.Q |= Const
	}
	return t
}

func (c *checker) arrayType(e *syntax.ArrayType) QualType {
	elem := c.typeOf(e.Elem)
	n := -1
	switch {
	case e.Size == nil:
	case elem.T.isError() && !c.general: // what stands here may be no bound: then x[i] = 1
	case c.singleBrackets(e.Size):
		n = -2
	default:
		n = c.arraySize(e.Size, elem.Space)
	}
	if elem.T.isError() || n == -2 {
		return Of(errorType)
	}
	switch elem.T.Kind {
	case TAuto:
		c.errorf(e.Span(), "array-element", "declared as array of 'auto'")
		return Of(errorType)
	case TVoid, TFunc, TRef, TRValueRef:
		c.errorf(e.Span(), "array-element", "array has incomplete or invalid element type '%s'", elem)
		return Of(errorType)
	case TArray:
		if elem.T.N < 0 {
			c.errorf(e.Span(), "array-element", "array has incomplete element type '%s': only the first of its bounds may be left out", elem)
			return Of(errorType)
		}
	case TRecord:
		if !c.complete(elem.T.Record, e.Elem.Span()) {
			return Of(errorType)
		}
	}
	if n > 0 && elem.T.size()*n > maxPrivateBytes*16 {
		c.errorf(e.Span(), "array-size", "array is too large (%d elements)", n)
		return Of(errorType)
	}
	return QualType{T: c.arrayOf(elem, n), Q: elem.Q, Space: elem.Space}
}

// arraySize evaluates the bound of an array; -2 means an error was reported.
func (c *checker) arraySize(e syntax.Expr, space ir.Space) int {
	var notes []diag.Note
	if space == ir.Threadgroup {
		notes = []diag.Note{{Message: hostSized, Span: e.Span()}}
	}
	v, t, ok := c.constantFor(e, notIntegral, notes...)
	switch {
	case !ok:
		return -2
	case !t.isIntegral():
		c.errorf(e.Span(), "array-size", "size of array has non-integer type '%s'", t)
		return -2
	case isSigned(t.Scalar) && int64(signExtend(t.Scalar, v)) < 0:
		c.errorf(e.Span(), "array-size", "array size is negative")
		return -2
	case v == 0:
		c.errorf(e.Span(), "array-size", "zero-length arrays are not permitted in C++")
		return -2
	case v > 1<<31:
		c.errorf(e.Span(), "array-size", "array is too large (%d elements)", v)
		return -2
	}
	return int(v)
}

// asOperand checks an expression that is not evaluated.
func (c *checker) asOperand(e syntax.Expr) (v Value) {
	c.unevaluated++
	c.scratch(func() { v = c.expr(e) })
	c.unevaluated--
	return v
}

// decltype is the type of an expression as decltype gives it.
func (c *checker) decltype(e syntax.Expr) QualType {
	v := c.asOperand(e)
	if v.bad() {
		return Of(errorType)
	}
	switch e.(type) {
	case *syntax.IdentExpr, *syntax.MemberExpr:
		if t, ok := c.declaredType(v); ok {
			return t
		}
	}
	if v.Cat == LValue && v.swz() == nil {
		return Of(c.refTo(v.Type))
	}
	t := v.Type
	t.Space = ir.NoSpace
	return t
}

// typeofExpr is the type of an expression as __typeof__ gives it: never a
// reference.
func (c *checker) typeofExpr(e syntax.Expr) QualType {
	v := c.asOperand(e)
	if v.bad() {
		return Of(errorType)
	}
	t, ok := c.declaredType(v)
	if !ok {
		t = v.Type
	}
	if t.T.isRef() {
		t = t.T.Elem
	}
	t.Space = ir.NoSpace
	return t
}

// declaredType is the type that a name was declared with: a reference if it
// names one.
func (c *checker) declaredType(v Value) (QualType, bool) {
	if v.set() != nil {
		if f := c.onlyFunction(v.set()); f != nil {
			return Of(c.typeOfFunction(f)), true
		}
		return QualType{}, false
	}
	if v.rvalueVar {
		return Of(c.rvalueRefTo(v.Type)), true
	}
	if v.refVar {
		return Of(c.refTo(v.Type)), true
	}
	t := v.Type
	if v.frozen {
		t.Q &^= Const
	}
	t.Space = ir.NoSpace
	return t, true
}

// typeTrait evaluates an intrinsic that gives a type.
func (c *checker) typeTrait(e *syntax.TraitExpr) (QualType, bool) {
	var change func(k ir.Kind) ir.Kind
	switch e.Name {
	case "__underlying_type":
		t := c.typeOf(e.Types[0])
		if t.T.Kind != TEnum {
			c.errorf(e.Span(), "trait", "only enumeration types have underlying types")
			return Of(errorType), true
		}
		return Of(Scalar(t.T.Scalar)), true
	case "__make_signed":
		change = func(k ir.Kind) ir.Kind {
			if isInt(k) && !isSigned(k) {
				return k - 1
			}
			return k
		}
	case "__make_unsigned":
		change = func(k ir.Kind) ir.Kind {
			if isSigned(k) {
				return k + 1
			}
			return k
		}
	default:
		return QualType{}, false
	}
	t := c.typeOf(e.Types[0])
	switch {
	case t.T.isError():
	case t.T.Kind == TEnum || t.T.Kind == TScalar && isInt(t.T.Scalar):
		t.T = Scalar(change(t.T.Scalar))
	case t.T.Kind == TVector && isInt(t.T.Scalar):
		t.T = Vector(change(t.T.Scalar), t.T.N)
	default:
		c.errorf(e.Span(), "trait", "'%s' is not an integer type", t)
		t = Of(errorType)
	}
	return t, true
}
