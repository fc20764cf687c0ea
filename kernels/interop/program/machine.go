package program

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// Bounds of the work.
const (
	maxFileBytes = 4 << 20
	maxSteps     = 2_000_000 // nodes evaluated for the module, and for a function that is entered
	maxAllSteps  = 10_000_000
	maxText      = 64 << 20 // bytes of strings made
	maxCalls     = 60       // depth
	maxModules   = 200
	maxBases     = 64
	maxRank      = 64
	maxOutputs   = 64
	maxListText  = 1 << 16 // bytes of a list that is written
	maxKernels   = 2000
)

// Reader gives a file's text, or the names in a folder, one a line and those of folders with a
// slash behind; ok is false if there is neither.
type Reader func(path string) (text string, ok bool)

// Kernel is one that the program makes.
type Kernel struct {
	Line     int // of the call in the file, or of the call that led there
	Args     map[string]any
	Launches []Launch
	Notes    []string // what was assumed, one phrase each
	// Unreached says that the call is not made, whatever is assumed: nothing else is known.
	Unreached bool
	quiet     bool // a module made it when it was imported: it counts once it is launched
}

// Launch is a call of a kernel.
type Launch struct {
	Args  map[string]any
	Notes []string
}

// Inputs are the arrays that a launch is given.
func (l *Launch) Inputs() ([]any, bool) {
	if l == nil {
		return nil, false
	}
	inputs, ok := l.Args["inputs"].(*List)
	if !ok {
		return nil, false
	}
	return inputs.Items, true
}

// Read finds the kernels that a file makes, in the order of their calls.
// Launches that belong to no kernel that is known come apart. What is found when
// the context ends is not all.
func Read(ctx context.Context, name, text string, given map[string]any, read Reader) (kernels []*Kernel, orphans []Launch) {
	if read == nil {
		read = func(string) (string, bool) { return "", false }
	}
	for _, options := range []bool{true, false} { // whose defaults may lead past all kernels
		m := &machine{ctx: ctx, read: read, options: options, most: maxSteps, given: given, modules: map[string]*module{}, satisfied: map[*stmt]bool{}, reached: map[*stmt]bool{}, axes: map[*stmt]map[string][]string{}, created: map[*expr]bool{}, called: map[*expr]bool{}}
		m.main = m.load(name, text)
		m.enterAll(m.main)
		slices.SortStableFunc(m.kernels, func(a, b *Kernel) int { return a.Line - b.Line })
		kernels, orphans = m.kernels, m.orphans
		if !m.optional || slices.ContainsFunc(kernels, func(k *Kernel) bool { return !k.Unreached }) {
			break
		}
	}
	return kernels, orphans
}

type machine struct {
	ctx     context.Context
	read    Reader
	given   map[string]any
	main    *module
	modules map[string]*module
	stack   []*frame

	options     bool // have their defaults
	optional    bool // there are options
	steps, most int
	made        int
	kernels     []*Kernel
	orphans     []Launch
	missed      bool                          // something that is known lacked a key or an attribute; see try
	reached     map[*stmt]bool                // whether a kernel seems to be made or launched in a body, by its first statement
	satisfied   map[*stmt]bool                // functions in which a kernel that is known was made or launched
	axes        map[*stmt]map[string][]string // names that functions give the axes of their parameters
	created     map[*expr]bool                // the calls that made a kernel, and whether the text of one is known
	called      map[*expr]bool                // the calls of functions that were made
	sought      sought
	declared    declared // by the other files of a Swift target; nil before they are looked through
}

type module struct {
	file  string
	body  []*stmt
	scope *scope
	funcs []*function // with their methods, in the order of definition
	later later
}

func (mod *module) swift() bool { return strings.HasSuffix(mod.file, ".swift") }

// frame is a function, class or module that is being executed.
type frame struct {
	module *module
	def    *stmt // of a function
	scope  *scope
	line   int
	notes  []string
	seeks  bool // kernels are made or launched in it
	result any
	yields []any // of a generator, which gives all at once
	quiet  bool  // kernels that a module makes when it is imported do not count
}

func (m *machine) top() *frame { return m.stack[len(m.stack)-1] }

// spend counts work; false says that there is too much of it. What alone is more
// than is left is not done, and leaves what follows its share.
func (m *machine) spend(steps, text int) bool {
	if m.steps+1 >= m.most || m.made >= maxText {
		return false
	}
	if m.steps&0xff == 0 && m.ctx.Err() != nil {
		m.made = maxText // nothing is evaluated any more
		return false
	}
	if m.steps++; steps > m.most-m.steps || text > maxText-m.made {
		return false
	}
	m.steps += max(steps-1, 0)
	m.made += text
	return true
}

// scan counts the work of looking through a text.
func (m *machine) scan(text string) bool { return m.spend(1+len(text)/64, 0) }

// load executes a module.
func (m *machine) load(file, text string) *module {
	mod := m.parse(file, text)
	m.stack = append(m.stack, &frame{module: mod, scope: mod.scope, quiet: len(m.stack) > 0, seeks: true})
	m.outline(mod.body)
	m.stack = m.stack[:len(m.stack)-1]
	return mod
}

// parse makes a module of which nothing is executed.
func (m *machine) parse(file, text string) *module {
	mod := &module{file: file}
	mod.scope = &scope{vars: map[string]any{"__file__": file, "__name__": "__main__"}, module: mod}
	if mod.swift() {
		for _, n := range []string{"mx", "DType", "MLX", "MLXFast", "MLXRandom"} {
			mod.scope.vars[n] = Symbol("mlx.core")
		}
		mod.scope.vars["MLXArray"] = Symbol("mlx.core.array")
		for _, bits := range []string{"8", "16", "32", "64"} {
			mod.scope.vars["Int"+bits], mod.scope.vars["UInt"+bits] = Symbol("numpy.int"+bits), Symbol("numpy.uint"+bits)
		}
		mod.scope.vars["Float16"], mod.scope.vars["Float32"] = Symbol("numpy.float16"), Symbol("numpy.float32")
	}
	if len(m.stack) > 0 {
		mod.scope.vars["__name__"] = file
	}
	maps.Copy(mod.scope.vars, m.given)
	m.modules[file] = mod
	if len(text) > maxFileBytes {
		return mod
	}
	mod.body = parse(m.ctx, file, strings.TrimPrefix(text, "\ufeff"))
	if mod.swift() {
		mod.later.index(mod.body)
	}
	return mod
}

// note adds what was assumed to all that a kernel made now depends on.
func (f *frame) note(text string) {
	if !slices.Contains(f.notes, text) {
		f.notes = append(f.notes, text)
	}
}

// satisfy notes that the functions that are being executed need not be entered.
func (m *machine) satisfy() {
	for _, f := range m.stack {
		m.satisfied[f.def] = true
	}
}

// notes are those of the functions that are being executed.
func (m *machine) notes() []string {
	var out []string
	for _, f := range m.stack {
		for _, n := range f.notes {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// line is the innermost one of the main file that is being executed.
func (m *machine) line() int {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if f := m.stack[i]; f.module.file == m.stack[0].module.file {
			return f.line
		}
	}
	return 0
}

type signal uint8

const (
	goOn signal = iota
	sigBreak
	sigContinue
	sigReturn
	sigRaise
)

// run executes statements.
func (m *machine) run(body []*stmt) signal {
	for _, s := range body {
		if !m.spend(1, 0) {
			return sigRaise
		}
		if sig := m.exec(s); sig != goOn {
			return sig
		}
	}
	return goOn
}

// outline executes the statements of a module or a class, none of which ends it: what raises may
// not do so where the program runs, and what returns stands in a property, whose head is not read.
func (m *machine) outline(body []*stmt) {
	for _, s := range body {
		if !m.spend(1, 0) {
			return
		}
		m.once(s)
	}
}

func (m *machine) exec(s *stmt) signal {
	f := m.top()
	f.line = s.line
	switch s.op {
	case stExpr:
		m.eval(s.x)
	case stAssign:
		if s.x == nil {
			m.declare(s)
			break
		}
		v := m.eval(s.x)
		for _, t := range s.targets {
			m.assign(t, v)
			m.assume(t, s.x)
		}
	case stUpdate:
		m.assign(s.targets[0], m.binary(s.text, m.eval(s.targets[0]), m.eval(s.x)))
	case stReturn:
		f.result = nil
		if s.x != nil {
			f.result = m.eval(s.x)
		}
		return sigReturn
	case stRaise:
		return sigRaise
	case stBreak:
		return sigBreak
	case stContinue:
		return sigContinue
	case stIf:
		return m.branch(s)
	case stFor:
		return m.loop(s)
	case stWhile:
		return m.while(s)
	case stWith:
		for i, x := range s.list {
			if v := m.eval(x); s.targets[i] != nil {
				m.assign(s.targets[i], v)
			}
		}
		return m.run(s.body)
	case stTry:
		return m.try(s)
	case stDef:
		m.define(s)
	case stClass:
		m.class(s)
	case stImport:
		m.imports(s)
	case stGlobal:
		for _, n := range s.names {
			if f.scope.outer == nil {
				f.scope.outer = map[string]bool{}
			}
			f.scope.outer[n.as] = true
		}
	}
	return goOn
}

// try executes what may fail, and its handler if it did: if a dictionary that is
// known lacks a key, as a cache does at first, or an object an attribute. Modules
// that are not beside the file may be missing, which matters where the handler
// makes a kernel instead.
func (m *machine) try(s *stmt) signal {
	before := m.missed
	m.missed = false
	sig := m.run(s.body)
	failed := sig == sigRaise || m.missed || sig == goOn && m.mayLack(s.body) && m.reaches(s.handler) && !m.reaches(s.body)
	m.missed = before
	switch {
	case failed && s.handler != nil && !m.leaves(s.handler, m.top().seeks):
		sig = m.run(s.handler)
	case failed && s.handler != nil:
		sig = goOn
	}
	if sig != goOn && sig != sigRaise {
		return sig
	}
	return m.run(s.orelse)
}

// mayLack reports whether a body imports a module that is not known.
func (m *machine) mayLack(body []*stmt) bool {
	return slices.ContainsFunc(body, func(s *stmt) bool {
		return s.op == stImport && slices.ContainsFunc(s.names, func(n importName) bool {
			v, ok := m.top().scope.vars[n.as].(Symbol)
			return ok && !strings.HasPrefix(string(v), "mlx.")
		})
	})
}

// declare notes an attribute of a dataclass.
func (m *machine) declare(s *stmt) {
	if c, ok := m.top().scope.vars["\x00class"].(*class); ok && s.targets[0].op == opName {
		c.attrs = append(c.attrs, param{name: s.targets[0].text, annotation: s.annotation})
	}
}

func (m *machine) define(s *stmt) {
	f := m.top()
	fn := &function{def: s, env: f.scope}
	for _, p := range s.params {
		var v any
		if p.initial != nil {
			v = m.eval(p.initial)
			if member, ok := v.(Symbol); ok && f.module.swift() { // .shared is one of the parameter's type
				if c, ok := m.eval(p.annotation).(*class); ok {
					v, _ = c.find(member.Last())
				}
			}
		}
		fn.initial = append(fn.initial, v)
	}
	f.module.funcs = append(f.module.funcs, fn)
	for i, d := range s.decorators {
		if d == "vjp" && s.list[i].op == opAttribute {
			if of, ok := m.eval(s.list[i].x).(*function); ok {
				of.vjp = fn
			}
		}
		if d == "vjp" || d == "jvp" || d == "vmap" || d == "setter" {
			return // of another function
		}
	}
	m.set(s.text, m.decorated(fn))
}

// decorated is a kernel where a decorator of the program makes one of the
// function, else the function.
func (m *machine) decorated(fn *function) any {
	for _, d := range fn.def.list {
		call := d
		if d.op == opCall {
			call = d.x
		}
		f, ok := m.eval(call).(*function)
		if !ok || f.def == nil || !f.def.creates {
			continue
		}
		if k, ok := m.invoke(m.eval(d), []arg{{value: fn}}).(*Kernel); ok {
			return k
		}
	}
	return fn
}

func (m *machine) loop(s *stmt) signal {
	v := m.eval(s.x)
	items, known := m.items(v)
	if !known {
		items = m.unpack(v, 1)
	}
	for _, item := range items {
		m.assign(s.targets[0], item)
		switch sig := m.run(s.body); sig {
		case sigBreak:
			return goOn
		case sigReturn, sigRaise:
			if !known && sig == sigRaise {
				continue
			}
			return sig
		}
	}
	return m.run(s.orelse)
}

func (m *machine) while(s *stmt) signal {
	for range 10_000 {
		t, known := truth(m.eval(s.x))
		if known && !t {
			return m.run(s.orelse)
		}
		switch sig := m.run(s.body); sig {
		case sigBreak:
			return goOn
		case sigReturn, sigRaise:
			return sig
		}
		if !known || !m.spend(1, 0) {
			return goOn
		}
	}
	return goOn
}
