package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// undeclared reports a name that denotes nothing, with the nearest one.
func (c *checker) undeclared(at diag.Span, name string) Value {
	if c.lost[name] || c.images && imageNames[name] {
		c.failQuietly(at)
		return poison
	}
	if c.trap != nil || c.expand != nil && c.expand.bad {
		return c.errorf(at, "undeclared-identifier", "use of undeclared identifier '%s'", name)
	}
	if b := c.within(c.metal, name); b != nil && (len(b.fams) > 0 || len(b.funcs)+len(b.ftmpls) > 0 || b.typ != nil || b.tmpl != nil || b.value != nil) {
		return c.report(c.inLibrary(at, name))
	}
	if c.said(name) {
		c.failQuietly(at)
		return poison
	}
	if d, ok := c.foreign("use of undeclared identifier '"+name+"'", name, at); ok {
		d.Code = "undeclared-identifier"
		return c.report(d)
	}
	if what := unsupported[name]; what != "" {
		c.refuse(at, what, name)
		return poison
	}
	if version := firstVersion(name); version > c.opts.Version {
		return c.errorf(at, "undeclared-identifier", "use of undeclared identifier '%s', which needs Metal %s", name, versionText(version))
	}
	if e := c.enumWith(name); e != "" {
		near := e + "::" + name
		return c.report(diag.Diagnostic{Code: "undeclared-identifier", Message: "use of undeclared identifier '" + name + "'; did you mean '" + near + "'?", Span: at, Fixes: []diag.Fix{{Span: at, Text: near}}})
	}
	if later := c.definedLater(name); later != nil {
		return c.report(diag.Diagnostic{Code: "undeclared-identifier", Message: "use of undeclared identifier '" + name + "'", Span: at,
			Notes: []diag.Note{declaredBehind(name, *later)}})
	}
	if near := c.nearest(name); near != "" {
		return c.report(diag.Diagnostic{
			Code:    "undeclared-identifier",
			Message: "use of undeclared identifier '" + name + "'; did you mean '" + near + "'?",
			Span:    at,
			Fixes:   []diag.Fix{{Span: at, Text: near}},
			Notes:   c.declaredHere(c.lookup(c.scope, near), near),
		})
	}
	if attribute := positionNames[name]; attribute != "" {
		return c.errorf(at, "undeclared-identifier", "use of undeclared identifier '%s'; a thread's position is an attribute of a kernel's parameter, such as '%s'", name, attribute)
	}
	d := diag.Diagnostic{Code: "undeclared-identifier", Message: "use of undeclared identifier '" + name + "'", Span: at}
	if near := nearestInput(name).best; near != "" && c.opts.Launch { // the signature takes what the body names
		d.Message += "; did you mean '" + near + "'?"
		d.Fixes = []diag.Fix{{Span: at, Text: near}}
	}
	return c.report(d)
}

// positionNames are what kernels usually call their parameters, which a function
// or a body without parameters has not.
var positionNames = map[string]string{
	"gid": "thread_position_in_grid", "tid": "thread_position_in_threadgroup", "lid": "thread_position_in_threadgroup",
	"tgid": "threadgroup_position_in_grid", "sgid": "simdgroup_index_in_threadgroup", "lane": "thread_index_in_simdgroup", "simd_lane": "thread_index_in_simdgroup",
}

// enumWith is the scoped enumeration in view that has an enumerator of that name.
func (c *checker) enumWith(name string) (found string) {
	for s := c.scope; s != nil && found == ""; s = s.parent {
		s.names.visit(func(n string, b *binding) {
			if b.typ == nil || b.typ.typ.T == nil || b.typ.typ.T.Kind != TEnum {
				return
			}
			if e := b.typ.typ.T.Enum; e.Scoped && e.scope != nil && e.scope.names.get(name) != nil && (found == "" || n < found) {
				found = n
			}
		})
	}
	return found
}

// definedLater is where the unit declares a function of that name behind its use.
func (c *checker) definedLater(name string) *diag.Span {
	if c.unit == nil {
		return nil
	}
	for _, d := range c.unit.Decls {
		f, ok := d.(*syntax.FuncDecl)
		if t, template := d.(*syntax.TemplateDecl); template {
			f, ok = t.Decl.(*syntax.FuncDecl)
		}
		if ok && f.Name.Simple() && f.Name.Ident == name {
			at := f.NamePos.Span()
			return &at
		}
	}
	return nil
}

func declaredBehind(name string, at diag.Span) diag.Note {
	return diag.Note{Message: "'" + name + "' is declared here, behind its use: declare it in front", Span: at}
}

// saying is a name that is not declared where a declaration of the unit uses it.
type saying struct {
	in   syntax.Decl
	name string
}

// said reports whether a name was looked for before in the same declaration, and
// there is nothing to replace it by: one message is enough for a loop's counter
// or for threadIdx.
func (c *checker) said(name string) bool {
	s := saying{c.top, name}
	if c.sayings[s] {
		return true
	}
	_, input := builtinAttrs[name]
	if f, ok := syntax.ForeignName(name); ok && f.Metal != "" || !ok && !input && c.nearest(name) != "" {
		return false
	}
	if c.sayings == nil {
		c.sayings = make(map[saying]bool)
	}
	c.sayings[s] = true
	return false
}

// undeclaredScope reports a name in front of ::member that denotes nothing.
func (c *checker) undeclaredScope(at diag.Span, name, member string) {
	if name == "std" && c.trap == nil && c.within(c.metal, member) == nil {
		c.errorf(at, "undeclared-identifier", "use of undeclared identifier 'std'; Metal has no C++ standard library, and namespace metal no '%s'", member)
		return
	}
	c.undeclared(at, name)
}

// foreign is a message about a name that is not declared, with what Metal has
// in its place: an attribute, or what another language's name stands for.
func (c *checker) foreign(message, name string, at diag.Span) (d diag.Diagnostic, ok bool) {
	d = diag.Diagnostic{Message: message, Span: at}
	if b, ok := builtinAttrs[name]; ok {
		d.Message += "; it is an attribute: the kernel takes it as a parameter, '" + inputType(b) + " " + name + " [[" + name + "]]'"
		return d, true
	}
	f, ok := syntax.ForeignName(name)
	if !ok {
		return d, false
	}
	d.Message += "; " + f.Advice
	if f.Metal != "" {
		d.Fixes = []diag.Fix{{Span: at, Text: f.Metal}}
	}
	return d, true
}

// declaredHere is the note that says where a proposed name is declared.
func (c *checker) declaredHere(b *binding, name string) []diag.Note {
	if b == nil {
		return nil
	}
	var at diag.Span
	switch {
	case b.value != nil:
		at = b.value.pos
	case len(b.funcs) > 0:
		at = b.funcs[0].decl.NamePos.Span()
	case b.typ != nil:
		at = b.typ.pos
	case len(b.ftmpls) > 0:
		at = b.ftmpls[0].decl.Decl.(*syntax.FuncDecl).NamePos.Span()
	}
	return c.declaredAt(at, name)
}

// declaredAt is that note for a place, if it is in the user's text.
func (c *checker) declaredAt(at diag.Span, name string) []diag.Note {
	if at.Start < c.user {
		return nil
	}
	return []diag.Note{{Message: "'" + name + "' declared here", Span: at}}
}

// inLibrary is the message about a name that is in namespace metal.
func (c *checker) inLibrary(at diag.Span, name string) diag.Diagnostic {
	d := diag.Diagnostic{
		Code:    "undeclared-identifier",
		Message: "use of undeclared identifier '" + name + "'; did you mean 'metal::" + name + "'?",
		Span:    at,
		Fixes:   []diag.Fix{{Span: at, Text: "metal::" + name}},
	}
	if !c.unit.Library && !c.opts.Launch {
		d.Notes = c.includeNote("it is declared in '<metal_stdlib>'; maybe you want to include that and use the namespace", "using namespace metal;\n")
	}
	return d
}

// includeNote proposes to include Metal's library, and what else to write.
func (c *checker) includeNote(message, more string) []diag.Note {
	start := diag.Span{Start: c.unit.Start, End: c.unit.Start}
	return []diag.Note{{Message: message, Span: start, Fixes: []diag.Fix{{Span: start, Text: "#include <metal_stdlib>\n" + more}}}}
}

// included remarks, once, that a unit calls a function of the library and
// includes none of its headers: Metal includes it by itself in what it compiles
// at run time, but not in files. Namespace metal is there in both.
func (c *checker) included(name string, at diag.Span) {
	if c.unincluded || c.unit == nil || c.unit.Library || c.opts.Launch || at.Start < c.user || c.trap != nil {
		return
	}
	c.unincluded = true
	c.report(diag.Diagnostic{Severity: diag.Warning, Code: "missing-header", Span: at,
		Message: "'" + name + "' needs '#include <metal_stdlib>' in a file: only what is compiled at run time includes it by itself",
		Notes:   c.includeNote("include it here", "")})
}

// refuse reports a type of Metal that is not supported.
func (c *checker) refuse(at diag.Span, what, name string) {
	c.images = c.images || what == "textures" || what == "depth textures" || what == "samplers"
	c.errorf(at, "unsupported-type", "%s ('%s') are not supported: only compute kernels on buffers are", what, name)
}
