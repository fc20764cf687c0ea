package sema

import (
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// typeKey identifies a type that is made of another one.
type typeKey struct {
	kind TypeKind
	elem QualType
	n    int
}

func (c *checker) newType(t Type) *Type {
	c.nextID++
	t.id = c.nextID
	return &t
}

func (c *checker) derive(kind TypeKind, elem QualType, n int) *Type {
	key := typeKey{kind, elem, n}
	t := c.derived[key]
	if t == nil {
		t = c.newType(Type{Kind: kind, Elem: elem, N: n})
		c.derived[key] = t
	}
	return t
}

// pointerTo makes Elem *.
func (c *checker) pointerTo(elem QualType) *Type {
	if elem.T.Kind != TFunc {
		return c.derive(TPointer, elem, 0)
	}
	t := c.derive(TFuncPtr, elem.unqual(), 0)
	t.Scalar = ir.U64
	return t
}

// refTo makes Elem &, collapsing references.
func (c *checker) refTo(elem QualType) *Type {
	if elem.T.isRef() {
		elem = elem.T.Elem
	}
	return c.derive(TRef, elem, 0)
}

// rvalueRefTo makes Elem &&, collapsing references.
func (c *checker) rvalueRefTo(elem QualType) *Type {
	if elem.T.isRef() {
		return elem.T
	}
	return c.derive(TRValueRef, elem, 0)
}

// arrayOf makes Elem[n]. Qualifiers of the elements are those of the array.
func (c *checker) arrayOf(elem QualType, n int) *Type {
	return c.derive(TArray, elem.unqual(), n)
}

// funcType makes Result(Params), of a member function with qualifiers.
func (c *checker) funcType(result QualType, params []QualType, method syntax.Quals) *Type {
	method &^= syntax.SpaceThread // where objects are by themselves
	k := appendTypeKey(nil, result)
	for _, p := range params {
		k = appendTypeKey(k, p)
	}
	k = strconv.AppendUint(k, uint64(method), 36)
	t := c.funcTypes[string(k)]
	if t == nil {
		t = c.newType(Type{Kind: TFunc, Elem: result, Params: params, method: method})
		c.funcTypes[string(k)] = t
	}
	return t
}

func appendTypeKey(k []byte, q QualType) []byte {
	k = strconv.AppendUint(k, uint64(q.T.id), 36)
	if q.Q != 0 || q.Space != 0 {
		k = append(k, '~', '0'+byte(q.Q), '0'+byte(q.Space))
	}
	return append(k, ',')
}

var spaceNames = [...]string{ir.Device: "device", ir.Constant: "constant", ir.Threadgroup: "threadgroup", ir.Thread: "thread"}

// String prints a type as clang does.
func (t *Type) String() string {
	switch t.Kind {
	case TPointer, TFuncPtr, TMember, TRef, TRValueRef:
		mark := map[TypeKind]string{TPointer: "*", TFuncPtr: "*", TMember: "*", TRef: "&", TRValueRef: "&&"}[t.Kind]
		if t.Kind == TMember {
			mark = t.Class.String() + "::*"
		}
		if t.Elem.T.Kind == TArray {
			return t.Elem.T.Elem.String() + " (" + mark + ")" + t.Elem.T.dims()
		}
		if t.Elem.T.Kind == TFunc {
			return t.Elem.T.Elem.String() + " (" + mark + ")" + t.Elem.T.paramList()
		}
		s := t.Elem.text()
		if t.Kind != TMember && (strings.HasSuffix(s, "*") || strings.HasSuffix(s, "&")) {
			return s + mark
		}
		return s + " " + mark
	case TArray:
		return t.innermost().String() + t.dims()
	case TFunc:
		return t.Elem.String() + " " + t.paramList()
	case TRecord:
		return t.Record.String()
	case TEnum:
		return t.Enum.String()
	}
	return t.name
}

// String is the class's name, with those of the classes and namespaces that it is in.
func (r *Record) String() string { return r.Scope.parent.qualified(r.Name) }

// String is the enumeration's name, with those of the classes and namespaces that it is in.
func (e *Enum) String() string { return e.scope.parent.qualified(e.Name) }

// qualified is the name of what a scope declares, as clang prints it: what lies in a function
// has its own name alone, as do closures.
func (s *Scope) qualified(name string) string {
	for s.kind == templateScope {
		s = s.parent
	}
	switch {
	case s.kind == blockScope || name[0] == '(':
		return name
	case s.kind == recordScope:
		return s.parent.qualified(s.name) + "::" + name
	}
	return s.prefixed(name)
}

func (t *Type) innermost() QualType {
	for t.Elem.T.Kind == TArray {
		t = t.Elem.T
	}
	return t.Elem
}

func (t *Type) dims() string {
	s := ""
	for ; t.Kind == TArray; t = t.Elem.T {
		if t.N < 0 {
			s += "[]"
		} else {
			s += "[" + strconv.Itoa(t.N) + "]"
		}
	}
	return s
}

func (t *Type) paramList() string {
	s := make([]string, len(t.Params))
	for i, p := range t.Params {
		s[i] = p.String()
	}
	return "(" + strings.Join(s, ", ") + ")" + methodText(t.method)
}

// methodText prints the qualifiers of a member function.
func methodText(m syntax.Quals) string {
	s := ""
	for _, q := range []struct {
		is   syntax.Quals
		text string
	}{{syntax.Const, "const"}, {syntax.Volatile, "volatile"}, {syntax.SpaceDevice, "device"}, {syntax.SpaceConstant, "constant"}, {syntax.SpaceThreadgroup, "threadgroup"},
		{syntax.OfLValues, "&"}, {syntax.OfRValues, "&&"}} {
		if m&q.is != 0 {
			s += " " + q.text
		}
	}
	return s
}

// String prints a qualified type as clang does: 'const device float *'. The
// address space of the thread is understood.
func (q QualType) String() string {
	if q.Space == ir.Thread {
		q.Space = ir.NoSpace
	}
	return q.text()
}

func (q QualType) text() string {
	if q.T == nil {
		return "<none>"
	}
	var pre string
	if q.Q&Const != 0 {
		pre += "const "
	}
	if q.Q&Volatile != 0 {
		pre += "volatile "
	}
	if q.Space != ir.NoSpace {
		pre += spaceNames[q.Space] + " "
	}
	if (q.T.Kind == TPointer || q.T.Kind == TMember) && pre != "" {
		return q.T.String() + strings.TrimSuffix(pre, " ")
	}
	return pre + q.T.String()
}
