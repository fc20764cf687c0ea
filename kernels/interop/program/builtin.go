package program

import (
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// builtins are the functions of Python that are known.
var builtins = map[string]bool{"str": true, "int": true, "float": true, "bool": true, "len": true, "range": true, "enumerate": true, "zip": true, "list": true, "tuple": true, "dict": true, "set": true, "sorted": true, "reversed": true,
	"min": true, "max": true, "sum": true, "abs": true, "round": true, "any": true, "all": true, "open": true, "repr": true, "isinstance": true, "hasattr": true, "getattr": true, "map": true, "print": true, "chr": true, "divmod": true, "pow": true, "callable": true,
	"type": true, "object": true, "Exception": true, "ValueError": true, "super": true, "id": true, "hash": true, "staticmethod": true, "property": true}

// builtin calls a function of a library.
func (m *machine) builtin(f Symbol, args []arg, e *expr) any {
	unknown := Unknown{Text: source(e)}
	var values []any // of the positional arguments
	for _, a := range args {
		if s, ok := a.value.(shapeOf); ok {
			a.value = s.a.shape()
		}
		if a.name == "" {
			values = append(values, a.value)
		}
	}
	one := func() any {
		if len(values) == 0 {
			return nil
		}
		return values[0]
	}
	name := string(f)
	if short, ok := strings.CutPrefix(name, "builtins."); ok {
		return m.python(short, values, args, unknown)
	}
	switch name {
	case "functools.partial":
		if len(args) > 0 {
			return partial{args[0].value, args[1:]}
		}
	case "textwrap.dedent", "inspect.cleandoc":
		if s, ok := one().(string); ok && m.spend(1+strings.Count(s, "\n"), len(s)) {
			return Dedent(s)
		}
	case "textwrap.indent":
		if len(values) != 2 {
			break
		}
		text, ok := values[0].(string)
		if prefix, is := values[1].(string); ok && is && m.spend(1+strings.Count(text, "\n"), len(text)+(1+strings.Count(text, "\n"))*len(prefix)) {
			lines := strings.SplitAfter(text, "\n")
			for i, l := range lines {
				if strings.TrimSpace(l) != "" {
					lines[i] = prefix + l
				}
			}
			return strings.Join(lines, "")
		}
	case "string.Template":
		if s, ok := one().(string); ok {
			return template(s)
		}
	case "pathlib.Path", "pathlib.PurePath", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath":
		if s, ok := str(one()); ok && len(values) > 0 {
			for _, v := range values[1:] {
				next, ok := str(v)
				if !ok {
					return unknown
				}
				s = filepath.Join(s, next)
			}
			if strings.HasPrefix(name, "os.") {
				return s
			}
			return path(s)
		}
	case "os.path.dirname":
		if s, ok := str(one()); ok {
			return directory(s)
		}
	case "os.path.join":
		parts := make([]string, len(values))
		for i, v := range values {
			s, ok := str(v)
			if !ok {
				return unknown
			}
			parts[i] = s
		}
		return filepath.Join(parts...)
	case "os.getenv", "os.environ.get":
		if len(values) > 1 {
			return values[1]
		}
		return nil
	case "os.path.exists", "os.path.isfile":
		s, _ := str(one())
		_, ok := m.read(s)
		return ok
	case "importlib.resources.files":
		return path(directory(m.top().module.file))
	case "re.sub":
		if pattern, ok := one().(string); ok && len(values) == 3 {
			to, ok1 := values[1].(string)
			in, ok2 := values[2].(string)
			if !m.spend(len(pattern), 0) {
				break
			}
			re, err := regexp.Compile(pattern)
			if ok1 && ok2 && err == nil && !strings.ContainsAny(to, `\\$`) && m.spend(len(in), len(in)*(1+len(to))) {
				return re.ReplaceAllString(in, to)
			}
		}
	case "math.prod", "numpy.prod":
		if l, ok := one().(*List); ok && len(values) == 1 {
			out := any(int64(1))
			for _, item := range l.Items {
				out = m.binary("*", out, item)
			}
			return out
		}
	case "itertools.product":
		return m.product(args, unknown)
	case "typing.cast":
		if len(values) == 2 {
			return values[1]
		}
	case "collections.OrderedDict", "collections.defaultdict":
		return newDict()
	case "dataclasses.field":
		for _, a := range args {
			if a.name == "default" {
				return a.value
			}
		}
	}
	if u, ok := one().(Unknown); ok && len(values) == 1 {
		unknown.Text = u.Text
	}
	if rest, ok := strings.CutPrefix(name, "math."); ok {
		return mathOf(rest, values, unknown)
	}
	if strings.HasPrefix(name, "mlx.") || strings.HasPrefix(name, "numpy.") {
		return m.arrayFunction(f.Last(), args, values, unknown)
	}
	return unknown
}

func mathOf(name string, values []any, unknown Unknown) any {
	xs := make([]float64, 2)
	for i, v := range values {
		f, ok := float(v)
		if !ok || i > 1 {
			return unknown
		}
		xs[i] = f
	}
	switch name {
	case "ceil":
		return int64(math.Ceil(xs[0]))
	case "floor":
		return int64(math.Floor(xs[0]))
	case "sqrt":
		return math.Sqrt(xs[0])
	case "log2":
		return math.Log2(xs[0])
	case "log":
		if len(values) == 2 {
			return math.Log(xs[0]) / math.Log(xs[1])
		}
		return math.Log(xs[0])
	case "exp":
		return math.Exp(xs[0])
	case "pow":
		return math.Pow(xs[0], xs[1])
	}
	return unknown
}

// python calls a function of Python's own.
func (m *machine) python(name string, values []any, args []arg, unknown Unknown) any {
	var x any
	if len(values) > 0 {
		x = values[0]
	}
	if u, ok := x.(Unknown); ok && name != "isinstance" && name != "hasattr" && name != "getattr" {
		if name == "int" || name == "float" || name == "str" {
			return u
		}
		return Unknown{Text: unknown.Text}
	}
	switch name {
	case "str":
		if s, ok := str(x); ok && len(values) > 0 && m.scan(s) {
			return s
		}
	case "repr":
		if s, ok := repr(x); ok && m.scan(s) {
			return s
		}
	case "int":
		switch v := x.(type) {
		case string:
			if i, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
				return i
			}
		case *Array:
			return Unknown{Text: v.label()}
		}
		if f, ok := float(x); ok {
			if i, ok := x.(int64); ok {
				return i
			}
			return int64(f)
		}
	case "float":
		if f, ok := float(x); ok {
			return f
		}
		if s, ok := x.(string); ok {
			if f, err := strconv.ParseFloat(s, 64); err == nil {
				return f
			}
		}
	case "bool":
		if t, known := truth(x); known {
			return t
		}
	case "len":
		switch v := x.(type) {
		case string:
			return int64(len(v))
		case *Array:
			v.rank(2)
			if len(v.Shape) > 0 {
				return v.Shape[0]
			}
		}
		if items, ok := m.items(x); ok {
			return int64(len(items))
		}
	case "range":
		r := rangeOf{0, 0, 1}
		ints := make([]int64, len(values))
		for i, v := range values {
			n, ok := v.(int64)
			if !ok {
				return unknown
			}
			ints[i] = n
		}
		switch len(ints) {
		case 1:
			r.to = ints[0]
		case 2:
			r.from, r.to = ints[0], ints[1]
		case 3:
			r = rangeOf{ints[0], ints[1], ints[2]}
		}
		return r
	case "enumerate", "list", "tuple", "set", "sorted", "reversed", "zip", "map":
		from, _ := named(args)["start"].(int64)
		if len(values) == 2 && name == "enumerate" {
			from, _ = values[1].(int64)
			values = values[:1]
		}
		return m.iterate(name, values, from, unknown)
	case "dict":
		d := newDict()
		if from, ok := x.(*dict); ok {
			m.merge(d, from)
		}
		for _, a := range args {
			if a.name != "" {
				d.set(a.name, a.value)
			}
		}
		return d
	case "min", "max", "sum", "any", "all":
		return m.fold(name, values, unknown)
	case "abs":
		switch v := x.(type) {
		case int64:
			return max(v, -v)
		case float64:
			return math.Abs(v)
		}
	case "round":
		if f, ok := float(x); ok && len(values) == 1 {
			return int64(math.RoundToEven(f))
		}
	case "open":
		if s, ok := str(x); ok {
			return file(s)
		}
	case "getattr":
		if len(values) >= 2 {
			if n, ok := values[1].(string); ok {
				v := m.attribute(&expr{op: opAttribute, text: n, x: &expr{op: opName, text: "getattr()"}}, x)
				if _, no := v.(Unknown); no && len(values) == 3 {
					return values[2]
				}
				return v
			}
		}
	case "hasattr", "callable":
		return true
	case "isinstance":
		if len(values) == 2 {
			if t, ok := values[1].(Symbol); ok {
				return instance(x, t.Last(), unknown)
			}
		}
	case "chr":
		if i, ok := x.(int64); ok {
			return string(rune(i))
		}
	case "print":
		return nil
	case "super":
		if s, ok := m.top().scope.find("self"); ok {
			if o, ok := s.vars["self"].(*object); ok && m.top().def != nil {
				return super{o, o.class.behind(m.top().def)}
			}
		}
	}
	return unknown
}

func instance(x any, t string, unknown Unknown) any {
	switch v := x.(type) {
	case int64:
		return t == "int"
	case float64:
		return t == "float"
	case string:
		return t == "str"
	case bool:
		return t == "bool" || t == "int"
	case nil:
		return false
	case *List:
		return v.tuple == (t == "tuple") && (t == "tuple" || t == "list")
	case *Array:
		return t == "array"
	case *dict:
		return t == "dict"
	}
	return unknown
}

// iterate calls the functions that make lists of what can be iterated over.
func (m *machine) iterate(name string, values []any, from int64, unknown Unknown) any {
	out := &List{tuple: name == "tuple"}
	var lists [][]any
	for i, v := range values {
		if name == "map" && i == 0 {
			continue
		}
		items, ok := m.items(v)
		if !ok || !m.spend(len(items), 0) {
			return unknown
		}
		lists = append(lists, items)
	}
	if len(lists) == 0 {
		return out
	}
	switch items := lists[0]; name {
	case "enumerate":
		for i, item := range items {
			out.Items = append(out.Items, &List{Items: []any{from + int64(i), item}, tuple: true})
		}
	case "zip":
		n := len(items)
		for _, l := range lists {
			n = min(n, len(l))
		}
		for i := range n {
			t := &List{tuple: true}
			for _, l := range lists {
				t.Items = append(t.Items, l[i])
			}
			out.Items = append(out.Items, t)
		}
	case "map":
		for _, item := range items {
			out.Items = append(out.Items, m.invoke(values[0], []arg{{value: item}}))
		}
	case "set":
		d := newDict()
		for _, item := range items {
			d.set(item, true)
		}
		out.Items = d.keys
	case "reversed":
		slices.Reverse(items)
		out.Items = items
	case "sorted":
		slices.SortStableFunc(items, func(a, b any) int {
			if less, _ := m.compare("<", a, b).(bool); less {
				return -1
			}
			if more, _ := m.compare(">", a, b).(bool); more {
				return 1
			}
			return 0
		})
		out.Items = items
	default:
		out.Items = items
	}
	return out
}

// product is itertools.product: the tuples of one item of each list, the last
// item changing first.
func (m *machine) product(args []arg, unknown Unknown) any {
	tuples := [][]any{nil}
	for _, a := range args {
		items, ok := m.items(a.value)
		if !ok || a.name != "" || !m.spend(len(tuples)*len(items), 0) {
			return unknown
		}
		var longer [][]any
		for _, t := range tuples {
			for _, item := range items {
				longer = append(longer, append(slices.Clone(t), item))
			}
		}
		tuples = longer
	}
	out := &List{}
	for _, t := range tuples {
		out.Items = append(out.Items, &List{Items: t, tuple: true})
	}
	return out
}

func (m *machine) fold(name string, values []any, unknown Unknown) any {
	if len(values) == 1 {
		items, ok := m.items(values[0])
		if !ok {
			return unknown
		}
		values = items
	} else if name == "sum" || name == "any" || name == "all" {
		return unknown
	}
	if u, ok := unknownOf(values...); ok {
		return u
	}
	switch name {
	case "any", "all":
		for _, v := range values {
			if t, _ := truth(v); t == (name == "any") {
				return t
			}
		}
		return name == "all"
	case "sum":
		out := any(int64(0))
		for _, v := range values {
			out = m.binary("+", out, v)
		}
		return out
	}
	if len(values) == 0 {
		return unknown
	}
	out := values[0]
	for _, v := range values[1:] {
		if less, _ := m.compare("<", v, out).(bool); less == (name == "min") {
			if more, _ := m.compare("==", v, out).(bool); !more {
				out = v
			}
		}
	}
	return out
}
