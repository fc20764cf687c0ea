package syntax

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// The parser classifies names: whether x * y declares depends on what x is.
// Each identifier carries the stack of its declarations in view, so that an
// unqualified lookup is one step. Namespaces and records also keep a table of
// their members, for qualified names and for when they are entered again.

// binding is a declaration in view; outer is what it hides.
type binding struct {
	sym   symbol
	level int // of the scope that it is in
	outer *binding
}

// scope is the names of a namespace or a record.
type scope struct {
	base    *scope // the same scope in the session that was forked from
	nodes   *nodes // of its own session: forks leave it as it is
	name    string
	members members
	from    []*scope // base classes, and namespaces named by using directives
	open    bool     // a using directive makes its names visible around it
	record  bool
	// defining says that the class is not complete yet.
	defining bool
}

func (n *nodes) newScope(name string, base *scope) *scope {
	s := n.scopes.put(scope{name: name, base: base, nodes: n})
	if base != nil {
		s.open, s.record, s.from = base.open, base.record, slices.Clip(base.from)
	}
	return s
}

// join makes the names of another scope visible in s.
func (s *scope) join(other *scope) {
	if other != s && !slices.Contains(s.from, other) {
		s.from = append(s.from, other)
	}
}

// maxReach bounds how many scopes one lookup goes through.
const maxReach = 64

// reach appends to list s and the scopes whose members are seen as its own,
// nearest first. Using directives may form cycles.
func (s *scope) reach(list []*scope) []*scope {
	list = append(list, s)
	for i := 0; i < len(list) && len(list) < maxReach; i++ {
		for _, f := range list[i].from {
			if !slices.Contains(list, f) {
				list = append(list, f)
			}
		}
		if b := list[i].base; b != nil && !slices.Contains(list, b) {
			list = append(list, b)
		}
	}
	return list
}

// lookup finds a member by name.
func (s *scope) lookup(name string) symbol {
	if sym, ok := s.members.get(name); ok || s.base == nil && len(s.from) == 0 {
		return sym
	}
	var room [8]*scope
	for _, t := range s.reach(room[:0]) {
		if sym, ok := t.members.get(name); ok {
			return sym
		}
	}
	return symbol{}
}

// names is the parser's view of declarations.
type names struct {
	current *scope   // the namespace or record being declared in
	level   int      // of nesting: blocks, templates, records, namespaces
	bound   []*ident // in the order of binding, to unbind from the end
	free    *binding // those out of view, linked by outer
}

func (n *names) bind(nodes *nodes, id *ident, sym symbol) {
	if b := id.bound; b != nil && b.level == n.level {
		if b.sym.kind == symValueTemplate && sym.kind == symValue {
			return // an overload beside a template
		}
		b.sym = sym
		return
	}
	b := n.free
	if b != nil {
		n.free = b.outer
	} else {
		b = nodes.bindings.new()
	}
	*b = binding{sym: sym, level: n.level, outer: id.bound}
	id.bound = b
	n.bound = append(n.bound, id)
}

func (n *names) unbind(to int) {
	for i := len(n.bound) - 1; i >= to; i-- {
		id := n.bound[i]
		b := id.bound
		id.bound = b.outer
		b.outer, n.free = n.free, b
	}
	n.bound = n.bound[:to]
}

// view is a scope entered, to be left again.
type view struct {
	level  int
	bound  int
	scope  *scope
	record *recordContext
	block  bool
}

// push opens a block: its declarations go out of view at pop.
func (p *parser) push() view {
	p.names.level++
	return view{p.names.level - 1, len(p.names.bound), p.names.current, p.record, p.block}
}

// enter opens a namespace or record, with the names that it has.
func (p *parser) enter(s *scope) view {
	v := p.push()
	p.names.current, p.block = s, false
	p.bindAll(s)
	return v
}

// enterNamed opens what a qualifier names and, as a::b::f sees the names of a, too, what the
// components in front of it do. It opens nothing if the qualifier is unknown.
func (p *parser) enterNamed(n *Name) (v view, ok bool) {
	var room [8]*scope
	scopes := p.scopesOf(n, room[:0])
	if scopes[len(scopes)-1] == nil {
		return v, false
	}
	v = p.push()
	for _, s := range scopes[max(0, len(scopes)-maxReach):] {
		p.enter(s)
	}
	return v, true
}

// scopesOf appends the scopes that the components of a qualifier name, nil if one is unknown.
func (p *parser) scopesOf(n *Name, list []*scope) []*scope {
	id, sym := p.table.get(n.Ident), symbol{}
	switch {
	case n.Of != nil:
		list = p.scopesOf(n.Of, list)
		sym = p.member(list[len(list)-1], id)
	case n.Global:
		sym = p.member(p.global, id)
	default:
		sym = p.lookup(id)
	}
	return append(list, sym.scope)
}

// leave closes what enterNamed opened: an inline namespace, too, whose names are in view anyway.
func (p *parser) leave(v view) {
	p.names.current = v.scope
	p.pop(v)
}

func (p *parser) pop(v view) {
	p.names.level = v.level
	left := p.names.current
	if left != v.scope && left.open && p.asking == 0 {
		for _, id := range p.names.bound[v.bound:] { // they stay visible around it
			if id.bound.level > p.names.level {
				id.bound.level = p.names.level
			}
		}
	} else {
		p.names.unbind(v.bound)
	}
	p.names.current, p.record, p.block = v.scope, v.record, v.block
}

// bindAll brings a scope's members into view.
func (p *parser) bindAll(s *scope) {
	var room [8]*scope
	reach := s.reach(room[:0])
	for i := len(reach) - 1; i >= 0; i-- { // what is nearer hides what is farther
		for id, sym := range reach[i].members.all() {
			p.names.bind(p.nodes, p.table.own(id), sym)
		}
	}
}

// lookup is what an unqualified name stands for.
func (p *parser) lookup(id *ident) symbol {
	if id.bound != nil {
		return id.bound.sym
	}
	return id.builtin
}

// member is what name stands for in a scope; nil knows only Metal's own names.
func (p *parser) member(s *scope, id *ident) symbol {
	if s == nil {
		return symbol{}
	}
	if sym := s.lookup(id.name); sym.kind != symNone {
		return sym
	}
	if !s.record && (s.name == "metal" || s.name == "simd" || s.name == "fast" || s.name == "precise") {
		return id.builtin
	}
	return symbol{}
}

// declareLocal makes a name known up to the end of the current block.
func (p *parser) declareLocal(id *ident, sym symbol) {
	if id != nil {
		p.names.bind(p.nodes, id, sym)
	}
}

// checkShadow reports the name of a template parameter that is declared again
// in the template.
func (p *parser) checkShadow(id *ident, at diag.Span) {
	if id != nil && id.bound != nil && id.bound.sym.param && p.asking == 0 && !p.failed {
		p.complain("template-shadow", at, "declaration of '%s' shadows template parameter", id.name)
	}
}

// declare makes a name known in the current block, namespace or record.
func (p *parser) declare(id *ident, sym symbol) {
	if id == nil {
		return
	}
	if s := p.names.current; !p.block && p.asking == 0 {
		p.declared, p.declaredAs = id, sym
		if sym.kind == symValue && id.bound != nil {
			if old := s.lookup(id.name); old.kind == symValueTemplate {
				sym = old // an overload beside a template
			}
		}
		if s.nodes == p.nodes {
			s.members.set(p.nodes, id, sym)
		}
		if s.record && sym.kind == symValueTemplate {
			id.memberTemplate = true
		}
	}
	p.names.bind(p.nodes, id, sym)
}
