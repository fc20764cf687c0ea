package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// declareFriend declares a friend of a class. A friend function is found by its
// class's arguments.
func (c *checker) declareFriend(r *Record, d *syntax.FriendDecl) {
	switch f := d.Decl.(type) {
	case nil:
		c.befriend(r, d.Type)
	case *syntax.FuncDecl:
		if f.Body != nil && !f.Name.Simple() {
			c.errorf(f.NamePos.Span(), "friend", "friend function definition cannot be qualified")
			return
		}
		fn := c.newFunction(f, r.Scope)
		switch known := c.signature(fn); {
		case f.Name.HasArgs:
			if known {
				c.befriendInstance(r, fn)
			}
		case !known || c.operatorDeclared(fn): // calls are not reported on top
			r.friends = append(r.friends, fn)
			if known && f.Name.Simple() {
				c.friendResult(fn, r.Scope.enclosingNamespace())
			}
		}
	case *syntax.TemplateDecl:
		switch of := f.Decl.(type) {
		case *syntax.FuncDecl:
			r.friendTs = append(r.friendTs, &Template{Name: declName(of), kind: funcTemplate, decl: f, params: f.Params, scope: r.Scope})
		case *syntax.RecordDecl:
			if of.Definition {
				c.definedFriend(of)
				return
			}
			b := c.lookup(r.Scope.parent, of.Name.Ident)
			if b == nil {
				c.in(r.Scope.enclosingNamespace(), func() { c.addTemplate(classTemplate, f, false) })
				b = c.lookup(r.Scope.parent, of.Name.Ident)
			}
			if b != nil && b.tmpl != nil {
				r.friendTs = append(r.friendTs, b.tmpl)
			}
		default:
			c.errorf(d.Span(), "friend", "friend type templates must use an elaborated type")
		}
	case *syntax.RecordDecl:
		c.definedFriend(f)
	case *syntax.VarDecl:
		if of := c.functionOf(f, c.typeOf(f.Type).T); of != nil {
			c.declareFriend(r, &syntax.FriendDecl{Range: d.Range, Decl: of})
			return
		}
		c.errorf(f.Span(), "friend", "friends can only be classes or functions")
	default:
		c.errorf(d.Decl.Span(), "friend", "friends can only be classes or functions")
	}
}

// friendResult reports a friend that the namespace around declares with another result, and notes
// the others for declarations behind them.
func (c *checker) friendResult(fn *Function, in *Scope) {
	if b := in.names.get(fn.Name); b != nil {
		for _, old := range b.funcs {
			if !old.broken && sameSignature(old, fn) && !c.sameResult(old, fn) {
				return
			}
		}
	}
	if c.befriended == nil {
		c.befriended = map[string][]*Function{}
	}
	c.befriended[fn.Name] = append(c.befriended[fn.Name], fn)
}

func (c *checker) definedFriend(d *syntax.RecordDecl) {
	c.errorf(d.Span(), "friend", "cannot define a type in a friend declaration")
}

// befriend makes a class the friend of another. One that is not known yet is
// declared in the namespace around.
func (c *checker) befriend(r *Record, e syntax.TypeExpr) {
	if t, ok := e.(*syntax.RecordType); ok && t.Name.Simple() && c.lookup(c.scope, t.Name.Ident) == nil {
		c.declareRecord(&syntax.RecordDecl{Range: t.Range, Key: t.Key, Name: t.Name, NamePos: t.Name.Range}, r.Scope.enclosingNamespace())
	}
	if t := c.typeOf(e).T; t.Kind == TRecord {
		r.friendly = append(r.friendly, t.Record)
	}
}

// inside reports whether the code being checked may name members of a record:
// it belongs to it or to a friend, or, for protected ones, to a derived class,
// which the object at hand, if there is one, must be of.
func (c *checker) inside(r *Record, a access, object *Record) bool {
	if a == openAccess {
		return true
	}
	var fn *Function // whose declaration or body this is
	for s := c.scope; s != nil; s = s.parent {
		if s.kind != recordScope {
			if fn == nil {
				fn = s.signature
			}
			continue
		}
		if s.record == r || r.befriends(s.record) ||
			a == protectedAccess && s.record.derivesFrom(r.Type) && (object == nil || object.derivesFrom(s.record.Type)) {
			return true
		}
	}
	if fn == nil && c.fr != nil {
		fn = c.fr.home().fn
	}
	if fn == nil {
		return false
	}
	if fn.tmpl != nil {
		return slices.Contains(r.friends, fn) || slices.ContainsFunc(r.friendTs, func(t *Template) bool { return t.Name == fn.Name && t.kind == funcTemplate })
	}
	return slices.ContainsFunc(r.friends, func(f *Function) bool {
		return f.Name == fn.Name && (fn.signed != done || sameSignature(f, fn)) // its own types say whether it is one
	})
}

// befriendInstance makes an instance of a function template the friend of a
// class.
func (c *checker) befriendInstance(r *Record, fn *Function) {
	f := c.find(fn.decl.Name)
	if !f.ok {
		return
	}
	if f.binding != nil {
		if in := c.specialised(f, fn); in != nil {
			r.friends = append(r.friends, in)
			return
		}
	}
	c.errorf(fn.decl.NamePos.Span(), "friend", "no function template matches function template specialization '%s'", f.part.Ident)
}

// befriends reports a class that is a friend.
func (r *Record) befriends(o *Record) bool {
	return slices.Contains(r.friendly, o) || o.tmpl != nil && slices.Contains(r.friendTs, o.tmpl)
}

// friendsNamed are the friends of a class but for those that its namespace
// declares too.
func (c *checker) friendsNamed(r *Record, name string) []*Function {
	var out []*Function
	for _, f := range r.friends {
		if f.Name != name || f.tmpl != nil {
			continue
		}
		b := c.here(r.Scope.enclosingNamespace(), name)
		if b == nil || !slices.ContainsFunc(b.funcs, func(o *Function) bool { return sameSignature(o, f) }) {
			out = append(out, f)
		}
	}
	return out
}

// friendTemplates are the friends of a class that are function templates
// defined in it.
func friendTemplates(r *Record, name string) []*Template {
	var out []*Template
	for _, t := range r.friendTs {
		if t.Name == name && t.kind == funcTemplate && t.decl.Decl.(*syntax.FuncDecl).Body != nil {
			out = append(out, t)
		}
	}
	return out
}
