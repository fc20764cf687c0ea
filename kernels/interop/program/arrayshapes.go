package program

import (
	"cmp"
	"slices"
	"strings"
)

// shaped calls a function or a method of arrays that gives another shape than its
// argument has; false says that name is none of these.
func shaped(name string, args []arg) (any, bool) {
	by := named(args, "0", "1", "2")
	a, isArray := by["0"].(*Array)
	list, isList := by["0"].(*List)
	axis := func(position string) any { return cmp.Or(by["axis"], by["axes"], by[position]) }
	switch {
	case isArray:
	case isList && (name == "concatenate" || name == "stack"):
		return joinedArrays(name, list.Items, axis("1")), true
	default:
		return nil, false
	}
	switch name {
	case "sum", "max", "min", "mean", "prod", "var", "std", "logsumexp", "any", "all", "argmax", "argmin", "categorical":
		out := a.reduced(axis("1"), cmp.Or(by["keepdims"], by["2"]) == true)
		switch name {
		case "any", "all":
			out.DType = "mlx.core.bool_"
		case "argmax", "argmin":
			out.DType = "mlx.core.uint32"
		case "categorical":
			out = a.reduced(cmp.Or(axis("1"), any(int64(-1))), false)
			out.DType = "mlx.core.uint32"
		case "sum", "prod":
			out.DType = summed(a.DType)
		case "mean", "var", "std", "logsumexp":
			out = elementwise(out, 0.0)
		}
		return out, true
	case "matmul":
		if b, ok := by["1"].(*Array); ok {
			return product(a, b), true
		}
	case "take":
		along, _ := axis("2").(int64)
		if i, ok := a.axis(along); ok && axis("2") != nil {
			subs := slices.Repeat([]any{slice{}}, i)
			return a.index(append(subs, by["1"])), true
		}
	case "repeat", "repeated":
		n, ok := cmp.Or(by["repeats"], by["count"], by["1"]).(int64)
		if axis("2") == nil && a.Shape != nil {
			a = a.like([]int64{a.size()})
		}
		if i, fits := a.axis(cmp.Or(axis("2"), any(int64(0)))); ok && fits && n > 0 {
			return a.scaled(i, n, 1), true
		}
	case "split":
		return a.split(cmp.Or(by["indices_or_sections"], by["parts"], by["indices"], by["1"]), cmp.Or(axis("2"), any(int64(0)))), true
	case "topk":
		k, ok := by["1"].(int64)
		if i, fits := a.axis(cmp.Or(axis("2"), any(int64(-1)))); ok && fits && k > 0 {
			out := a.like(slices.Clone(a.Shape))
			out.Shape[i] = k
			return out, true
		}
	case "pad", "padded":
		return a.padded(cmp.Or(by["pad_width"], by["widths"], by["width"], by["1"])), true
	default:
		return nil, false
	}
	return a.like(nil), true
}

// made is an array that is computed of a: of its type, and as much known.
func (a *Array) made(shape []int64) *Array {
	return &Array{Shape: shape, DType: a.DType, Guessed: a.Guessed}
}

// axis is the index of one of the axes, which may be counted from the last.
func (a *Array) axis(v any) (int, bool) {
	i, ok := v.(int64)
	if i < 0 {
		i += int64(len(a.Shape))
	}
	return int(i), ok && i >= 0 && i < int64(len(a.Shape))
}

// reduced has not the axes over which a function like sum goes, nil for all of them.
func (a *Array) reduced(axes any, keep bool) *Array {
	if a.Shape == nil {
		return a.made(nil)
	}
	over := []any{axes}
	if l, ok := axes.(*List); ok {
		over = l.Items
	}
	gone := make([]bool, len(a.Shape))
	for _, v := range over {
		i, ok := a.axis(v)
		switch {
		case axes == nil:
			gone = slices.Repeat([]bool{true}, len(gone))
		case !ok:
			return a.made(nil)
		default:
			gone[i] = true
		}
	}
	shape := []int64{}
	for i, d := range a.Shape {
		if !gone[i] {
			shape = append(shape, d)
		} else if keep {
			shape = append(shape, 1)
		}
	}
	return a.made(shape)
}

// scaled has times as many elements along an axis, divided by parts.
func (a *Array) scaled(axis int, times, parts int64) *Array {
	shape := slices.Clone(a.Shape)
	shape[axis] = shape[axis] * times / parts
	return a.like(shape)
}

// split gives equal parts, or those between indices.
func (a *Array) split(where, axis any) any {
	i, ok := a.axis(axis)
	out := &List{}
	switch where := where.(type) {
	case int64:
		for range min(max(where, 0), maxOutputs) {
			if part := a.like(nil); !ok {
				out.Items = append(out.Items, part)
			} else {
				out.Items = append(out.Items, a.scaled(i, 1, where))
			}
		}
		return out
	case *List:
		from := any(int64(0))
		for _, to := range append(slices.Clone(where.Items), nil) {
			if !ok || len(out.Items) >= maxOutputs {
				return a.like(nil)
			}
			out.Items = append(out.Items, a.index(append(slices.Repeat([]any{slice{}}, i), slice{from: from, to: to})))
			from = to
		}
		return out
	}
	return a.like(nil)
}

// padded is longer by a number in front and behind, of each axis or of all.
func (a *Array) padded(width any) *Array {
	shape := slices.Clone(a.Shape)
	for i := range shape {
		w := width
		if l, ok := w.(*List); ok && len(l.Items) == len(shape) {
			if inner, pairs := l.Items[i].(*List); pairs {
				w = inner
			}
		}
		l, ok := w.(*List)
		if !ok {
			l = &List{Items: []any{w, w}}
		}
		for _, n := range l.Items {
			n, ok := n.(int64)
			if !ok || len(l.Items) != 2 {
				return a.made(nil)
			}
			shape[i] += n
		}
	}
	return a.made(shape)
}

// joinedArrays are arrays one behind another along an axis, or along a new one.
func joinedArrays(name string, items []any, along any) *Array {
	var first *Array
	for _, item := range items {
		a, ok := item.(*Array)
		switch {
		case !ok:
			return &Array{}
		case first == nil:
			first = a
		case len(first.Shape) != len(a.Shape):
			return first.made(nil)
		}
	}
	if first == nil || first.Shape == nil {
		return &Array{}
	}
	if along == nil {
		along = int64(0)
	}
	out := first.made(slices.Clone(first.Shape))
	if name == "stack" {
		out.Shape = append(out.Shape, 1)
	}
	i, ok := out.axis(along)
	if !ok {
		return first.made(nil)
	}
	if name == "stack" {
		out.Shape = slices.Insert(slices.Clone(first.Shape), i, int64(len(items)))
	}
	for _, item := range items[1:] {
		a := item.(*Array)
		out.DType, out.Guessed = promoted(out.DType, a.DType), out.Guessed || a.Guessed
		if name != "stack" {
			out.Shape[i] += a.Shape[i]
		}
	}
	return out
}

// product is that of matrices.
func product(a, b *Array) *Array {
	out := a.made(nil)
	out.DType, out.Guessed = promoted(a.DType, b.DType), a.Guessed || b.Guessed
	m, n := len(a.Shape), len(b.Shape)
	if m == 0 || n == 0 {
		return out
	}
	out.Shape = append([]int64{}, broadcast(a.Shape[:max(m-2, 0)], b.Shape[:max(n-2, 0)])...)
	if m > 1 {
		out.Shape = append(out.Shape, a.Shape[m-2])
	}
	if n > 1 {
		out.Shape = append(out.Shape, b.Shape[n-1])
	}
	return out
}

// promoted is the type of what is computed of two arrays: of the first where one is not known.
func promoted(a, b Symbol) Symbol {
	if a == "" || b == "" || a.Supposed() || b.Supposed() || a.Last() == b.Last() {
		return a
	}
	kind := func(s Symbol) int64 {
		switch {
		case s.Last() == "bool_":
			return 0
		case s.integer():
			return dtypeSize(s)
		}
		return 16 * dtypeSize(s)
	}
	unsigned := func(s Symbol) bool { return strings.HasPrefix(s.Last(), "uint") }
	x, y := kind(a), kind(b)
	if x < y || x == y && unsigned(b) {
		a, b = b, a
	}
	switch {
	case x == y && !a.integer(): // float16 and bfloat16
		return "mlx.core.float32"
	case unsigned(a) && b.integer() && !unsigned(b): // of which neither holds all of the other
		return map[int64]Symbol{1: "mlx.core.int16", 2: "mlx.core.int32", 4: "mlx.core.int64", 8: "mlx.core.float32"}[dtypeSize(a)]
	}
	return a
}

// summed is the type of a sum, of 32 bits at least.
func summed(s Symbol) Symbol {
	switch {
	case s.Last() == "bool_":
		return "mlx.core.int32"
	case s.integer() && dtypeSize(s) < 4:
		return Symbol(strings.TrimRight(string(s), "0123456789")) + "32"
	}
	return s
}

// broadcast is the shape of an operation on arrays of two shapes; the larger one
// where they do not fit.
func broadcast(a, b []int64) []int64 {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i, d := range b {
		switch at := len(a) - len(b) + i; {
		case out[at] == 1:
			out[at] = d
		case d != 1 && d != out[at]:
			if (&Array{Shape: b}).size() > (&Array{Shape: a}).size() {
				return b
			}
			return a
		}
	}
	return out
}

const floating = "softmax sin cos tanh silu gelu gelu_approx softplus leaky_relu log_softmax exp exp2 expm1 sigmoid log log2 log1p rsqrt sqrt reciprocal erf divide"

var (
	// likeArgument are the functions and methods that give an array of their argument's shape.
	likeArgument = words(floating + " contiguous sort cumsum cumprod clip round floor ceil relu zeros_like ones_like full_like stop_gradient abs negative square maximum minimum add subtract multiply power where permutation")
	// givesFloats are those that make floats of integers.
	givesFloats = words(floating)
)

func words(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}
