package mlx

import (
	"fmt"
	"math"
	"strings"
)

// MaxThreadsPerThreadgroup is the most threads that a threadgroup may have.
const MaxThreadsPerThreadgroup = 1024

// validate refuses what MLX refuses, with its words where it has some, and
// what it would turn into a text that cannot compile.
func (k KernelSource) validate(inputs []ArgInfo, cfg LaunchConfig) error {
	bad := func(next, format string, args ...any) error {
		return &Error{Op: "metal_kernel", Code: BadArgument, Msg: fmt.Sprintf(format, args...), Next: next}
	}
	if len(k.OutputNames) == 0 {
		return bad("name the outputs", "Must specify at least one output.")
	}
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"inputs", len(inputs), len(k.InputNames)},
		{"output_shapes", len(cfg.OutputShapes), len(k.OutputNames)},
		{"output_dtypes", len(cfg.OutputDTypes), len(k.OutputNames)},
	} {
		if c.got != c.want {
			return bad("", "Expected `%s` to have size %d but got size %d.", c.name, c.want, c.got)
		}
	}
	if err := k.validateNames(cfg.Template, bad); err != nil {
		return err
	}
	for i, d := range cfg.OutputDTypes {
		if d == Float64 {
			return bad("use float32", "output %s cannot be float64: Metal has no double", k.OutputNames[i])
		}
	}
	for i, in := range inputs {
		if in.DType == Float64 {
			return bad("convert it to float32", "input %s cannot be float64: Metal has no double", k.InputNames[i])
		}
	}
	if err := validateGeometry(cfg.Grid, cfg.Threadgroup); err != nil {
		return err
	}
	if len(k.Stages) == 0 && len(k.OutputNames) > 1 && len(k.attributes()) == 0 && k.wantsExtras(inputs) {
		return bad("mention an attribute such as thread_position_in_grid in the source",
			"MLX closes the parameter list after the first of several outputs if the source uses a _shape, _strides or _ndim of an input and no attribute")
	}
	return nil
}

// validateGeometry refuses grids and threadgroups that no kernel can have.
func validateGeometry(grid, threadgroup [3]int) error {
	n, groups := 1, 1
	for axis, name := range []string{"x", "y", "z"} {
		g, t := grid[axis], threadgroup[axis]
		if g < 1 || g > math.MaxInt32 {
			return &Error{Op: "metal_kernel", Code: BadArgument, Msg: fmt.Sprintf("grid %s is %d", name, g), Next: fmt.Sprintf("grid counts threads on each axis, from 1 to %d", math.MaxInt32)}
		}
		if t < 1 {
			return &Error{Op: "metal_kernel", Code: BadArgument, Msg: fmt.Sprintf("threadgroup %s is %d", name, t), Next: "each axis has at least 1 thread"}
		}
		n = min(n*min(t, 1<<20), 1<<40)
		per := 1 + (g-1)/t
		if groups > maxGroups/per {
			return &Error{Op: "metal_kernel", Code: TooLarge, Msg: fmt.Sprintf("a grid of %v threads in threadgroups of %v has more than %d threadgroups", grid, threadgroup, maxGroups),
				Next: "let a threadgroup have more threads, or a thread do more"}
		}
		groups *= per
	}
	if n > MaxThreadsPerThreadgroup {
		return threadgroupError(n, MaxThreadsPerThreadgroup)
	}
	return nil
}

// maxGroups is how many threadgroups an executor counts to.
const maxGroups = 1 << 40

func threadgroupError(n, most int) error {
	return &Error{Op: "metal_kernel", Code: BadArgument,
		Msg: fmt.Sprintf("Thread group size (%d) is greater than the maximum allowed threads per threadgroup (%d).", n, most)}
}

func (k KernelSource) wantsExtras(inputs []ArgInfo) bool {
	for i, in := range inputs {
		for _, extra := range inputExtras {
			if len(in.Shape) > 0 && strings.Contains(k.Source, k.InputNames[i]+extra.suffix) {
				return true
			}
		}
	}
	return false
}

func (k KernelSource) validateNames(template []TemplateArg, bad func(next, format string, args ...any) error) error {
	if k.Name == "" || strings.IndexFunc(k.Name, func(r rune) bool { return !isWordRune(r) }) >= 0 {
		return bad("use letters, digits and underscores", "kernel name %q is not part of an identifier", k.Name)
	}
	seen := map[string]string{}
	names := func(what string, list ...string) error {
		for _, n := range list {
			if !isIdentifier(n) {
				return bad("use letters, digits and underscores", "%s name %q is not an identifier", what, n)
			}
			if other, ok := seen[n]; ok {
				return bad("rename one of them", "%s and %s are both named %q", other, what, n)
			}
			seen[n] = what
		}
		return nil
	}
	if err := names("input", k.InputNames...); err != nil {
		return err
	}
	if err := names("output", k.OutputNames...); err != nil {
		return err
	}
	for _, t := range template {
		if err := names("template argument", t.Name); err != nil {
			return err
		}
		switch {
		case t.Kind == TemplateDType && t.DType == Float64:
			return bad("use float32", "template argument %s cannot be float64: Metal has no double", t.Name)
		case t.Kind == TemplateInt && (t.Int > math.MaxInt32 || t.Int < math.MinInt32):
			return bad("", "template argument %s = %d does not fit in an int", t.Name, t.Int)
		case t.Kind == TemplateInt && t.Int < 0:
			return bad("pass it as an input or negate it in the source",
				"template argument %s = %d is negative: MLX puts its minus sign into the kernel's name, which does not compile", t.Name, t.Int)
		}
	}
	return nil
}

func isIdentifier(s string) bool {
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return !isWordRune(r) }) < 0
}

func isWordRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
