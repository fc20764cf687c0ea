package sema

import (
	"slices"
	"strings"
	"sync"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// famRef is a family as found through a namespace.
type famRef struct {
	fam  *family
	fast bool
}

// family is a Family with its signature parsed.
type family struct {
	*Family
	alts   []stdSig
	single *family // of Fast functions: the variants, which are of float only
}

// stdSig is one alternative of a signature.
type stdSig struct {
	result stdParam
	params []stdParam
	any    bool // (...)
}

// stdParam is a type of a signature in terms of the family's type.
type stdParam struct {
	word   string
	quals  Quals
	space  ir.Space
	ptr    bool
	ref    bool
	def    int
	hasDef bool
}

// stdOverload is one overload of a family: a signature at one type.
type stdOverload struct {
	fam    *family
	alt    int
	t      *Type
	result QualType
	params []QualType
	least  int
}

// signature is that of the overload by one of its names.
func (o *stdOverload) signature(name string) string {
	s := make([]string, len(o.params))
	for i, p := range o.params {
		s[i] = p.String()
	}
	return o.result.String() + " " + name + "(" + strings.Join(s, ", ") + ")"
}

// standard is the table of standard functions by name, parsed once.
var standard = sync.OnceValue(func() *table[[]*family] {
	named := &table[[]*family]{}
	for i := range families {
		f := &family{Family: &families[i]}
		for _, alt := range strings.Split(f.Sig, ";") {
			f.alts = append(f.alts, parseSig(strings.TrimSpace(alt)))
		}
		if f.Fast {
			variant := families[i]
			variant.Types.Kinds = []ir.Kind{ir.F32}
			f.single = &family{Family: &variant, alts: f.alts}
		}
		for _, n := range strings.Fields(f.Names) {
			w := wordOf(n)
			named.set(w, append(named.get(w), f))
		}
	}
	return named
})

func parseSig(s string) stdSig {
	open := strings.IndexByte(s, '(')
	sig := stdSig{result: parseStdParam(s[:open])}
	list := strings.TrimSuffix(s[open+1:], ")")
	if list == "..." {
		sig.any = true
		return sig
	}
	if strings.TrimSpace(list) == "" {
		return sig
	}
	for _, p := range strings.Split(list, ",") {
		sig.params = append(sig.params, parseStdParam(p))
	}
	return sig
}

func parseStdParam(s string) stdParam {
	var p stdParam
	s = strings.TrimSpace(s)
	if at := strings.IndexByte(s, '='); at >= 0 {
		p.hasDef = true
		for _, d := range s[at+1:] {
			p.def = p.def*10 + int(d-'0')
		}
		s = s[:at]
	}
	if strings.HasSuffix(s, "*") {
		p.ptr, s = true, s[:len(s)-1]
	} else if strings.HasSuffix(s, "&") {
		p.ref, s = true, s[:len(s)-1]
	}
	for _, w := range strings.Fields(s) {
		switch w {
		case "const":
			p.quals |= Const
		case "volatile":
			p.quals |= Volatile
		case "device":
			p.space = ir.Device
		case "constant":
			p.space = ir.Constant
			p.quals |= Const
		case "threadgroup":
			p.space = ir.Threadgroup
		case "thread":
			p.space = ir.Thread
		default:
			p.word = w
		}
	}
	return p
}

// stdType gives a signature's type at the family's type; nil if there is none.
func (c *checker) stdType(p stdParam, t *Type) *Type {
	same := func(k ir.Kind) *Type {
		if t.Kind == TVector {
			return Vector(k, t.N)
		}
		return Scalar(k)
	}
	var base *Type
	switch p.word {
	case "T":
		base = t
	case "E":
		base = t.elemType()
	case "B":
		base = same(ir.Bool)
	case "I":
		base = same(ir.I32)
	case "U":
		base = same(ir.U32)
	case "H":
		base = same(ir.U16)
	case "L":
		base = same(ir.I64)
	case "S":
		base = same(signedOf(t.Scalar))
	case "Z":
		base = same(signedOf(t.Scalar) + 1)
	case "M":
		base = simdMatrices[t.Scalar]
	case "atomic<T>":
		base = atomicTypes[t.Scalar]
	case "void":
		base = voidType
	default:
		base = c.stdNamed(p.word)
	}
	if base == nil {
		return nil
	}
	q := QualType{T: base, Q: p.quals, Space: p.space}
	switch {
	case p.ptr:
		return c.pointerTo(q)
	case p.ref:
		return c.refTo(q)
	}
	return base
}

// signedOf is the signed integer kind of a kind's size; signed ones and Bool
// stay as they are.
func signedOf(k ir.Kind) ir.Kind {
	switch k {
	case ir.U8, ir.U16, ir.U32, ir.U64:
		return k - 1
	case ir.F16, ir.BF16:
		return ir.I16
	case ir.F32:
		return ir.I32
	}
	return k
}

// stdNamed finds a type of a signature by its Metal name.
func (c *checker) stdNamed(word string) *Type {
	if t, ok := c.stdNames[word]; ok {
		return t
	}
	var out *Type
	if k, ok := basicKinds[word]; ok {
		out = Scalar(k)
	} else if b := c.here(c.metal, word); b != nil && b.typ != nil {
		if t := c.aliased(b.typ); !t.T.isError() {
			out = t.T
		}
	}
	c.stdNames[word] = out
	return out
}

// overload makes the overload of a family at a type; nil if the signature has
// a type that does not exist.
func (c *checker) overload(f *family, alt int, t *Type) *stdOverload {
	key := stdKey{f, alt, t}
	if o, ok := c.mem.stdCache[key]; ok {
		return o
	}
	sig := &f.alts[alt]
	o := c.mem.overloads.new()
	o.fam, o.alt, o.t, o.params = f, alt, t, c.mem.types.make(len(sig.params))[:0]
	if r := c.stdType(sig.result, t); r != nil {
		o.result = Of(r)
	} else {
		o = nil
	}
	for i, p := range sig.params {
		if o == nil {
			break
		}
		pt := c.stdType(p, t)
		if pt == nil {
			o = nil
			break
		}
		o.params = append(o.params, Of(pt))
		if !p.hasDef {
			o.least = i + 1
		}
	}
	c.mem.stdCache[key] = o
	return o
}

type stdKey struct {
	f   *family
	alt int
	t   *Type
}

// familyCandidates adds the overloads of a family that a call could mean.
func (c *checker) familyCandidates(out []*candidate, ref *famRef, set *overloads, args []Value) []*candidate {
	f := ref.fam
	explicit := set.args
	if set.hasArg && explicit == nil && set.part != nil {
		c.try(func() { explicit = c.templateArgs(set.part.Args) })
	}
	var fixed *Type
	if len(explicit) > 0 && explicit[0].Kind == typeArg {
		fixed = explicit[0].Type.T
	}
	for alt := range f.alts {
		sig := &f.alts[alt]
		if sig.any {
			out = append(out, &candidate{fam: ref, over: &stdOverload{fam: f, alt: alt, t: voidType, result: Of(voidType)}, params: nil, seqs: make([]sequence, len(args))})
			continue
		}
		var buf [16]*Type
		for _, t := range c.familyTypes(buf[:0], f, sig, args, fixed) {
			o := c.overload(f, alt, t)
			if o == nil {
				continue
			}
			x := c.mem.work.candidates.new()
			x.fam, x.over, x.args, x.params = ref, o, args, o.params
			if len(args) < o.least || len(args) > len(o.params) {
				x.why = wrongNumber(len(o.params), "", o.least, len(args))
				out = append(out, x)
				break
			}
			if why := f.deduced(sig, t, args); why != "" {
				x.why = because(why)
				if f.holds(args[0].Type.T) {
					continue
				}
				out = append(out, x)
				break
			}
			c.convertAll(x)
			out = append(out, x)
		}
	}
	return out
}

// deduced says why T cannot be deduced as t, where it must be.
func (f *family) deduced(sig *stdSig, t *Type, args []Value) string {
	for i, p := range sig.params {
		if !f.Deduced || i >= len(args) || p.word != "T" {
			continue
		}
		if at := args[i].Type.T; !at.isError() && (!at.isNumeric() && !at.isVec() || at.Scalar != t.Scalar) {
			return "it takes no '" + at.String() + "'"
		}
	}
	return ""
}

// holds reports whether a family has overloads at a type.
func (f *family) holds(t *Type) bool {
	return (t.isNumeric() || t.isVec()) && slices.Contains(f.Types.Kinds, t.Scalar)
}

// familyTypes appends the types at which a family's overloads are worth a look:
// those of the vector length that the arguments have.
func (c *checker) familyTypes(ts []*Type, f *family, sig *stdSig, args []Value, fixed *Type) []*Type {
	if len(f.Types.Kinds) == 0 {
		return append(ts, voidType)
	}
	switch {
	case fixed != nil && f.holds(fixed):
		return append(ts, fixed)
	case fixed != nil:
		return ts
	}
	low, high := max(f.Types.MinN, 1), max(f.Types.MaxN, 1)
	length := 0
	for i, p := range sig.params {
		if i >= len(args) || args[i].bad() {
			continue
		}
		t := args[i].Type.T
		switch p.word {
		case "T", "B", "I", "U", "H", "L", "S", "Z":
			if t.isVec() && !p.ptr {
				length = max(length, t.N)
			} else if l := args[i].list(); l != nil {
				length = max(length, c.width(l))
			}
		}
		// An argument of exactly a type of the family settles it where no
		// other argument disagrees.
		if p.word == "atomic<T>" || p.word == "M" {
			u := t
			if u.Kind == TPointer {
				u = u.Elem.T
			}
			if u.Kind == TAtomic || u.Kind == TSimdMatrix {
				if slices.Contains(f.Types.Kinds, u.Scalar) {
					return append(ts, Scalar(u.Scalar))
				}
				return append(ts, Scalar(f.Types.Kinds[0]))
			}
		}
	}
	if length == 0 {
		length = low
	}
	if length < low || length > high {
		return append(ts, Vector(f.Types.Kinds[0], low))
	}
	if t := agreed(f, sig, args, length); t != nil {
		return append(ts, t)
	}
	for _, k := range f.Types.Kinds {
		ts = append(ts, Vector(k, length))
	}
	return ts
}

// agreed is the type of all arguments that stand for T, if they are the same
// and the family has it: no other overload can be better then.
func agreed(f *family, sig *stdSig, args []Value, n int) *Type {
	var t *Type
	for i, p := range sig.params {
		if p.word != "T" || i >= len(args) {
			continue
		}
		at := args[i].Type.T
		if p.ptr && at.Kind == TPointer {
			at = at.Elem.T
		}
		if at.Kind == TPacked {
			at = Vector(at.Scalar, at.N)
		}
		if t == nil {
			t = at
		}
		if at != t {
			return nil
		}
	}
	if t == nil || t.Kind != TScalar && t.Kind != TVector || t.N != n {
		return nil
	}
	for _, k := range f.Types.Kinds {
		if k == t.Scalar {
			return t
		}
	}
	return nil
}

// callStandard lowers a call of a standard function.
func (c *checker) callStandard(x *candidate, set *overloads, args []Value, at diag.Span, spans []diag.Span) Value {
	o := x.over
	c.included(set.name, at)
	call := c.mem.work.calls.new()
	*call = Call{B: c.b, Name: set.name, T: o.t, Result: o.result.T, Span: at, Exprs: spans, Fast: x.fam.fast, c: c}
	call.Args = c.mem.work.values.make(max(len(o.params), len(args)))[:0]
	if set.hasArg {
		call.Targs = set.args
		if call.Targs == nil && set.part != nil {
			call.Targs = c.templateArgs(set.part.Args)
		}
	}
	if o.fam.alts[o.alt].any {
		for _, a := range args {
			call.Args = append(call.Args, c.decayed(a))
		}
		return o.fam.Emit(call)
	}
	for i, p := range o.params {
		if i >= len(args) {
			def := o.fam.alts[o.alt].params[i].def
			v := c.b.room(p.T)
			for range p.T.regCount() {
				v.regs = append(v.regs, c.b.Int(p.T.Scalar, int64(def)))
			}
			call.Args = append(call.Args, v)
			continue
		}
		v := c.apply(args[i], p, x.seqs[i], argumentSpan(spans, i, at))
		if v.bad() {
			return poison
		}
		if !p.T.isRef() {
			c.load(&v)
		}
		call.Args = append(call.Args, v)
	}
	return o.fam.Emit(call)
}
