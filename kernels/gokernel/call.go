package gokernel

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strings"
)

// positions are functions of package gpu that become attributes of a kernel.
var positions = map[string]string{"ThreadPositionInGrid": "thread_position_in_grid", "ThreadPositionInThreadgroup": "thread_position_in_threadgroup",
	"ThreadgroupPositionInGrid": "threadgroup_position_in_grid", "ThreadsPerGrid": "threads_per_grid", "ThreadsPerThreadgroup": "threads_per_threadgroup",
	"ThreadgroupsPerGrid": "threadgroups_per_grid", "ThreadIndexInThreadgroup": "thread_index_in_threadgroup",
	"ThreadIndexInSIMDGroup": "thread_index_in_simdgroup", "SIMDGroupIndexInThreadgroup": "simdgroup_index_in_threadgroup",
	"SIMDGroupsPerThreadgroup": "simdgroups_per_threadgroup", "ThreadsPerSIMDGroup": "threads_per_simdgroup"}

var barriers = map[string]string{"ThreadgroupBarrier": "threadgroup_barrier(mem_flags::mem_threadgroup)",
	"DeviceBarrier": "threadgroup_barrier(mem_flags::mem_device)", "SIMDGroupBarrier": "simdgroup_barrier(mem_flags::mem_threadgroup)"}

var gpuFunctions = map[string]string{"Exp": "exp", "Exp2": "exp2", "Log": "log", "Log2": "log2", "Log10": "log10", "Sqrt": "sqrt", "Rsqrt": "rsqrt",
	"Sin": "sin", "Cos": "cos", "Tan": "tan", "Asin": "asin", "Acos": "acos", "Atan": "atan", "Atan2": "atan2", "Sinh": "sinh", "Cosh": "cosh", "Tanh": "tanh",
	"Floor": "floor", "Ceil": "ceil", "Trunc": "trunc", "Round": "round", "Rint": "rint", "Pow": "pow", "Fmod": "fmod", "FMA": "fma",
	"IsNaN": "isnan", "Abs": "abs", "Max": "max", "Min": "min", "Clamp": "clamp",
	"SIMDSum": "simd_sum", "SIMDProduct": "simd_product", "SIMDMax": "simd_max", "SIMDMin": "simd_min",
	"SIMDPrefixInclusiveSum": "simd_prefix_inclusive_sum", "SIMDPrefixExclusiveSum": "simd_prefix_exclusive_sum",
	"SIMDBroadcast": "simd_broadcast", "SIMDShuffle": "simd_shuffle", "SIMDShuffleXor": "simd_shuffle_xor",
	"SIMDShuffleUp": "simd_shuffle_up", "SIMDShuffleDown": "simd_shuffle_down", "SIMDAll": "simd_all", "SIMDAny": "simd_any"}

var mathFunctions = map[string]string{"Exp": "exp", "Exp2": "exp2", "Log": "log", "Log2": "log2", "Log10": "log10", "Sqrt": "sqrt",
	"Sin": "sin", "Cos": "cos", "Tan": "tan", "Asin": "asin", "Acos": "acos", "Atan": "atan", "Sinh": "sinh", "Cosh": "cosh", "Tanh": "tanh",
	"Floor": "floor", "Ceil": "ceil", "Trunc": "trunc", "Round": "round", "RoundToEven": "rint", "Abs": "abs", "Pow": "pow", "Atan2": "atan2",
	"Mod": "fmod", "Copysign": "copysign", "IsNaN": "isnan", "FMA": "fma"}

// callee is the function that a call is about, without type arguments.
func (t *translator) callee(call *ast.CallExpr) types.Object {
	fun := ast.Unparen(call.Fun)
	if x, ok := fun.(*ast.IndexExpr); ok {
		fun = x.X
	}
	switch fun := fun.(type) {
	case *ast.Ident:
		return t.info.Uses[fun]
	case *ast.SelectorExpr:
		return t.info.Uses[fun.Sel]
	}
	return nil
}

// gpuCall is x as a call of a function of package gpu, nil if it is not.
func (t *translator) gpuCall(x ast.Expr, name string) *ast.CallExpr {
	if x == nil {
		return nil
	}
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return nil
	}
	if f := t.callee(call); f == nil || f.Pkg() == nil || f.Pkg().Path() != GPUPath || f.Name() != name {
		return nil
	}
	return call
}

func (t *translator) call(x *ast.CallExpr) code {
	if t.info.Types[x.Fun].IsType() {
		return t.conversion(x)
	}
	switch f := t.callee(x).(type) {
	case *types.Builtin:
		return t.builtin(x, f.Name())
	case *types.Func:
		switch {
		case f.Pkg() == t.pkg:
			return t.ownCall(x, f)
		case f.Pkg() != nil && f.Pkg().Path() == GPUPath:
			return t.gpuFunction(x, f.Name())
		case f.Pkg() != nil && f.Pkg().Path() == "math":
			return t.mathFunction(x, f.Name())
		}
	}
	t.fail(x.Fun, "call a function of the text, of math or of gpu", "this call is not supported in kernels")
	return code{}
}

func (t *translator) conversion(x *ast.CallExpr) code {
	to, from := t.info.TypeOf(x), t.info.TypeOf(x.Args[0])
	if basic(to)&types.IsNumeric == 0 && !isBoolean(to) || basic(from)&(types.IsNumeric|types.IsBoolean) == 0 {
		t.fail(x, "", "a conversion from %s to %s is not supported in kernels", types.TypeString(from, qualify), types.TypeString(to, qualify))
	}
	inner := t.expr(x.Args[0])
	metal := t.scalar(x, to)
	if metal == t.scalar(x, from) {
		return inner
	}
	return code{metal + "(" + inner.text + ")", primary}
}

func (t *translator) arguments(x *ast.CallExpr) string {
	parts := make([]string, len(x.Args))
	for i, a := range x.Args {
		parts[i] = t.expr(a).text
	}
	return strings.Join(parts, ", ")
}

func (t *translator) builtin(x *ast.CallExpr, name string) code {
	switch name {
	case "len":
		return code{t.length(x.Args[0]), primary}
	case "min", "max":
		if !isInteger(t.info.TypeOf(x)) {
			t.fail(x, "use gpu.Min and gpu.Max, which prefer a number to a NaN", "%s is for integers: Metal has no function that hands on a NaN", name)
		}
		text := t.expr(x.Args[0]).text
		for _, a := range x.Args[1:] {
			text = fmt.Sprintf("%s(%s, %s)", name, text, t.expr(a).text)
		}
		return code{text, primary}
	}
	t.fail(x, "", "the function %s is not supported in kernels", name)
	return code{}
}

// length is the number of elements of an array or of a buffer.
func (t *translator) length(x ast.Expr) string {
	if a, ok := t.info.TypeOf(x).Underlying().(*types.Array); ok {
		return fmt.Sprint(a.Len())
	}
	if id, ok := ast.Unparen(x).(*ast.Ident); ok && !t.helper && t.names[t.info.Uses[id]] == id.Name {
		if b := t.buffer(id.Name); b != nil && !b.Scalar {
			return fmt.Sprint(b.Len)
		}
	}
	t.fail(x, "hand its length to the function, or use a parameter of the spec", "the length is known only of the kernel's own parameters and of arrays")
	return ""
}

func (t *translator) gpuFunction(x *ast.CallExpr, name string) code {
	if p := positions[name]; p != "" {
		if t.helper {
			t.fail(x, "hand the value to the function", "gpu.%s is known only to the kernel itself", name)
		}
		return code{p, primary}
	}
	if b := barriers[name]; b != "" {
		return code{b, primary}
	}
	if name == "Threadgroup" {
		t.fail(x, "write scratch := gpu.Threadgroup[float32](32)", "threadgroup memory needs a variable of its own")
	}
	return code{gpuFunctions[name] + "(" + t.arguments(x) + ")", primary}
}

func (t *translator) mathFunction(x *ast.CallExpr, name string) code {
	switch name {
	case "NaN":
		return code{"NAN", primary}
	case "Inf":
		v := t.info.Types[x.Args[0]].Value
		if v == nil {
			t.fail(x.Args[0], "write math.Inf(1) or math.Inf(-1)", "the sign of an infinity must be constant")
		}
		if constant.Sign(v) < 0 {
			return code{"-INFINITY", unary}
		}
		return code{"INFINITY", primary}
	}
	return code{mathFunctions[name] + "(" + t.arguments(x) + ")", primary}
}

// ownCall calls a function of the text.
func (t *translator) ownCall(x *ast.CallExpr, f *types.Func) code {
	d := t.functions[f]
	if d == nil || d == t.main {
		t.fail(x, "move the shared part to a function", "the kernel itself cannot be called")
	}
	parts := make([]string, len(x.Args))
	for i, a := range x.Args {
		if _, ok := t.info.TypeOf(a).Underlying().(*types.Slice); ok {
			parts[i] = t.pointer(a)
			if name := t.input(a); name != "" && t.assigns(d, f.Signature().Params().At(i), map[types.Object]bool{}) {
				t.fail(a, "write to an output", "%s is an input, and %s writes to it", name, f.Name())
			}
		} else {
			parts[i] = t.expr(a).text
		}
	}
	return code{t.name(d.Name) + "(" + strings.Join(parts, ", ") + ")", primary}
}

// input is the name of the input that x is or is a part of, "" if of none.
func (t *translator) input(x ast.Expr) string {
	switch e := ast.Unparen(x).(type) {
	case *ast.SliceExpr:
		return t.input(e.X)
	case *ast.IndexExpr:
		return t.input(e.X)
	case *ast.Ident:
		if !t.helper && t.isInput(e.Name) && t.names[t.info.Uses[e]] == e.Name {
			return e.Name
		}
	}
	return ""
}

// pointer is a slice that is handed to a function.
func (t *translator) pointer(x ast.Expr) string {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		if _, ok := t.info.Uses[x].(*types.Var); ok {
			return t.name(x)
		}
	case *ast.SliceExpr:
		id, ok := ast.Unparen(x.X).(*ast.Ident)
		if !ok || x.High != nil || x.Max != nil {
			break
		}
		if x.Low == nil {
			return t.name(id)
		}
		return t.name(id) + " + " + t.expr(x.Low).in(multiplicative)
	}
	t.fail(x, "hand on a parameter, a variable or s[low:]", "this slice is not supported in kernels")
	return ""
}
