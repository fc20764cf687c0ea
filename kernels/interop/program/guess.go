package program

import (
	"regexp"
	"slices"
	"strings"
)

// likely holds plausible values of parameters by what their names say; the
// first that fits counts. A pattern fits the whole name, or with * a part.
var likely = []struct {
	patterns string
	value    any
}{
	{"*dtype*", Symbol("mlx.core.float32")},
	{"*eps* *tol*", 1e-5},
	{"*theta* *freq_base*", 10000.0},
	{"*scale* alpha beta* gamma momentum *lr* *softcap* *cap* *limit* *factor* *_rate p *temp*", 1.0},
	{"has_* is_* use_* do_* with_* causal masked *_causal training transpose* inplace traditional *enabled", false},
	{"*group* gs", int64(64)},
	{"*bits*", int64(4)},
	{"b bs bsz bh *batch* repeat* n_repeat* *n_rep* *simdgroups* *_sg n_sg *warps* m_tile *stages", int64(2)},
	{"*kv_h* *kv_heads* hk hkv h_kv n_kv* *k_heads* *h_k", int64(2)},
	{"*heads* h hq hv *h_v *h_q nh n_h", int64(4)},
	{"*topk* *top_k* k_top kernel_size ksize conv_* *kernel_dim hc *n_shared", int64(4)},
	{"*experts* e n_e *block_t *bm *bn *bk *tile*", int64(8)},
	{"*seq* s l t q_len *length* len_* n_tokens *tokens* *rows* n_q", int64(16)},
	{"*offset* *index* *idx* start* pos* *layer* *version* *step seed", int64(0)},
	{"*block*", int64(32)},
}

// Guess is a plausible value of a parameter of this name: an int64, a float64, a
// bool or a type.
func Guess(name string) any {
	name = strings.ToLower(strings.Trim(name, "_"))
	for _, l := range likely {
		if slices.ContainsFunc(strings.Fields(l.patterns), func(p string) bool {
			inner := strings.Trim(p, "*")
			switch front, back := strings.HasPrefix(p, "*"), strings.HasSuffix(p, "*"); {
			case front && back:
				return strings.Contains(name, inner)
			case front:
				return strings.HasSuffix(name, inner)
			case back:
				return strings.HasPrefix(name, inner)
			}
			return name == p
		}) {
			return l.value
		}
	}
	return int64(64)
}

// scalarType is the type of the numbers of numpy or Swift that an annotation names.
var scalarType = regexp.MustCompile(`(?i)(?:^| )(u?int(?:8|16|32|64)|float(?:16|32))$`)

// parameter is the value that a parameter of an entered function has, if
// neither a caller nor a default tells.
func (m *machine) parameter(p param, def *stmt) any {
	annotation := ""
	walkExpr(p.annotation, func(e *expr) {
		annotation += " " + e.text
		if s, ok := e.value.(string); ok {
			annotation += " " + s
		}
	})
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(annotation, w) })
	}
	used := usesOf(p.name, def)
	v := Guess(p.name)
	switch {
	case p.star != "" || p.name == "":
		return Unknown{Text: p.name}
	case used.array || has("array", "Array", "Tensor") && !has("tuple", "Tuple", "list", "List", "Callable", "dict"):
		return &Array{Name: p.name, hints: used.axes}
	case has("Dtype", "DType"):
		return Symbol("mlx.core.float32")
	case p.annotation != nil && p.annotation.op == opList: // [Int] in Swift
		return Unknown{Text: p.name}
	case scalarType.MatchString(annotation):
		d := strings.ToLower(scalarType.FindStringSubmatch(annotation)[1])
		_, isFloat := v.(float64)
		switch _, isInt := v.(int64); {
		case strings.HasPrefix(d, "float") && !isFloat:
			v = 1.0
		case !strings.HasPrefix(d, "float") && !isInt:
			v = int64(64)
		}
		return typed(v, Symbol("mlx.core."+d))
	case has(" bool"):
		return false
	case has(" int"):
		if i, ok := v.(int64); ok {
			return i
		}
		return int64(64)
	case has(" float"):
		if f, ok := v.(float64); ok {
			return f
		}
		return 1.0
	case annotation != "" || used.opaque:
		return Unknown{Text: p.name}
	case used.input:
		return &Array{Name: p.name, hints: used.axes}
	}
	if axes, array := m.passedAsArray(p.name, def, map[passed]bool{}); array {
		return &Array{Name: p.name, hints: axes}
	}
	return v
}

// passed is a parameter of a function.
type passed struct {
	name string
	def  *stmt
}

// passedAsArray reports whether a function of the module to which another one passes
// its parameter on takes an array there, and what names it gives the axes.
func (m *machine) passedAsArray(name string, def *stmt, seen map[passed]bool) (axes []string, array bool) {
	if len(m.stack) == 0 || seen[passed{name, def}] || !m.spend(len(seen), 0) {
		return nil, false
	}
	seen[passed{name, def}] = true
	funcs := m.top().module.funcs
	walk(def.body, func(*stmt) {}, func(e *expr) {
		if array || e.op != opCall {
			return
		}
		self := 0
		switch f := e.x; {
		case f.op == opName:
		case f.op == opAttribute && f.x.op == opName && f.x.text == "self":
			self = 1
		default:
			return
		}
		at := slices.IndexFunc(funcs, func(f *function) bool { return f.def.text == e.x.text && f.def != def })
		if at < 0 {
			return
		}
		callee := funcs[at].def
		for i, a := range e.args {
			k := i + self
			if a.name != "" {
				k = slices.IndexFunc(callee.params, func(p param) bool { return p.name == a.name })
			}
			if a.x == nil || a.x.op != opName || a.x.text != name || k < 0 || k >= len(callee.params) || array {
				continue
			}
			used := usesOf(callee.params[k].name, callee)
			if axes, array = used.axes, used.array || used.input; !array && !used.opaque {
				axes, array = m.passedAsArray(callee.params[k].name, callee, seen)
			}
		}
	})
	return axes, array
}

// hint gives the axes of arrays of which no caller asked the shape the names that a function
// gives them.
func (m *machine) hint(s *scope, def *stmt) {
	if def == nil {
		return
	}
	for _, p := range def.params {
		a, ok := s.vars[p.name].(*Array)
		if !ok || a.Shape != nil || a.hints != nil {
			continue
		}
		axes, known := m.axes[def][p.name]
		if !known {
			if m.axes[def] == nil {
				m.axes[def] = map[string][]string{}
			}
			axes = usesOf(p.name, def).axes
			m.axes[def][p.name] = axes
		}
		a.hints = axes
	}
}

// uses says what a function does with a parameter.
type uses struct {
	array  bool     // its shape or type is asked for
	input  bool     // it is an input of a launch
	opaque bool     // it is called, or has other attributes or subscripts
	axes   []string // names that its axes are given
}

func usesOf(name string, def *stmt) uses {
	var u uses
	is := func(e *expr) bool { return e != nil && e.op == opName && e.text == name }
	axis := func(i int, hint string) {
		for len(u.axes) <= i && i < len(usual) {
			u.axes = append(u.axes, "")
		}
		if i >= 0 && i < len(u.axes) && u.axes[i] == "" {
			u.axes[i] = hint
		}
	}
	// shape is whether e is name.shape.
	shape := func(e *expr) bool { return e != nil && e.op == opAttribute && e.text == "shape" && is(e.x) }
	// position is the axis whose length e is: name.shape[i], in Swift name.dim(i).
	position := func(e *expr) (int, bool) {
		var i *expr
		switch {
		case e == nil:
		case e.op == opIndex && shape(e.x):
			i = e.y
		case e.op == opCall && e.x.op == opAttribute && e.x.text == "dim" && is(e.x.x) && len(e.args) == 1:
			i = e.args[0].x
		}
		if i == nil || i.op != opLiteral {
			return 0, false
		}
		n, ok := i.value.(int64)
		return int(min(n, 100)), ok
	}
	walk(def.body, func(s *stmt) {
		if s.op != stAssign || len(s.targets) == 0 {
			return
		}
		target := s.targets[0]
		if x := s.x; x != nil && x.op == opIndex && shape(x.x) && x.y != nil && x.y.op == opSlice && x.y.y == nil && x.y.x != nil { // name.shape[2:]
			if i, ok := x.y.x.value.(int64); ok && i >= 0 && i < int64(len(usual)) && (target.op == opTuple || target.op == opList) {
				for k, t := range target.list {
					axis(int(i)+k, t.text)
				}
			}
		}
		if shape(s.x) && (target.op == opTuple || target.op == opList) {
			for i, t := range target.list {
				axis(i, t.text)
			}
		}
		values, names := []*expr{s.x}, []*expr{target}
		if x := s.x; x != nil && x.op == opTuple && len(x.list) == len(target.list) {
			values, names = x.list, target.list
		}
		for k, x := range values {
			if i, ok := position(x); ok && names[k].op == opName {
				axis(i, names[k].text)
			}
		}
	}, func(e *expr) {
		switch {
		case e.op == opAttribute && is(e.x):
			switch e.text {
			case "shape", "dtype", "size", "ndim", "astype", "reshape", "flatten", "transpose", "T", "nbytes", "view", "dim":
				u.array = true
			default:
				u.opaque = true
			}
		case e.op == opCall && is(e.x), e.op == opIndex && is(e.x):
			u.opaque = true
		case e.op == opCall:
			for _, a := range e.args {
				if a.name == "inputs" && a.x != nil && slices.ContainsFunc(a.x.list, is) {
					u.input = true
				}
			}
		}
		if i, ok := position(e); ok {
			axis(i, "")
		}
	})
	return u
}
