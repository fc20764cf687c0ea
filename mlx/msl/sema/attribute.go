package sema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Where an attribute stands.
type attrPlace uint8

const (
	funcAttr   attrPlace = iota
	paramAttr            // of an input, which is nothing without a known one
	bufferAttr           // of a parameter that is a pointer or a reference
	fieldAttr
	globalAttr
	localAttr
	typeAttr
)

// harmless attributes have no effect on meaning here.
var harmless = map[string]bool{
	"always_inline": true, "noinline": true, "maybe_unused": true, "unused": true, "nodiscard": true, "deprecated": true,
	"kernel": true, "host_name": true, "max_total_threads_per_threadgroup": true, "visible": true, "no_inline": true,
	"fallthrough": true, "likely": true, "unlikely": true, "flatten": true, "noreturn": true, "warn_unused_result": true,
	"annotate": true, "pure": true, "const": true, "nothrow": true, "loop_unroll": true, "hot": true, "cold": true, "convergent": true,
	"patch": false, "stitchable": true, "aligned": true, "alignas": true, "packed": true, "invariant": true, "clang": true, "gnu_inline": true, "may_alias": true, "opencl_unroll_hint": true, "weak": true, "internal_linkage": true, "enable_if": true, "overloadable": true, "diagnose_if": true, "availability": true, "swift_private": true, "swift_name": true, "swift_attr": true, "swift_newtype": true, "swift_wrapper": true, "flag_enum": true, "enum_extensibility": true, "objc_boxable": true, "unavailable": true, "visibility": true, "ext_vector_type": true, "required_threads_per_threadgroup": true, "user": true,
}

// bindingAttrs are the attributes of what the host gives a kernel.
var bindingAttrs = map[string]bool{"buffer": true, "threadgroup": true, "function_constant": true, "id": true}

// kernelAttrs are the attributes of functions alone.
var kernelAttrs = map[string]bool{"kernel": true, "host_name": true, "max_total_threads_per_threadgroup": true, "required_threads_per_threadgroup": true, "visible": true}

// attribute reports attributes that Metal does not have, or that graphics
// alone has; it gives whether it did.
func (c *checker) attribute(a syntax.Attr, place attrPlace) bool {
	name := strings.Trim(a.Name, "_")
	if kernelAttrs[name] && place != funcAttr && a.Scope == "" {
		c.errorf(a.Span(), "attribute", "'%s' attribute only applies to functions", a.Name)
		return true
	}
	if name == "alignas" && place == funcAttr {
		c.errorf(a.Span(), "attribute", "'alignas' attribute only applies to variables, data members and tag types")
		return true
	}
	if harmless[name] || a.Scope != "" {
		if len(a.Args) > 0 && name == "nodiscard" {
			if _, ok := a.Args[0].(*syntax.StringLit); !ok {
				c.errorf(a.Span(), "attribute", "'nodiscard' attribute requires a string")
			}
		}
		return false
	}
	if what := unsupportedAttrs[name]; what != "" {
		if place == fieldAttr {
			return false // of a structure that graphics functions share with kernels
		}
		c.errorf(a.Span(), "unsupported-attribute", "attribute '%s' (%s) is not supported: only compute kernels on buffers are", a.Name, what)
		return true
	}
	d := diag.Diagnostic{Code: "unknown-attributes", Message: "unknown attribute '" + a.Name + "' ignored", Span: a.Span(), Severity: diag.Warning}
	if place == paramAttr {
		d.Severity, d.Message = diag.Error, "unknown attribute '"+a.Name+"'"
	}
	if _, ok := builtinAttrs[a.Name]; ok || bindingAttrs[a.Name] && place != fieldAttr && (place != globalAttr || name == "id") {
		subject := "parameters, data members and variables of program scope"
		if name == "id" {
			subject = "data members"
		}
		d.Severity, d.Message = diag.Error, "'"+a.Name+"' attribute only applies to "+subject
		c.report(d)
		return true
	}
	near := nearestInput(a.Name)
	for _, n := range []string{"buffer", "threadgroup", "function_constant", "kernel", "host_name", "max_total_threads_per_threadgroup"} {
		near.consider(n)
	}
	what, _, _ := strings.Cut(a.Name, "_in_") // threadgroup_size of threadgroup_size_in_threadgroup
	if best := cmp.Or(near.best, foreignAttrs[a.Name], foreignAttrs[what]); best != "" {
		d.Message += "; did you mean '" + best + "'?"
		start := a.Span().Start
		d.Fixes = []diag.Fix{{Span: diag.Span{Start: start, End: start + diag.Pos(len(a.Name))}, Text: best}}
	}
	c.report(d)
	return d.Severity == diag.Error
}

// nearestInput looks for the input of a kernel that is most like a name.
func nearestInput(name string) *nearest {
	near := newNearest(name)
	near.limit = 1 + len(name)/4
	for n := range builtinAttrs {
		if otherWords(name, n) < 2 {
			near.consider(n)
		}
	}
	return near
}

// otherWords counts the words of a name that are none of another's misspelt, of as many words.
func otherWords(name, of string) int {
	a, b, n := strings.Split(name, "_"), strings.Split(of, "_"), 0
	for i := range a {
		if limit := 1 + len(a[i])/4; len(a) == len(b) && spelling.Distance(a[i], b[i], limit) > limit {
			n++
		}
	}
	return n
}

// typeAttrs checks the attributes of a class or an enumeration.
func (c *checker) typeAttrs(attrs []syntax.Attr) {
	if c.lazily() {
		return
	}
	for _, a := range attrs {
		c.attribute(a, typeAttr)
	}
}

// conflict reports an attribute of a parameter that has another already that
// says what it is given.
func (c *checker) conflict(first, a *syntax.Attr) {
	message := "'" + a.Name + "' and '" + first.Name + "' attributes are not compatible"
	if a.Name == first.Name {
		message = "attribute '" + a.Name + "' cannot appear more than once on a declaration"
	}
	c.report(diag.Diagnostic{Code: "attribute", Message: message, Span: a.Span(), Notes: []diag.Note{{Message: "conflicting attribute is here", Span: first.Span()}}})
}

// isEntry reports whether the host, and not only other functions, may call a function.
func isEntry(d *syntax.FuncDecl) bool {
	return d.Specs&(syntax.Kernel|syntax.Vertex) != 0 || slices.ContainsFunc(d.Attrs, func(a syntax.Attr) bool {
		return a.Name == "visible" || a.Name == "stitchable" || a.Name == "intersection"
	})
}

// inputOf is an attribute of a kernel's parameters that a function without a result has,
// though it is no kernel.
func inputOf(d *syntax.FuncDecl) string {
	if t, ok := d.Result.(*syntax.BasicType); isEntry(d) || !ok || t.Name != "void" {
		return ""
	}
	for _, p := range d.Params {
		for _, a := range p.Attrs {
			if _, builtin := builtinAttrs[a.Name]; builtin || a.Name == "buffer" || a.Name == "threadgroup" {
				return a.Name
			}
		}
	}
	return ""
}

// remarkInputs warns of a function that nothing calls and that has such an attribute.
// MLX's and ggml's sources have them on functions that their kernels call, too.
func (c *checker) remarkInputs(d *syntax.FuncDecl) {
	c.remark(diag.Diagnostic{Code: "missing-kernel", Span: d.NamePos.Span(),
		Message: "function '" + declName(d) + "' is no kernel and is not called, so that '" + inputOf(d) + "' has no effect; did you forget 'kernel'?",
		Fixes:   []diag.Fix{{Span: diag.Span{Start: d.Start, End: d.Start}, Text: "kernel "}}})
}

// remarkLeftOut warns where all kernels of a unit stand behind conditions that do not hold:
// it would be said to be right, and nothing of it was looked at.
func (c *checker) remarkLeftOut() {
	if len(c.prog.Entries) > 0 || c.unit.LeftOut.Start == 0 {
		return
	}
	behind, _ := c.prog.Sources.Line(c.unit.Behind.Start)
	behind = strings.TrimSpace(behind)
	if rest, goesOn := strings.CutSuffix(behind, "\\"); goesOn {
		behind = rest + "…"
	}
	c.remark(diag.Diagnostic{Code: "left-out-kernels", Span: c.unit.LeftOut,
		Message: fmt.Sprintf("no kernel function is compiled: this one stands behind '%s' of line %d, which does not hold; -D defines macros, --std sets the version of Metal", behind, c.prog.Sources.Resolve(c.unit.Behind.Start).Line)})
}

// functionAttrs checks the attributes of a function, and whether it is a kernel
// if only those have them.
func (c *checker) functionAttrs(d *syntax.FuncDecl) {
	entry := isEntry(d)
	for i, a := range d.Attrs {
		if first := slices.IndexFunc(d.Attrs[:i], func(b syntax.Attr) bool { return b.Name == a.Name }); first >= 0 && a.Name == "host_name" {
			c.conflict(&d.Attrs[first], &a)
		}
		if !entry && kernelAttrs[a.Name] && a.Scope == "" {
			c.errorf(a.Span(), "attribute", "'%s' attribute only applies to kernel functions", a.Name)
			continue
		}
		c.attribute(a, funcAttr)
	}
}

// singleBrackets reports an attribute in single brackets, which reads like the
// bound of an array.
func (c *checker) singleBrackets(bound syntax.Expr) bool {
	e := bound
	if call, ok := e.(*syntax.CallExpr); ok {
		e = call.Fun
	}
	id, ok := e.(*syntax.IdentExpr)
	if !ok || !id.Name.Simple() {
		return false
	}
	name := id.Name.Ident
	if _, builtin := builtinAttrs[name]; !builtin && !slices.Contains([]string{"buffer", "texture", "sampler", "function_constant", "id"}, name) || c.lookup(c.scope, name) != nil {
		return false
	}
	at := bound.Span()
	c.report(diag.Diagnostic{Code: "attribute-brackets", Message: "attribute '" + name + "' stands in double brackets", Span: at,
		Fixes: []diag.Fix{{Span: diag.Span{Start: at.Start, End: at.Start}, Text: "["}, {Span: diag.Span{Start: at.End, End: at.End}, Text: "]"}}})
	return true
}

// foreignAttrs are inputs as other languages, or habit, call them.
var foreignAttrs = map[string]string{
	"thread_id": "thread_position_in_grid", "global_id": "thread_position_in_grid", "thread_index": "thread_position_in_grid",
	"thread_position": "thread_position_in_grid", "grid_position": "thread_position_in_grid",
	"local_id": "thread_position_in_threadgroup", "thread_idx": "thread_position_in_threadgroup",
	"group_id": "threadgroup_position_in_grid", "block_id": "threadgroup_position_in_grid", "threadgroup_id": "threadgroup_position_in_grid",
	"local_size": "threads_per_threadgroup", "group_size": "threads_per_threadgroup", "threadgroup_size": "threads_per_threadgroup",
	"threadIdx": "thread_position_in_threadgroup", "blockIdx": "threadgroup_position_in_grid", "blockDim": "threads_per_threadgroup", "gridDim": "threadgroups_per_grid",
	"global_invocation_id": "thread_position_in_grid", "local_invocation_id": "thread_position_in_threadgroup", "local_invocation_index": "thread_index_in_threadgroup",
	"SV_DispatchThreadID": "thread_position_in_grid", "SV_GroupThreadID": "thread_position_in_threadgroup", "SV_GroupID": "threadgroup_position_in_grid", "SV_GroupIndex": "thread_index_in_threadgroup",
	"workgroup_id": "threadgroup_position_in_grid", "num_workgroups": "threadgroups_per_grid",
	"grid_size": "threads_per_grid", "lane_id": "thread_index_in_simdgroup", "simd_lane_id": "thread_index_in_simdgroup",
	"simd_group_id": "simdgroup_index_in_threadgroup", "simdgroup_id": "simdgroup_index_in_threadgroup", "simd_size": "threads_per_simdgroup",
}
