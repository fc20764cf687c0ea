package program

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Values are string, int64, float64, bool, nil, and the types below.

// List is a list or a tuple.
type List struct {
	Items []any
	tuple bool
}

// Symbol is a dotted name of a library, such as mlx.core.float32.
type Symbol string

// Last is the part behind the last dot.
func (s Symbol) Last() string { return string(s[strings.LastIndexByte(string(s), '.')+1:]) }

// Unknown is a value that cannot be told without running the program.
type Unknown struct {
	Text   string // what it was computed from
	Partly string // of a string: what is known of it
}

func (u Unknown) Error() string {
	return fmt.Sprintf("%s is not known without running the file", u.Text)
}

type ellipsis struct{}

type dict struct {
	keys   []any
	values map[any]any
}

type function struct {
	def     *stmt // name, parameters and body
	lambda  *expr
	env     *scope
	self    any // of a bound method
	initial []any
	vjp     *function // the derivative of a custom_function
}

type class struct {
	name  string
	scope *scope
	order []*class // where names are looked up: the class itself and those that it inherits from
	attrs []param  // annotated, as of a dataclass

	members []any // of an enumeration
}

type object struct {
	class   *class
	attrs   map[string]any
	guesses map[string][]string // what was assumed of attributes
}

// linearize fills the order of a class as Python does for diamonds: what several
// bases inherit from comes behind all of them.
func (c *class) linearize(bases []*class) {
	for _, b := range slices.Backward(bases) {
		for _, o := range slices.Backward(b.order) {
			if !slices.Contains(c.order, o) && len(c.order) < maxBases {
				c.order = append(c.order, o)
			}
		}
	}
	c.order = append(c.order, c)
	slices.Reverse(c.order)
}

// behind are the classes in the order of c that follow the one with a method.
func (c *class) behind(def *stmt) []*class {
	for i, o := range c.order {
		if f, ok := o.scope.vars[def.text].(*function); ok && f.def == def {
			return c.order[i+1:]
		}
	}
	return nil
}

// super is an object seen as one of what a class inherits from.
type super struct {
	self   *object
	behind []*class
}

// method is a method of a built-in value.
type method struct {
	self any
	name string
}

// partial is functools.partial.
type partial struct {
	f    any
	args []arg
}

type arg struct {
	name  string
	value any
}

// path is a pathlib.Path; file is an open one; template is a string.Template.
type (
	path     string
	file     string
	template string
)

// rangeOf is a range.
type rangeOf struct{ from, to, step int64 }

// scope holds the names of a module, a class or a call.
type scope struct {
	vars    map[string]any
	parent  *scope // for what is not in vars
	outer   map[string]bool
	module  *module
	guesses map[string]string // what was assumed of a parameter
}

// around is the scope that functions defined in s see: methods do not see the
// names of their class in Python, and do in Swift.
func (s *scope) around() *scope {
	for s.vars["\x00class"] != nil && s.parent != nil && !s.module.swift() {
		s = s.parent
	}
	return s
}

func (s *scope) find(name string) (*scope, bool) {
	for ; s != nil; s = s.parent {
		if _, ok := s.vars[name]; ok {
			return s, true
		}
	}
	return nil, false
}

func newDict() *dict { return &dict{values: map[any]any{}} }

// key makes a key of a value; ok is false if it is not one.
func key(v any) (any, bool) {
	switch v := Plain(v).(type) {
	case Symbol:
		return v.known(), true
	case string, int64, float64, bool, nil, *object:
		return v, true
	case *List:
		s, ok := appendList(nil, v, 0, 1<<10)
		return "\x00" + string(s), ok
	}
	return nil, false
}

func (d *dict) get(k any) (any, bool) {
	k, ok := key(k)
	if !ok {
		return nil, false
	}
	v, ok := d.values[k]
	return v, ok
}

func (d *dict) set(k, v any) {
	id, ok := key(k)
	if !ok {
		return
	}
	if _, old := d.values[id]; !old {
		d.keys = append(d.keys, k)
	}
	d.values[id] = v
}

// truth is what a value counts as in a condition.
func truth(v any) (value, known bool) {
	switch v := Plain(v).(type) {
	case bool:
		return v, true
	case int64:
		return v != 0, true
	case float64:
		return v != 0, true
	case string:
		return v != "", true
	case *List:
		return len(v.Items) > 0, true
	case *dict:
		return len(v.keys) > 0, true
	case nil:
		return false, true
	case Unknown, *Array:
		return false, false
	}
	return true, true
}

// str is a value as str() gives it.
func str(v any) (string, bool) {
	if a, ok := v.(*Array); ok && a.DType.Last() == "uint64" {
		if n, ok := a.number.(int64); ok {
			return strconv.FormatUint(uint64(n), 10), true
		}
	}
	switch v := Plain(v).(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return floatText(v), true
	case bool:
		if v {
			return "True", true
		}
		return "False", true
	case nil:
		return "None", true
	case Symbol: // what a name of another module holds, a number say, its file alone tells
		switch first, _, _ := strings.Cut(string(v), "."); first {
		case "mlx", "numpy", "torch", "builtins":
			return string(v.known()), true
		}
		return "", false
	case path:
		return string(v), true
	case *List:
		s, ok := appendList(nil, v, 0, maxListText)
		return string(s), ok
	}
	return "", false
}

// appendList writes a list of at most so many bytes. Lists may contain themselves.
func appendList(to []byte, l *List, depth, most int) ([]byte, bool) {
	ends := "[]"
	if l.tuple {
		ends = "()"
	}
	to = append(to, ends[0])
	for i, item := range l.Items {
		if i > 0 {
			to = append(to, ", "...)
		}
		ok := len(to) < most && depth < maxNesting
		if inner, nested := item.(*List); nested && ok {
			to, ok = appendList(to, inner, depth+1, most)
		} else if ok {
			var s string
			s, ok = repr(item)
			to = append(to, s...)
		}
		if !ok {
			return nil, false
		}
	}
	if l.tuple && len(l.Items) == 1 {
		to = append(to, ',')
	}
	return append(to, ends[1]), true
}

func repr(v any) (string, bool) {
	if s, ok := v.(string); ok {
		return "'" + s + "'", true
	}
	return str(v)
}

func floatText(f float64) string {
	s := strconv.FormatFloat(f, 'g', 17, 64)
	if short := strconv.FormatFloat(f, 'g', -1, 64); len(short) < len(s) {
		s = short
	}
	if f == float64(int64(f)) && f < 1e16 && f > -1e16 {
		s = strconv.FormatFloat(f, 'f', 1, 64)
	} else if a := max(f, -f); a >= 1e-4 && a < 1e16 {
		s = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return s
}

// unknownOf is the first unknown value among some.
func unknownOf(values ...any) (Unknown, bool) {
	for _, v := range values {
		switch v := Plain(v).(type) {
		case Unknown:
			return v, true
		case *Array:
			return Unknown{Text: v.label()}, true
		}
	}
	return Unknown{}, false
}
