package interop

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// pyScan walks over the logical lines of a file as if it ran once from top to
// bottom, with every function entered where it is defined.
type pyScan struct {
	*pyFile
	given     map[string]any
	functions []pyFunction
	branches  []pyBranch
	launchAt  map[int]bool // brackets of calls with output_shapes

	creations, launches []pyCall
}

// pyFunction is a function that is being read.
type pyFunction struct {
	col, line int
	name      string
	values    map[string]any // outside
	assumed   map[string]bool
}

// pyBranch is an if whose branches are being read.
type pyBranch struct {
	col    int
	known  bool // whether the conditions so far are
	taken  bool // one of them held
	reason string
}

// scanPython collects the calls of metal_kernel and the launches of kernels.
func scanPython(text string, given map[string]any) (creations, launches []pyCall) {
	p := &pyFile{toks: lexPython(text), values: map[string]any{}, defaults: map[string]bool{}, taken: map[string]bool{}, aliases: map[string]string{}}
	maps.Copy(p.values, given)
	s := &pyScan{pyFile: p, given: given, launchAt: launchBrackets(p.toks)}
	for p.tok().kind != pyEnd {
		if p.tok().kind == pyLine {
			p.i++
			continue
		}
		s.line()
	}
	for i := range s.launches {
		s.launches[i].target = s.resolve(s.launches[i].target)
	}
	return s.creations, s.launches
}

// resolve follows names that stand for another one.
func (s *pyScan) resolve(name string) string {
	for range 8 {
		if slices.ContainsFunc(s.creations, func(c pyCall) bool { return c.target == name || c.function == name }) {
			return name
		}
		to, ok := s.aliases[name]
		if !ok {
			return name
		}
		name = to
	}
	return name
}

// launchBrackets finds the brackets of calls with output_shapes.
func launchBrackets(toks []pyToken) map[int]bool {
	at := map[int]bool{}
	for i, t := range toks {
		if t.kind != pyName || t.text != "output_shapes" {
			continue
		}
		depth := 0
		for j := i - 1; j > max(i-4000, 0); j-- {
			if toks[j].kind != pyPunct {
				continue
			}
			switch toks[j].text {
			case ")", "]", "}":
				depth++
			case "(", "[", "{":
				depth--
			}
			if depth < 0 {
				at[j] = true
				break
			}
		}
	}
	return at
}

// line reads one logical line.
func (s *pyScan) line() {
	t := s.tok()
	s.leave(t)
	switch {
	case t.kind == pyName && (t.text == "if" || t.text == "elif" || t.text == "else"):
		s.branch(t)
	case t.kind == pyName && t.text == "def" && s.toks[s.i+1].kind == pyName:
		s.define(t)
	default:
		s.statement()
	}
}

// leave ends the functions and branches that a line no longer belongs to.
func (s *pyScan) leave(t pyToken) {
	for n := len(s.functions); n > 0 && t.col <= s.functions[n-1].col; n-- {
		f := s.functions[n-1]
		s.values, s.defaults = f.values, f.assumed
		s.functions = s.functions[:n-1]
	}
	follows := t.text == "elif" || t.text == "else"
	for n := len(s.branches); n > 0 && (t.col < s.branches[n-1].col || t.col == s.branches[n-1].col && !follows); n-- {
		s.branches = s.branches[:n-1]
	}
}

// branch reads if, elif or else up to the colon, and skips a block that is not
// executed.
func (s *pyScan) branch(t pyToken) {
	b := pyBranch{col: t.col, known: true}
	if n := len(s.branches); t.text != "if" && n > 0 && s.branches[n-1].col == t.col {
		b = s.branches[n-1]
		s.branches = s.branches[:n-1]
	}
	s.i++
	holds := true
	if t.text != "else" {
		start := s.i
		v, known := truth(s.condition())
		if holds = v; !known || !s.is(":") {
			b.known, b.reason = false, s.text(start, s.i)
		}
	}
	for s.tok().kind != pyLine && s.tok().kind != pyEnd && !s.is(":") {
		s.i++
	}
	s.accept(":")
	run := !b.known || !b.taken && holds
	b.taken = b.taken || b.known && holds
	s.branches = append(s.branches, b)
	if run {
		return
	}
	for s.tok().kind != pyLine && s.tok().kind != pyEnd { // a block on the same line
		s.i++
	}
	for s.tok().kind != pyEnd && (s.tok().kind == pyLine || s.tok().col > t.col) {
		s.i++
	}
}

// define reads the head of a function. Parameters have the values that were
// given, or their defaults.
func (s *pyScan) define(t pyToken) {
	f := pyFunction{col: t.col, line: t.line, name: s.toks[s.i+1].text, values: s.values, assumed: s.defaults}
	s.functions = append(s.functions, f)
	s.values, s.defaults, s.taken = maps.Clone(s.values), map[string]bool{}, map[string]bool{}
	s.i += 2
	if !s.accept("(") {
		return
	}
	for !s.is(")") && s.tok().kind != pyEnd {
		before := s.i
		for s.is("*") {
			s.i++
		}
		param := s.tok().text
		s.i++
		if s.accept(":") {
			s.skip(s.i)
		}
		if at := slices.IndexFunc(s.toks[before:s.i], func(t pyToken) bool { return t.kind == pyPunct && t.text == "=" }); at > 0 {
			s.i = before + at // an annotation ran over the default
		}
		v := any(unknown{text: param})
		if s.accept("=") {
			if v = s.expr(); v == nil {
				v = unknown{text: param}
			} else if _, no := v.(unknown); !no {
				s.defaults[param] = true
			}
		}
		if _, ok := s.given[param]; ok {
			delete(s.defaults, param)
		} else {
			s.values[param] = v
		}
		if !s.accept(",") && s.i == before+1 && !s.is(")") {
			s.i++
		}
	}
	for s.tok().kind != pyLine && s.tok().kind != pyEnd && !s.is(":") {
		s.i++
	}
	s.accept(":")
}

// statement reads the rest of a line: an assignment, and the calls in it.
func (s *pyScan) statement() {
	target := s.assignment()
	for s.tok().kind != pyLine && s.tok().kind != pyEnd {
		t, next := s.tok(), s.toks[min(s.i+1, len(s.toks)-1)]
		switch {
		case t.kind == pyName && (t.text == "metal_kernel" || s.aliases[t.text] == "metal_kernel") && next.kind == pyPunct && next.text == "(":
			s.create(target)
			continue
		case s.launchAt[s.i]:
			callee := s.callee()
			l := s.call()
			l.target = callee
			s.launches = append(s.launches, l)
			continue
		case t.kind == pyName && t.text == "metal_kernel" && next.text == "as":
			s.aliases[s.toks[min(s.i+2, len(s.toks)-1)].text] = "metal_kernel"
		}
		s.i++
	}
}

// create reads a call of metal_kernel.
func (s *pyScan) create(target string) {
	line := s.tok().line
	s.i++
	c := s.call()
	c.line, c.target = line, target
	if n := len(s.functions); n > 0 {
		c.function = s.functions[n-1].name
	}
	for _, name := range slices.Sorted(maps.Keys(s.defaults)) {
		if text, ok := plain(s.values[name]); ok && s.taken[name] {
			c.assumed = append(c.assumed, name+" is "+text+", its default")
		}
	}
	s.creations = append(s.creations, c)
}

// callee is the name that is called at a bracket; for f(…)(…) it is f.
func (s *pyScan) callee() string {
	i := s.i - 1
	for i > 0 && s.toks[i].kind == pyPunct && s.toks[i].text == ")" {
		for depth := 0; i > 0; i-- {
			if t := s.toks[i]; t.kind == pyPunct && t.text == ")" {
				depth++
			} else if t.kind == pyPunct && t.text == "(" {
				depth--
			}
			if depth == 0 {
				i--
				break
			}
		}
	}
	if i >= 0 && s.toks[i].kind == pyName {
		return s.toks[i].text
	}
	return ""
}

// assignment keeps the value of NAME = …, NAME += … and NAME.append(…), and
// returns the name. Afterwards the reading goes on with the value, which may
// hold calls.
func (s *pyScan) assignment() string {
	if s.tok().kind != pyName {
		return ""
	}
	at := func(k int) pyToken { return s.toks[min(s.i+k, len(s.toks)-1)] }
	punct := func(k int, text string) bool { return at(k).kind == pyPunct && at(k).text == text }
	target, k := s.tok().text, 1
	for punct(k, ".") && at(k+1).kind == pyName {
		target, k = at(k+1).text, k+2
	}
	start := s.i
	defer func() { s.i = start + k }()
	switch {
	case target == "append" && k == 3 && punct(k, "("):
		name := s.tok().text
		s.i += k
		if c := s.call(); len(c.args) == 1 {
			s.set(name, arithmetic("+", s.values[name], list{c.args[0]}))
		}
		return ""
	case punct(k, "+") && punct(k+1, "=") && k == 1:
		s.i += 3
		s.set(target, arithmetic("+", s.values[target], s.expr()))
		return target
	case punct(k, ":") && k == 1: // an annotation
		for j := k + 1; at(j).kind != pyLine && at(j).kind != pyEnd; j++ {
			if punct(j, "=") {
				k = j
				break
			}
		}
	}
	if !punct(k, "=") || punct(k+1, "=") {
		return ""
	}
	s.i += k + 1
	if called := s.dotted(); called != "" && called != target {
		s.aliases[target] = called
	}
	s.set(target, s.expr())
	return target
}

// dotted is the last part of the name that comes next, if what follows calls it
// or is the end of the line.
func (s *pyScan) dotted() string {
	j := s.i
	for s.toks[j].kind == pyName && j+2 < len(s.toks) && s.toks[j+1].text == "." && s.toks[j+2].kind == pyName {
		j += 2
	}
	if next := s.toks[min(j+1, len(s.toks)-1)]; s.toks[j].kind == pyName && (next.text == "(" && s.toks[j].text != "metal_kernel" || next.kind == pyLine) {
		return s.toks[j].text
	}
	return ""
}

// set keeps a value, unless it was given or another branch that may be executed
// gives another one.
func (s *pyScan) set(name string, v any) {
	if _, ok := s.given[name]; ok {
		return
	}
	if old, ok := s.values[name]; ok && !reflect.DeepEqual(old, v) {
		if _, no := old.(unknown); !no {
			for _, b := range s.branches {
				if !b.known && old != nil {
					v = unknown{text: b.reason}
				}
			}
		}
	}
	delete(s.defaults, name)
	s.values[name] = v
}

// dedent takes off the indentation that all lines have.
func dedent(s string) string {
	lines := strings.Split(s, "\n")
	common := -1
	for _, l := range lines {
		if trimmed := strings.TrimLeft(l, " \t"); trimmed != "" {
			if n := len(l) - len(trimmed); common < 0 || n < common {
				common = n
			}
		}
	}
	for i, l := range lines {
		lines[i] = l[min(max(common, 0), len(l)):]
	}
	return strings.Join(lines, "\n")
}
