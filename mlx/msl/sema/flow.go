package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// watched is what the checker notes of a body that declares variables without
// a value, for the flow to be read afterwards.
type watched struct {
	vars  []unset
	read  map[diag.Pos]bool  // expressions whose object was loaded
	known map[diag.Span]bool // conditions that are constant
}

func newWatched(vars ...unset) *watched {
	return &watched{vars, map[diag.Pos]bool{}, map[diag.Span]bool{}}
}

// unset is a variable that is declared without a value.
type unset struct {
	decl *syntax.VarDecl
	typ  *Type
}

// flowGraph is the control flow of a body, as far as it concerns the variables that
// are watched: basic blocks, in the order of the text.
type flowGraph struct {
	*watched
	blocks    []flowBlock
	at        int // block that is being filled
	names     []flowName
	brk, cont int // blocks that break and continue lead to
	selector  int // block that chooses among the cases
	defaulted bool
}

// flowName is a name in scope: of a watched variable, or of something else.
type flowName struct {
	name string
	v    int // -1 for something else
}

type flowBlock struct {
	events []flowEvent
	succs  []flowEdge
	preds  []int
}

// flowEdge leads to a block; what says when it is taken.
type flowEdge struct {
	to   int
	what string // "'if' condition is true"
	span diag.Span
}

// flowEvent is what happens to a variable.
type flowEvent struct {
	v    int
	kind flowKind
	span diag.Span
}

type flowKind uint8

const (
	declares flowKind = iota // without a value
	assigns                  // or may, by a reference or a pointer
	reads
)

// flowOf reads the flow of a body.
func flowOf(w *watched, body *syntax.BlockStmt) *flowGraph {
	f := &flowGraph{watched: w, blocks: make([]flowBlock, 1), brk: -1, cont: -1, selector: -1}
	f.stmt(body)
	return f
}

func (f *flowGraph) block() int {
	f.blocks = append(f.blocks, flowBlock{})
	return len(f.blocks) - 1
}

func (f *flowGraph) edge(from, to int, what string, span diag.Span) {
	f.blocks[from].succs = append(f.blocks[from].succs, flowEdge{to, what, span})
	f.blocks[to].preds = append(f.blocks[to].preds, from)
}

// enter goes on in a block that the present one leads to.
func (f *flowGraph) enter(b int) {
	f.edge(f.at, b, "", diag.Span{})
	f.at = b
}

// jump leaves for a block; what follows is not reached from here.
func (f *flowGraph) jump(to int) {
	if to >= 0 {
		f.edge(f.at, to, "", diag.Span{})
	}
	f.at = f.block()
}

func (f *flowGraph) event(v int, kind flowKind, span diag.Span) {
	b := &f.blocks[f.at]
	b.events = append(b.events, flowEvent{v, kind, span})
}

func (f *flowGraph) lookup(name string) int {
	for i := len(f.names) - 1; i >= 0; i-- {
		if f.names[i].name == name {
			return f.names[i].v
		}
	}
	return -1
}

// scope restores the names that were visible before.
func (f *flowGraph) scope() (restore func()) {
	n := len(f.names)
	return func() { f.names = f.names[:n] }
}

func (f *flowGraph) declare(d *syntax.VarDecl) {
	if d == nil {
		return
	}
	f.expr(d.Init)
	for i := range f.vars {
		if f.vars[i].decl == d {
			f.event(i, declares, d.NamePos.Span())
			f.names = append(f.names, flowName{d.Name.Ident, i})
			return
		}
	}
	f.names = append(f.names, flowName{d.Name.Ident, -1})
}

func (f *flowGraph) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.BlockStmt:
		defer f.scope()()
		for _, x := range s.Stmts {
			f.stmt(x)
		}
	case *syntax.DeclStmt:
		for _, d := range s.Decls {
			switch d := d.(type) {
			case *syntax.VarDecl:
				f.declare(d)
			case *syntax.BindingDecl:
				f.declare(d.Var)
				f.shadow(d.Names)
			}
		}
	case *syntax.ExprStmt:
		f.expr(s.X)
	case *syntax.IfStmt:
		f.ifStmt(s)
	case *syntax.ForStmt:
		defer f.scope()()
		f.stmt(s.Init)
		f.loop("for", s.Cond, s.CondDecl, s.Post, s.Body)
	case *syntax.WhileStmt:
		defer f.scope()()
		f.loop("while", s.Cond, s.CondDecl, nil, s.Body)
	case *syntax.RangeForStmt:
		defer f.scope()()
		f.expr(s.X)
		head, body, end := f.block(), f.block(), f.block()
		f.enter(head)
		f.edge(head, body, "", diag.Span{})
		f.edge(head, end, "", diag.Span{})
		f.at = body
		f.declare(s.Var)
		f.shadow(s.Names)
		f.inLoop(s.Body, end, head)
		f.edge(f.at, head, "", diag.Span{})
		f.at = end
	case *syntax.DoStmt:
		body, test, end := f.block(), f.block(), f.block()
		f.enter(body)
		f.inLoop(s.Body, end, test)
		f.enter(test)
		f.cond(s.Cond, body, end, "'do' loop condition is true", "'do' loop exits because its condition is false")
		f.at = end
	case *syntax.SwitchStmt:
		f.switchStmt(s)
	case *syntax.CaseStmt:
		f.caseStmt(s)
	case *syntax.BreakStmt:
		f.jump(f.brk)
	case *syntax.ContinueStmt:
		f.jump(f.cont)
	case *syntax.ReturnStmt:
		f.expr(s.X)
		f.jump(-1)
	}
}

func (f *flowGraph) shadow(names []syntax.Binding) {
	for _, n := range names {
		f.names = append(f.names, flowName{n.Name, -1})
	}
}

func (f *flowGraph) ifStmt(s *syntax.IfStmt) {
	defer f.scope()()
	f.stmt(s.Init)
	then, end := f.block(), f.block()
	els := end
	if s.Else != nil {
		els = f.block()
	}
	if s.CondDecl != nil {
		f.declare(s.CondDecl)
		f.branch(s.CondDecl.Span(), then, els, "'if' condition is true", "'if' condition is false")
	} else {
		f.cond(s.Cond, then, els, "'if' condition is true", "'if' condition is false")
	}
	arm := func(at int, body syntax.Stmt) {
		defer f.scope()()
		f.at = at
		f.stmt(body)
		f.edge(f.at, end, "", diag.Span{})
	}
	arm(then, s.Then)
	if s.Else != nil {
		arm(els, s.Else)
	}
	f.at = end
}

func (f *flowGraph) loop(word string, cond syntax.Expr, decl *syntax.VarDecl, post syntax.Expr, body syntax.Stmt) {
	head, first, next, end := f.block(), f.block(), f.block(), f.block()
	f.enter(head)
	entered, left := "'"+word+"' loop is entered", "'"+word+"' loop exits because its condition is false"
	switch {
	case decl != nil:
		f.declare(decl)
		f.branch(decl.Span(), first, end, entered, left)
	case cond != nil:
		f.cond(cond, first, end, entered, left)
	default:
		f.edge(head, first, "", diag.Span{})
	}
	f.at = first
	f.inLoop(body, end, next)
	f.enter(next)
	f.expr(post)
	f.edge(f.at, head, "", diag.Span{})
	f.at = end
}

func (f *flowGraph) inLoop(body syntax.Stmt, brk, cont int) {
	defer f.scope()()
	b, c := f.brk, f.cont
	f.brk, f.cont = brk, cont
	f.stmt(body)
	f.brk, f.cont = b, c
}

func (f *flowGraph) switchStmt(s *syntax.SwitchStmt) {
	defer f.scope()()
	f.stmt(s.Init)
	over := s.Span()
	if s.XDecl != nil {
		f.declare(s.XDecl)
	} else {
		f.expr(s.X)
		over = s.X.Span()
	}
	if f.known[over] {
		f.mayAssign(s.Body) // one case is taken, and which is not asked
	}
	brk, selector, defaulted := f.brk, f.selector, f.defaulted
	end := f.block()
	f.brk, f.selector, f.defaulted = end, f.at, false
	f.at = f.block()
	f.stmt(s.Body)
	f.edge(f.at, end, "", diag.Span{})
	if !f.defaulted {
		f.edge(f.selector, end, "", diag.Span{})
	}
	f.brk, f.selector, f.defaulted = brk, selector, defaulted
	f.at = end
}

func (f *flowGraph) caseStmt(s *syntax.CaseStmt) {
	if f.selector < 0 {
		return
	}
	what, at := "switch default is taken", s.Label()
	if s.Value == nil {
		f.defaulted = true
	} else {
		what, at = "switch case is taken", s.Value.Span()
	}
	b := f.block()
	f.edge(f.selector, b, what, at)
	f.enter(b)
	f.stmt(s.Body)
}

// cond evaluates a condition and leads to one of two blocks.
func (f *flowGraph) cond(e syntax.Expr, yes, no int, isTrue, isFalse string) {
	switch x := e.(type) {
	case *syntax.ParenExpr:
		f.cond(x.X, yes, no, isTrue, isFalse)
		return
	case *syntax.UnaryExpr:
		if x.Op == syntax.Not {
			f.cond(x.X, no, yes, isFalse, isTrue)
			return
		}
	case *syntax.BinaryExpr:
		if x.Op != syntax.AndAnd && x.Op != syntax.OrOr {
			break
		}
		second := f.block()
		whenTrue, whenFalse := "'"+x.Op.String()+"' condition is true", "'"+x.Op.String()+"' condition is false"
		if x.Op == syntax.AndAnd {
			f.cond(x.X, second, no, whenTrue, whenFalse)
		} else {
			f.cond(x.X, yes, second, whenTrue, whenFalse)
		}
		f.at = second
		f.cond(x.Y, yes, no, isTrue, isFalse)
		return
	}
	f.expr(e)
	if e != nil {
		f.branch(e.Span(), yes, no, isTrue, isFalse)
	}
}

// branch leads to one of two blocks, or to the one that a constant chooses.
func (f *flowGraph) branch(cond diag.Span, yes, no int, isTrue, isFalse string) {
	value, constant := f.known[cond]
	if !constant || value {
		f.edge(f.at, yes, isTrue, cond)
	}
	if !constant || !value {
		f.edge(f.at, no, isFalse, cond)
	}
}

// expr reads an expression in the order of its evaluation.
func (f *flowGraph) expr(e syntax.Expr) {
	if e != nil {
		f.part(e, e.Span().Start)
	}
}

func (f *flowGraph) exprs(list []syntax.Expr) {
	for _, e := range list {
		f.expr(e)
	}
}

// part reads an expression that an access is noted at a place for.
func (f *flowGraph) part(e syntax.Expr, at diag.Pos) {
	switch e := e.(type) {
	case *syntax.IdentExpr:
		if v := f.lookup(e.Name.Ident); v >= 0 && e.Name.Of == nil {
			kind := assigns
			if f.read[at] || f.read[e.Own] {
				kind = reads
			}
			f.event(v, kind, e.OwnSpan())
		}
	case *syntax.ParenExpr:
		f.part(e.X, at)
	case *syntax.MemberExpr:
		f.part(e.X, at)
	case *syntax.IndexExpr:
		f.expr(e.Index)
		f.part(e.X, at)
	case *syntax.UnaryExpr:
		f.expr(e.X)
	case *syntax.PostfixExpr:
		f.expr(e.X)
	case *syntax.BinaryExpr:
		f.binary(e)
	case *syntax.CondExpr:
		f.conditional(e)
	case *syntax.DestroyExpr:
		f.expr(e.X)
	case *syntax.CallExpr:
		f.expr(e.Fun)
		f.exprs(e.Args)
	case *syntax.ConstructExpr:
		f.exprs(e.Args)
	case *syntax.CastExpr:
		f.expr(e.X)
	case *syntax.InitList:
		for _, it := range e.Items {
			f.expr(it.X)
		}
	case *syntax.ParenList:
		f.exprs(e.Args)
	case *syntax.PackExpr:
		f.expr(e.X)
	case *syntax.FoldExpr:
		f.expr(e.Left)
		f.expr(e.Right)
	case *syntax.StmtExpr:
		f.stmt(e.Body)
	case *syntax.LambdaExpr:
		f.mayAssign(e)
		for _, c := range e.Captures {
			f.expr(c.Init)
			f.assigns(c.Name, c.Span())
		}
	}
}

// assigns notes that a variable may have been given a value.
func (f *flowGraph) assigns(name string, at diag.Span) {
	if v := f.lookup(name); v >= 0 {
		f.event(v, assigns, at)
	}
}

// mayAssign notes that for every variable that is named somewhere.
func (f *flowGraph) mayAssign(n syntax.Node) {
	syntax.Inspect(n, func(n syntax.Node) {
		if x, ok := n.(*syntax.IdentExpr); ok {
			f.assigns(x.Name.Ident, x.OwnSpan())
		}
	})
}

func (f *flowGraph) binary(e *syntax.BinaryExpr) {
	switch {
	case e.Op == syntax.AndAnd || e.Op == syntax.OrOr:
		end := f.block()
		f.cond(e, end, end, "", "")
		f.at = end
	case isAssignment(e.Op):
		f.expr(e.Y)
		f.expr(e.X)
	default:
		f.expr(e.X)
		f.expr(e.Y)
	}
}

func (f *flowGraph) conditional(e *syntax.CondExpr) {
	yes, no, end := f.block(), f.block(), f.block()
	f.cond(e.Cond, yes, no, "'?:' condition is true", "'?:' condition is false")
	f.at = yes
	f.expr(e.X)
	f.edge(f.at, end, "", diag.Span{})
	f.at = no
	f.expr(e.Y)
	f.edge(f.at, end, "", diag.Span{})
	f.at = end
}
