package program

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// arrayFunction calls a function of mlx.core or numpy: what matters is the
// shape and the type of what it gives.
func (m *machine) arrayFunction(name string, args []arg, values []any, unknown Unknown) any {
	by := named(args, "x", "y")
	dtype, _ := cmp.Or(by["dtype"], by["type"]).(Symbol)
	for _, v := range values {
		if s, ok := v.(Symbol); ok && dtype == "" && name != "view" {
			dtype = s
		}
	}
	var first any
	if len(values) > 0 {
		first = values[0]
	}
	filled := func(shape []int64, otherwise Symbol, fill string) any {
		if dtype == "" {
			dtype = otherwise
		}
		return &Array{Shape: shape, DType: dtype, Fill: fill}
	}
	made := func(shape []int64, otherwise Symbol) any { return filled(shape, otherwise, "") }
	if len(values) > 0 && !slices.ContainsFunc(values, func(v any) bool {
		_, isInt := v.(int64)
		_, isFloat := v.(float64)
		return !isInt && !isFloat
	}) {
		v := mathOf(name, values, unknown)
		if _, isInt := v.(int64); isInt && name != "floor" && name != "ceil" { // which numpy gives as floats
			return v
		}
		if f, ok := float(v); ok {
			return f
		}
	}
	switch name {
	case "is_available":
		return true
	case "default_device", "gpu":
		return Symbol("mlx.core.gpu")
	case "zeros", "ones", "full", "empty":
		shape := Dims(first)
		if isNumber := shape != nil && len(shape) == 0; isNumber && name == "zeros" {
			return m.literal(0.0, dtype)
		} else if isNumber && name == "full" && len(values) > 1 {
			return m.literal(values[1], dtype)
		}
		if name == "full" && len(values) > 1 {
			if f, ok := float(values[1]); ok && f != 0 && !math.IsInf(f, 0) && !math.IsNaN(f) {
				return filled(shape, m.literal(values[1], "").DType, "constant("+strconv.FormatFloat(f, 'g', -1, 64)+")")
			}
		}
		if dtype.integer() && (name == "zeros" || name == "ones") {
			return filled(shape, dtype, name)
		}
		return made(shape, "mlx.core.float32")
	case "randn", "rand":
		return made(Dims(&List{Items: values}), "mlx.core.float32")
	case "arange":
		if r, ok := rangeFrom(slices.DeleteFunc(slices.Clone(values), func(v any) bool { _, t := v.(Symbol); return t }), unknown).(rangeOf); ok && r.step != 0 {
			n := max((r.to-r.from+r.step-max(min(r.step, 1), -1))/r.step, 0)
			if r.from == 0 && r.step == 1 {
				return filled([]int64{n}, "mlx.core.int32", "arange")
			}
			return made([]int64{n}, "mlx.core.int32")
		}
		return made(nil, "mlx.core.int32")
	case "normal", "uniform", "randint", "bits", "bernoulli", "gumbel":
		shape := by["shape"]
		for _, v := range values {
			if l, ok := v.(*List); ok && shape == nil {
				shape = l
			}
		}
		switch name {
		case "randint":
			return filled(Dims(shape), "mlx.core.int32", between("randint", args, nil, nil))
		case "uniform":
			return filled(Dims(shape), "mlx.core.float32", between("uniform", args, 0.0, 1.0))
		case "bits":
			return filled(Dims(shape), "mlx.core.uint32", "bits")
		case "bernoulli":
			return made(Dims(shape), "mlx.core.bool_")
		}
		return made(Dims(shape), "mlx.core.float32")
	case "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64": // a scalar of that type
		first = cmp.Or(first, by["truncatingIfNeeded"], by["bitPattern"], by["clamping"])
		if _, ok := float(first); ok && len(args) == 1 {
			return converted(first, "mlx.core."+Symbol(strings.Replace(name, "float64", "float32", 1)))
		}
	case "array", "asarray":
		a := m.literal(first, dtype)
		if len(values) > 1 {
			if l, ok := values[1].(*List); ok { // the shape, in Swift
				b := a.like(Dims(l))
				b.Values = a.Values
				return b
			}
		}
		return a
	case "reshape":
		if a, ok := first.(*Array); ok && len(values) > 1 {
			return a.call("reshape", []arg{{value: values[1]}})
		}
	case "view", "astype", "transpose", "swapaxes", "squeeze", "flatten", "moveaxis":
		if a, ok := first.(*Array); ok {
			return a.call(name, args[1:])
		}
	case "expand_dims":
		at := cmp.Or(by["axis"], by["y"])
		if a, ok := first.(*Array); ok && at != nil && a.Shape != nil {
			longer := &Array{Shape: slices.Insert(slices.Clone(a.Shape), 0, 1)}
			if i, ok := longer.axis(at); ok {
				return a.like(slices.Insert(slices.Clone(a.Shape), i, 1))
			}
			return a.like(nil)
		}
	case "broadcast_to", "broadcast":
		if a, ok := first.(*Array); ok {
			return a.like(Dims(cmp.Or(by["to"], by["shape"], by["y"])))
		}
	case "einsum":
		return made(nil, "")
	case "argsort", "argpartition":
		if a, ok := first.(*Array); ok {
			b := a.like(a.Shape)
			b.DType = "mlx.core.uint32"
			return b
		}
	case "eval", "synchronize", "async_eval":
		return nil
	case "custom_function", "compile", "vmap", "checkpoint":
		return first
	}
	if likeArgument[name] {
		var out *Array
		for i, v := range values {
			a, isArray := v.(*Array)
			switch {
			case isArray && out == nil:
				out = a.made(a.Shape)
			case out != nil && name != "full_like":
				out = elementwise(out, v)
			}
			if i == 0 && out != nil && name == "where" {
				out.DType = "mlx.core.bool_"
			}
		}
		if out != nil && givesFloats[name] {
			out = elementwise(out, 0.0)
		}
		if out != nil {
			return out
		}
	}
	if v, ok := shaped(name, args); ok {
		return v
	}
	if u, ok := first.(Unknown); ok {
		return u
	}
	return unknown
}

// between is the init that draws from a range, which is told by place or by name,
// or not at all.
func between(draw string, args []arg, low, high any) string {
	by := named(args, "low", "high")
	if v := by["low"]; v != nil {
		low = v
	}
	if v := by["high"]; v != nil {
		high = v
	}
	from, ok1 := float(low)
	to, ok2 := float(high)
	if !ok1 || !ok2 || !(from < to) {
		return ""
	}
	return draw + "(" + strconv.FormatFloat(from, 'f', -1, 64) + ", " + strconv.FormatFloat(to, 'f', -1, 64) + ")"
}

// literal is the array of a number or of nested lists.
func (m *machine) literal(v any, dtype Symbol) *Array {
	if a, ok := v.(*Array); ok {
		if a.number == nil {
			return a
		}
		b := *a
		b.number, b.DType = nil, cmp.Or(dtype, a.DType)
		return &b
	}
	a := &Array{DType: dtype, Shape: []int64{}}
	if r, ok := v.(rangeOf); ok { // in Swift
		items, _ := m.items(r)
		v = &List{Items: items}
	}
	x := v
	for len(a.Shape) < 8 {
		l, ok := x.(*List)
		if !ok {
			break
		}
		if a.Shape = append(a.Shape, int64(len(l.Items))); len(l.Items) == 0 {
			x = 0.0
			break
		}
		x = l.Items[0]
	}
	if first, ok := x.(*Array); ok && dtype == "" {
		dtype, a.DType = first.DType, first.DType
	}
	flat := []any{v}
	if l, ok := v.(*List); ok && len(a.Shape) == 1 && len(l.Items) <= 64 {
		flat = l.Items
	}
	for _, item := range flat {
		f, ok := float(item)
		if !ok {
			a.Values = nil
			break
		}
		a.Values = append(a.Values, f)
		if _, isFloat := item.(float64); isFloat {
			x = item
		}
	}
	if dtype == "" {
		switch x.(type) {
		case int64:
			a.DType = "mlx.core.int32"
		case bool:
			a.DType = "mlx.core.bool_"
		case float64:
			a.DType = "mlx.core.float32"
		default:
			return &Array{}
		}
	}
	return a
}
