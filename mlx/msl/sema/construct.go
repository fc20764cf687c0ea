package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// castToRecord makes an object of a record from a value.
func (c *checker) castToRecord(r *Record, v Value, kind string, at diag.Span) Value {
	if !c.complete(r, at) {
		return poison
	}
	m := c.temp(r.Type)
	c.casting = "no matching conversion for " + castName(kind) + " from '" + v.Type.in(ir.NoSpace).String() + "' to '" + r.Name + "'"
	if !c.initRecord(m, []Value{v}, at, nil, true) {
		return poison
	}
	return c.aggregate(r.Type, m.addr)
}

// initRecord initialises a record by a constructor, by copying, or member by
// member.
func (c *checker) initRecord(dst Value, args []Value, at diag.Span, spans []diag.Span, zero bool) bool {
	r := dst.Type.T.Record
	none := "no matching constructor for initialization of '" + r.Name + "'"
	if c.casting != "" {
		none, c.casting = c.casting, ""
	}
	if !c.complete(r, at) {
		return false
	}
	if len(args) == 0 && r.Lambda != nil {
		c.errorf(at, "no-matching-constructor", "no matching constructor for initialization of '%s': a lambda has no default constructor", dst.Type)
		return false
	}
	if len(args) == 1 && (args[0].Type.T == r.Type || baseDistance(args[0].Type.T, r.Type) > 0) {
		if args[0].Type.T == r.Type && args[0].Cat == PRValue { // made in its place
			c.fr.takesPlace(args[0])
			c.store(dst, args[0])
			return true
		}
		if x := c.copyConstructor(r, args); x == nil && !r.uncopied(args[0]) || x != nil && x.fn.decl.Default {
			v := args[0]
			if v.Type.T != r.Type {
				moves := v.Cat != LValue
				if v = c.toBase(c.materialise(v), QualType{T: r.Type, Q: v.Type.Q}); moves {
					v.Cat = XValue // as the whole object was
				}
			}
			return c.copyObject(dst, v, at)
		}
	}
	if len(r.ctors)+len(r.ctorTs) > 0 && !(len(args) == 0 && !c.hasDefaultCtor(r) && r.aggr) {
		set := c.constructors(r, dst.addr.Space, true)
		cands := c.candidates(set, args, at)
		best, ambiguous := c.choose(cands)
		if best == nil {
			if len(args) == 1 && len(ambiguous) == 0 {
				if s := c.viaConversion(args[0], r); s.rank != impossible {
					return c.initObject(dst, c.applyUser(args[0], Of(r.Type), s, at), at, forInit)
				}
			}
			if dst.Type.T.lacking() || lacks(args) {
				c.failQuietly(at)
				return false
			}
			d := diag.Diagnostic{Code: "no-matching-constructor", Message: none, Span: at, Caret: c.declaring}
			if len(ambiguous) > 0 {
				d.Code, d.Message = "ambiguous-constructor", "call to constructor of '"+r.Name+"' is ambiguous"
			}
			d.Notes = constructorNotes(cands, true)
			c.report(d)
			return false
		}
		if best.fn.decl.Default && len(args) == 0 {
			return c.defaultable(r, at) && c.memberwise(dst, zero)
		}
		return c.callConstructor(dst, best, args, at, spans)
	}
	if len(args) == 0 {
		return c.defaultable(r, at) && c.memberwise(dst, zero)
	}
	if len(args) == 1 {
		if s := c.viaConversion(args[0], r); s.rank != impossible {
			return c.initObject(dst, c.applyUser(args[0], Of(r.Type), s, at), at, forInit)
		}
	}
	if dst.Type.T.lacking() {
		c.failQuietly(at)
		return false
	}
	c.report(diag.Diagnostic{Code: "no-matching-constructor", Message: none, Span: at, Caret: c.declaring})
	return false
}

// goesOn counts the objects whose members a function makes or copies one by one, and reports too
// many: they double at each level of classes with two members of one class.
func (c *checker) goesOn(doing, steps string, r *Record) bool {
	c.b.memberwise++
	if c.b.memberwise == maxMemberwise+1 {
		c.errorf(diag.Span{Start: c.b.pos, End: c.b.pos}, "init-size", "%s '%s' takes more than %d %s of members", doing, r.Name, maxMemberwise, steps)
	}
	return c.b.memberwise <= maxMemberwise
}

// memberwise default-initialises the fields of a record.
func (c *checker) memberwise(dst Value, zero bool) bool {
	r := dst.Type.T.Record
	if !c.needsInitFields(r) {
		if zero {
			c.zeroMem(dst.addr, r.dataSize)
		}
		return true
	}
	if !c.goesOn("initializing", "constructions", r) {
		return false
	}
	fields := r.Fields
	if r.Union {
		i := max(0, r.variant(nil))
		fields = fields[i : i+1]
	}
	for i := range fields {
		if !c.defaultField(dst, &fields[i], zero) {
			return false
		}
	}
	return true
}

func (c *checker) viaConversion(v Value, r *Record) sequence {
	if v.Type.T.Kind != TRecord {
		return never()
	}
	f, second, _ := c.conversionFunction(v, Of(r.Type), true)
	if f == nil {
		return never()
	}
	return sequence{rank: userDefined, fn: f, second: second.rank}
}

func (c *checker) hasDefaultCtor(r *Record) bool {
	for _, f := range r.ctors {
		if f.required() == 0 {
			return true
		}
	}
	return false
}

func (r *Record) baseName() string {
	if r.tmpl != nil {
		return r.tmpl.Name
	}
	return r.Name
}

// constructorNotes says of constructors why they are not called, or that they might be.
func constructorNotes(cands []*candidate, explicit bool) (notes []diag.Note) {
	for _, x := range cands {
		if len(notes) == maxCandidateNotes {
			break
		}
		note := "candidate constructor not viable: " + x.reason()
		switch {
		case x.fn != nil && x.fn.decl.Specs&syntax.Explicit != 0 && !explicit:
			note = "explicit constructor is not a candidate"
		case x.viable():
			note = "candidate constructor"
		case x.tmpl != nil && x.fn == nil:
			note = "candidate template ignored: " + x.reason()
		}
		notes = append(notes, diag.Note{Message: note, Span: x.pos})
	}
	return notes
}

// constructors are those for an object in an address space, or else those for
// objects of the thread, which are then copied.
func (c *checker) constructors(r *Record, space ir.Space, explicit bool) *overloads {
	set := &overloads{name: r.baseName()}
	gather := func(q syntax.Quals) {
		for _, f := range r.ctors {
			if f.decl.Quals&allSpaces == q && (explicit || f.decl.Specs&syntax.Explicit == 0) {
				set.funcs = append(set.funcs, f)
			}
		}
		for _, t := range r.ctorTs {
			if f := t.decl.Decl.(*syntax.FuncDecl); f.Quals&allSpaces == q && (explicit || f.Specs&syntax.Explicit == 0) {
				set.tmpls = append(set.tmpls, t)
			}
		}
	}
	for q, s := range spaceOf {
		if s == space && s != ir.Thread && s != ir.NoSpace {
			gather(syntax.Quals(q))
		}
	}
	if len(set.funcs)+len(set.tmpls) == 0 {
		gather(0)
		gather(syntax.SpaceThread)
	}
	if len(set.funcs)+len(set.tmpls) == 0 {
		gather(syntax.SpaceConstant)
	}
	return set
}

// bestConstructor finds the constructor for arguments; nil if none or several
// fit.
func (c *checker) bestConstructor(r *Record, args []Value, explicit bool) *candidate {
	set := c.constructors(r, ir.Thread, explicit)
	best, _ := c.choose(c.candidates(set, args, diag.Span{}))
	return best
}

// callConstructor runs a constructor on an object.
func (c *checker) callConstructor(dst Value, x *candidate, args []Value, at diag.Span, spans []diag.Span) bool {
	if x.fn.decl.Deleted {
		c.report(diag.Diagnostic{Code: "deleted-function", Message: "call to deleted constructor of '" + dst.Type.T.String() + "'", Span: at,
			Notes: []diag.Note{{Message: "'" + x.fn.Name + "' has been explicitly marked deleted here", Span: x.fn.decl.NamePos.Span()}}})
		return false
	}
	f := x.fn
	obj := dst
	obj.Type.Q = 0
	if dst.addr.Space != f.thisSpace() {
		obj = c.temp(dst.Type.T)
	}
	obj.Type.Space = obj.addr.Space
	v := c.callCandidate(x, &obj, args, at, spans)
	if v.bad() {
		return false
	}
	if obj.addr != dst.addr {
		c.store(dst, obj)
	}
	return true
}

// initMembers runs the member initialisers of a constructor.
func (c *checker) initMembers(f *Function) {
	if f.decl.Broken {
		return
	}
	r := f.record
	this := c.fr.this
	this.Type.Q &^= Const
	inits := map[string]*syntax.MemberInit{}
	for i := range f.decl.Inits {
		m := &f.decl.Inits[i]
		if r.Union && i > 0 && m.Name.Ident != f.decl.Inits[0].Name.Ident {
			c.severalInits(m.Span(), f.decl.Inits[0].Span())
			return
		}
		if m.Pack {
			c.expandInit(r, m, inits)
			continue
		}
		name := m.Name.Ident
		if len(f.decl.Inits) == 1 && (name == r.baseName() || name == declName(r.decl)) {
			if !c.delegates(f, m) {
				c.initMember(this, m)
			}
			return
		}
		if inits[name] != nil {
			c.errorf(m.Span(), "member-init", "multiple initializations given for non-static member '%s'", name)
		}
		if fieldIndex(r, name) < 0 {
			base := c.baseNamed(r, &m.Name)
			if base == nil && r.incomplete() {
				continue
			}
			if base == nil && name == r.baseName() {
				c.errorf(m.Name.Span(), "member-init", "an initializer for a delegating constructor must appear alone")
				continue
			}
			if base == nil && c.lost[name] {
				c.failQuietly(m.Name.Span())
				continue
			}
			if base == nil {
				c.errorf(m.Name.Span(), "member-init", "member initializer '%s' does not name a non-static data member or base class", name)
				continue
			}
			name = base.Record.Name
		}
		inits[name] = m
	}
	c.initFields(f, this, inits)
}

// initFields runs the initialisers of the members of a class, or of an anonymous one in it,
// and gives those without one what their class says.
func (c *checker) initFields(f *Function, this Value, inits map[string]*syntax.MemberInit) {
	r := this.Type.T.Record
	fields := r.Fields
	if r.Union {
		i := r.variant(inits)
		fields = fields[max(0, i) : i+1]
	}
	unset := unsetFields{c: c, of: r, set: map[string]bool{}}
	for i := range fields {
		fd := &fields[i]
		name := fd.Name
		if fd.anonymous() {
			if !slices.Contains(r.Bases, fd.Type.T) {
				c.initFields(f, c.fieldValue(this, fd), inits)
				continue
			}
			name = fd.Type.T.Record.Name
		}
		m := inits[name]
		if !r.Union {
			unset.remarkFields(fd, m)
		}
		switch {
		case m != nil:
			c.remarkDanglingField(fd, m)
			if !c.bindsTemporary(fd, m) {
				c.initMember(c.part(this, fd), m)
			}
		case fd.unset() && !fd.anon:
			what := "const"
			if fd.Type.T.isRef() {
				what = "reference"
			}
			c.report(diag.Diagnostic{Code: "member-init", Message: "constructor for '" + f.record.Name + "' must explicitly initialize the " + what + " member '" + fd.Name + "'", Span: f.decl.NamePos.Span(),
				Notes: []diag.Note{{Message: "declared here", Span: fd.decl.NamePos.Span()}}})
		default:
			c.defaultField(this, fd, false)
		}
	}
}

// anonymous reports a base class, or a struct or union without a name.
func (f *Field) anonymous() bool { return f.anon && f.Name == "" && f.Type.T.Kind == TRecord }

// variant is the member of a union that is initialised: one that initialisers name, or else
// the one that has an initialiser of its own; -1 if there is none.
func (r *Record) variant(inits map[string]*syntax.MemberInit) int {
	named := slices.IndexFunc(r.Fields, func(f Field) bool {
		if !f.anonymous() {
			return inits[f.Name] != nil
		}
		for name := range inits {
			if f.Type.T.Record.path(name) != nil {
				return true
			}
		}
		return false
	})
	if named >= 0 {
		return named
	}
	return slices.IndexFunc(r.Fields, func(f Field) bool {
		return f.decl != nil && f.decl.InitKind != syntax.NoInit || f.anonymous() && f.Type.T.Record.hasInits
	})
}

func (c *checker) initMember(dst Value, m *syntax.MemberInit) {
	defer c.leave(len(c.fr.ends))
	if m.List != nil {
		c.initFrom(dst, m.List, syntax.ListInit, forMember)
		return
	}
	c.initFrom(dst, &syntax.ParenList{Range: m.Range, Args: m.Args}, syntax.DirectInit, forMember)
}

// delegates notes which constructor another one hands over to, and reports
// those that come back to where they began.
func (c *checker) delegates(f *Function, m *syntax.MemberInit) (endless bool) {
	var best *candidate
	list := m.Args
	if m.List != nil {
		for _, it := range m.List.Items {
			list = append(list, it.X)
		}
	}
	c.try(func() {
		if args, _, ok := c.arguments(list); ok {
			best, _ = c.choose(c.candidates(c.constructors(f.record, f.thisSpace(), true), args, m.Span()))
		}
	})
	if best == nil {
		return false
	}
	f.delegate = best.fn
	for g := best.fn; g != nil; g = g.delegate {
		if g == f {
			f.delegate = nil // for those that hand over to it
			c.errorf(m.Name.Span(), "delegation-cycle", "constructor for '%s' creates a delegation cycle", f.record.Name)
			return true
		}
	}
	return false
}

// expandInit makes initialisers of B(x)..., one for each base.
func (c *checker) expandInit(r *Record, m *syntax.MemberInit, inits map[string]*syntax.MemberInit) {
	n, _ := c.packLen(m.Span(), func() { c.typeFrom(c.find(&m.Name)) })
	outer := c.expand
	for i := range n {
		c.expand = &expansion{index: i, length: n}
		if base := c.baseNamed(r, &m.Name); base != nil {
			inits[base.Record.Name] = m.At(func(x syntax.Expr) syntax.Expr { return packElement(x, c.expand) })
		}
	}
	c.expand = outer
}

// baseNamed is the base class that a member initialiser names, nil if there is
// none.
func (c *checker) baseNamed(r *Record, n *syntax.Name) *Type {
	for _, b := range r.Bases {
		if !n.HasArgs && b.Record.baseName() == n.Ident {
			return b
		}
	}
	var t QualType
	c.try(func() { t, _ = c.typeFrom(c.find(n)) })
	if slices.Contains(r.Bases, t.T) {
		return t.T
	}
	return nil
}
