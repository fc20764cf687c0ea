package program

import (
	"slices"
	"strings"
)

// Array is an array of the program: an argument of a function, or what an
// operation gives.
type Array struct {
	Name  string
	Shape []int64 // nil if not known
	DType Symbol  // "" if not known
	// Guessed says that the type or the shape is an assumption.
	Guessed bool
	// Values are those of a small array that is written out, else nil.
	Values []float64
	// Fill is how a spec's init draws each element, "" if not known.
	Fill   string
	hints  []string // the names that the axes are given
	number any      // of numpy or Swift, int64 or float64, that has a type, as UInt32(8): no array yet
}

// plain is a number that has a type as one that has none, and its type; any other
// value as it is.
func plain(v any) (any, Symbol) {
	if a, ok := v.(*Array); ok && a.number != nil {
		return a.number, a.DType
	}
	return v, ""
}

// Plain is a number without the type that it may have; any other value as it is.
func Plain(v any) any {
	v, _ = plain(v)
	return v
}

// typed is a number of a type, plain's opposite. It has the type's bits; where the
// type has no such number, as for numpy's int32 times 0.5, it stays without one.
func typed(v any, dtype Symbol) any {
	switch n := v.(type) {
	case bool:
		return typed(number(n), dtype)
	case int64:
		switch unused := 64 - 8*dtypeSize(dtype); {
		case !dtype.integer():
			v = float64(n)
		case strings.HasPrefix(dtype.Last(), "u"):
			v = int64(uint64(n) << unused >> unused)
		default:
			v = n << unused >> unused
		}
	case float64:
		if dtype.integer() {
			return v
		}
	default:
		return v
	}
	f, _ := float(v)
	if n, ok := v.(int64); ok && dtype.Last() == "uint64" {
		f = float64(uint64(n))
	}
	return &Array{DType: dtype, Shape: []int64{}, Values: []float64{f}, number: v}
}

// converted is what a type makes of a number.
func converted(v any, dtype Symbol) any {
	v = Plain(v)
	if f, ok := v.(float64); ok && dtype.integer() {
		v = int64(f)
	}
	return typed(v, dtype)
}

func (s Symbol) integer() bool { return strings.Contains(s.Last(), "int") }

func (a *Array) label() string {
	if a.Name != "" {
		return a.Name
	}
	return "an array"
}

// usual lengths of axes, from the last one.
var usual = []int64{64, 16, 4, 2, 2, 2, 2, 2}

// Usual is a plausible shape of so many axes, eight at most.
func Usual(rank int) []int64 {
	shape := slices.Clone(usual[:rank])
	slices.Reverse(shape)
	return shape
}

// rank makes a shape of an array that has none yet.
func (a *Array) rank(n int) {
	if a.Shape != nil || n > len(usual) {
		return
	}
	n = max(n, len(a.hints))
	a.Shape = Usual(n)
	a.Guessed = true
	for i := range a.Shape {
		if i < len(a.hints) && a.hints[i] != "" {
			if d, ok := Guess(a.hints[i]).(int64); ok && d > 0 {
				a.Shape[i] = d
			}
		}
	}
}

func (a *Array) size() int64 {
	a.rank(2)
	n := int64(1)
	for _, d := range a.Shape {
		n *= d
	}
	return n
}

func (a *Array) shape() *List {
	a.rank(2)
	l := &List{tuple: true}
	for _, d := range a.Shape {
		l.Items = append(l.Items, d)
	}
	return l
}

// shapeOf is the shape of an array whose rank may depend on what is asked of
// it.
type shapeOf struct{ a *Array }

func (s shapeOf) index(i int64) any {
	if i < 0 {
		s.a.rank(max(2, int(-max(i, -8))))
		i += int64(len(s.a.Shape))
	} else {
		s.a.rank(max(2, int(min(i+1, 8))))
	}
	if i < 0 || i >= int64(len(s.a.Shape)) {
		return Unknown{Text: s.a.label() + ".shape"}
	}
	return s.a.Shape[i]
}

// attribute is one of an array.
func (a *Array) attribute(name string) any {
	switch name {
	case "shape":
		return shapeOf{a}
	case "dtype":
		if a.DType == "" {
			a.DType, a.Guessed = supposed(a.label()), true
		}
		return a.DType
	case "size":
		return a.size()
	case "ndim":
		return int64(len(a.shape().Items))
	case "nbytes":
		return a.size() * dtypeSize(a.DType)
	case "itemsize":
		return dtypeSize(a.DType)
	case "T":
		b := *a
		b.Shape = slices.Clone(a.Shape)
		slices.Reverse(b.Shape)
		return &b
	}
	return method{a, name}
}

// supposed is the type of an array of which nothing tells it: float32, and another
// symbol for each array, so that it can be told what has the type of what.
func supposed(name string) Symbol { return Symbol("mlx.core.@" + name + ".float32") }

// Supposed reports whether s is such a type.
func (s Symbol) Supposed() bool { return strings.HasPrefix(string(s), "mlx.core.@") }

// known is a type as the library calls it, whoever has it.
func (s Symbol) known() Symbol {
	if s.Supposed() {
		return "mlx.core." + Symbol(s.Last())
	}
	return s
}

func dtypeSize(d Symbol) int64 {
	switch last := d.Last(); {
	case last == "bool_" || strings.HasSuffix(last, "t8"):
		return 1
	case strings.HasSuffix(last, "16"):
		return 2
	case strings.HasSuffix(last, "64"):
		return 8
	}
	return 4
}

// like is an array of the same type and another shape, with elements drawn as
// those of a if the shape is known.
func (a *Array) like(shape []int64) *Array {
	b := &Array{Name: a.Name, Shape: shape, DType: a.DType, Guessed: a.Guessed}
	if shape != nil {
		b.Fill = a.Fill
	}
	return b
}

// call applies a method.
func (a *Array) call(name string, args []arg) any {
	all := make([]any, len(args))
	for i, v := range args {
		all[i] = v.value
	}
	switch name {
	case "astype", "view":
		b := a.like(a.Shape)
		if len(all) > 0 {
			if d, ok := all[0].(Symbol); ok {
				if a.number != nil && name == "astype" {
					return converted(a, d)
				}
				if name == "view" && len(a.Shape) > 0 && a.DType != "" {
					b.Shape = slices.Clone(a.Shape)
					b.Shape[len(b.Shape)-1] = max(1, b.Shape[len(b.Shape)-1]*dtypeSize(a.DType)/dtypeSize(d))
				}
				b.DType = d
				if name == "view" {
					b.Fill = ""
				}
				if name == "astype" {
					b.Values = a.Values
				}
			}
		}
		return b
	case "reshape":
		if len(all) == 1 {
			if l, ok := all[0].(*List); ok {
				all = l.Items
			}
		}
		return a.reshape(all)
	case "flatten":
		if len(all) == 0 {
			return a.like([]int64{a.size()})
		}
		return a.like(nil)
	case "transpose", "swapaxes", "squeeze", "moveaxis":
		return a.permuted(name, all)
	case "dim":
		if len(all) == 1 {
			if i, ok := all[0].(int64); ok {
				return shapeOf{a}.index(i)
			}
		}
	case "item":
		if a.number != nil {
			return a.number
		}
		return Unknown{Text: a.label() + ".item()"}
	}
	return a.like(nil)
}

func (a *Array) reshape(dims []any) *Array {
	if len(dims) > maxRank {
		return a.like(nil)
	}
	shape := make([]int64, len(dims))
	hole, known := -1, int64(1)
	for i, d := range dims {
		n, ok := d.(int64)
		switch {
		case !ok:
			return a.like(nil)
		case n < 0:
			hole = i
		default:
			known *= max(n, 1)
		}
		shape[i] = n
	}
	if known <= 0 { // more than 64 bits hold
		return a.like(nil)
	}
	if hole >= 0 {
		shape[hole] = max(a.size()/known, 1)
	}
	return a.like(shape)
}

func (a *Array) permuted(name string, args []any) *Array {
	axes := args
	if len(args) == 1 {
		if l, ok := args[0].(*List); ok {
			axes = l.Items
		}
	}
	if a.Shape == nil && name == "transpose" && len(axes) > 0 {
		a.rank(len(axes))
	}
	n := int64(len(a.Shape))
	at := func(v any) int {
		i, ok := v.(int64)
		if i < 0 {
			i += n
		}
		if !ok || i < 0 || i >= n {
			return -1
		}
		return int(i)
	}
	shape := slices.Clone(a.Shape)
	switch {
	case n == 0:
		return a.like(nil)
	case name == "transpose" && len(axes) == 0:
		slices.Reverse(shape)
	case name == "transpose" && len(axes) == int(n):
		for i, v := range axes {
			if at(v) < 0 {
				return a.like(nil)
			}
			shape[i] = a.Shape[at(v)]
		}
	case name == "swapaxes" && len(axes) == 2 && at(axes[0]) >= 0 && at(axes[1]) >= 0:
		i, j := at(axes[0]), at(axes[1])
		shape[i], shape[j] = shape[j], shape[i]
	case name == "squeeze" && len(axes) == 1 && at(axes[0]) >= 0:
		shape = slices.Delete(shape, at(axes[0]), at(axes[0])+1)
	default:
		return a.like(nil)
	}
	return a.like(shape)
}

// index is what a subscript gives.
func (a *Array) index(subs []any) any {
	if a.Shape == nil {
		return a.like(nil)
	}
	explicit := 0
	for _, s := range subs {
		_, rest := s.(ellipsis)
		if _, isSymbol := s.(Symbol); s != nil && !rest && !isSymbol {
			explicit++
		}
	}
	var shape []int64
	axis := 0
	next := func() int64 {
		axis++
		if axis > len(a.Shape) {
			return 1
		}
		return a.Shape[axis-1]
	}
	indices, last := -1, 0 // where those of arrays begin and end in shape
	dots := func() {
		for n := len(a.Shape) - (explicit - min(axis, explicit)); axis < n; {
			shape = append(shape, next())
		}
	}
	for _, s := range subs {
		switch s := s.(type) {
		case nil:
			shape = append(shape, 1)
		case Symbol: // mx.newaxis, in Swift .newAxis
			if s.Last() == "ellipsis" {
				dots()
				break
			}
			if !strings.EqualFold(s.Last(), "newaxis") {
				return a.like(nil)
			}
			shape = append(shape, 1)
		case ellipsis:
			dots()
		case int64:
			next()
		case rangeOf: // a slice, in Swift
			n, ok := slice{from: s.from, to: s.to}.count(next())
			if !ok {
				return a.like(nil)
			}
			shape = append(shape, n)
		case slice:
			n, ok := s.count(next())
			if !ok {
				return a.like(nil)
			}
			shape = append(shape, n)
		case *Array: // whose elements are indices
			if s.Shape == nil || s.DType.Last() == "bool_" {
				return a.like(nil)
			}
			next()
			if indices < 0 {
				indices = len(shape)
			} else if last != len(shape) { // they come first, where other axes are between them
				return a.like(nil)
			}
			shape = append(shape[:indices], broadcast(shape[indices:], s.Shape)...)
			last = len(shape)
		default:
			return a.like(nil)
		}
	}
	for axis < len(a.Shape) {
		shape = append(shape, next())
	}
	return a.like(shape)
}

// slice is x:y:z in a subscript.
type slice struct{ from, to, step any }

// count is how many of n items a slice has; backwards, of all.
func (s slice) count(n int64) (int64, bool) {
	step, isInt := s.step.(int64)
	switch {
	case s.step == nil:
		step = 1
	case !isInt || step == 0 || step < 0 && (s.from != nil || s.to != nil):
		return 0, false
	}
	from, to, ok := slice{s.from, s.to, nil}.bounds(n)
	if n = to - from; n > 0 {
		n = (n-1)/max(step, -step) + 1
	}
	return n, ok
}

// bounds are the ends of a slice of n items with step 1.
func (s slice) bounds(n int64) (from, to int64, ok bool) {
	end := func(v any, otherwise int64) int64 {
		i, isInt := v.(int64)
		switch {
		case v == nil:
			return otherwise
		case !isInt:
			ok = false
		case i < 0:
			i += n
		}
		return min(max(i, 0), n)
	}
	ok = s.step == nil || s.step == int64(1)
	from, to = end(s.from, 0), end(s.to, n)
	return from, max(from, to), ok
}
