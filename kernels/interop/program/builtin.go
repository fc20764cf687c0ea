package program

import (
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

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
	case "argparse.ArgumentParser":
		m.optional = true
		if !m.options {
			return unknown
		}
		return newCommandLine()
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
	if strings.HasPrefix(name, "mlx.nn.") {
		if l, ok := layerOf(f.Last(), args); ok {
			return l
		}
	}
	if strings.HasPrefix(name, "mlx.") || strings.HasPrefix(name, "numpy.") {
		return m.arrayFunction(f.Last(), args, values, unknown)
	}
	return unknown
}

// mathOf calls a function of numbers.
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
	case "isqrt":
		return int64(math.Sqrt(xs[0]))
	case "gcd":
		a, b := int64(xs[0]), int64(xs[1])
		for b != 0 {
			a, b = b, a%b
		}
		return max(a, -a)
	case "sin":
		return math.Sin(xs[0])
	case "cos":
		return math.Cos(xs[0])
	case "tan":
		return math.Tan(xs[0])
	case "tanh":
		return math.Tanh(xs[0])
	case "log10":
		return math.Log10(xs[0])
	case "log2":
		return math.Log2(xs[0])
	case "log":
		if len(values) == 2 {
			return math.Log(xs[0]) / math.Log(xs[1])
		}
		return math.Log(xs[0])
	case "exp":
		return math.Exp(xs[0])
	case "pow", "power":
		p := math.Pow(xs[0], xs[1])
		if !slices.ContainsFunc(values, func(v any) bool { _, isInt := v.(int64); return !isInt }) && name == "power" {
			return int64(p)
		}
		return p
	}
	return unknown
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
