package gokernel

import (
	"fmt"
	"go/types"

	"github.com/zmlx/zmlx/mlx"
)

// maxArray bounds the elements of a local or threadgroup array.
const maxArray = 1 << 15

// goType is the type that a buffer's parameter has.
func (b Buffer) goType() string {
	elem := b.Template
	switch {
	case elem != "":
	case b.DType == mlx.Float16:
		elem = "gpu.Float16"
	case b.DType == mlx.Bfloat16:
		elem = "gpu.Bfloat16"
	default:
		elem = b.DType.String()
	}
	if b.Scalar {
		return elem
	}
	return "[]" + elem
}

// underlying is the Go type that stands for a dtype of the template.
func (t Type) underlying() string {
	switch t.DType {
	case mlx.Float16, mlx.Bfloat16:
		return "float32"
	}
	return t.DType.String()
}

// metalDTypes are the names of element types in Metal.
var metalDTypes = map[mlx.DType]string{mlx.Bool: "bool", mlx.Uint8: "uchar", mlx.Uint16: "ushort", mlx.Uint32: "uint", mlx.Uint64: "ulong",
	mlx.Int8: "char", mlx.Int16: "short", mlx.Int32: "int", mlx.Int64: "long", mlx.Float16: "half", mlx.Bfloat16: "bfloat16_t", mlx.Float32: "float"}

var metalKinds = map[types.BasicKind]string{types.Bool: "bool", types.UntypedBool: "bool", types.Int: "int", types.UntypedInt: "int", types.UntypedRune: "int",
	types.Int8: "char", types.Int16: "short", types.Int32: "int", types.Int64: "long",
	types.Uint: "uint", types.Uint8: "uchar", types.Uint16: "ushort", types.Uint32: "uint", types.Uint64: "ulong",
	types.Float32: "float", types.Float64: "float", types.UntypedFloat: "float"}

// qualify names types as the text does.
func qualify(p *types.Package) string {
	if p.Path() == GPUPath {
		return "gpu"
	}
	return ""
}

// scalar is the Metal name of a type of values. Template types have their own
// name in the kernel; helpers stand in front of the template and get the type
// itself.
func (t *translator) scalar(at node, ty types.Type) string {
	if n, ok := types.Unalias(ty).(*types.Named); ok {
		name := n.Obj().Name()
		if n.Obj().Pkg() != t.pkg {
			switch name {
			case "Float16":
				return "half"
			case "Bfloat16":
				return "bfloat16_t"
			case "Uint3":
				return "uint3"
			}
		}
		for _, p := range t.opt.Types {
			if p.Name == name && t.helper {
				return metalDTypes[p.DType]
			}
			if p.Name == name {
				return name
			}
		}
	}
	if b, ok := types.Unalias(ty).(*types.Basic); ok && metalKinds[b.Kind()] != "" {
		return metalKinds[b.Kind()]
	}
	t.fail(at, "use numbers, bools, arrays of them, and slices as parameters", "values of type %s are not supported in kernels", types.TypeString(ty, qualify))
	return ""
}

// variable is the declaration of a variable, without its initial value, and
// that value when there is none in the text.
func (t *translator) variable(at node, name string, ty types.Type) (decl, zero string) {
	dims, n := "", int64(1)
	elem := types.Unalias(ty)
	for {
		a, ok := elem.(*types.Array)
		if !ok {
			break
		}
		if a.Len() < 1 || n*min(a.Len(), maxArray+1) > maxArray {
			t.fail(at, "", "an array has 1 to %d elements", maxArray)
		}
		n *= a.Len()
		dims += fmt.Sprintf("[%d]", a.Len())
		elem = types.Unalias(a.Elem())
	}
	t.noFloat64(at, elem)
	if _, ok := elem.(*types.Slice); ok {
		t.fail(at, "use the parameter itself, or an index into it", "a slice cannot be kept in a variable")
	}
	base := t.scalar(at, elem)
	switch {
	case dims != "":
		zero = "{}"
	case isBoolean(elem):
		zero = "false"
	case base == "int" || base == "uint" || base == "float":
		zero = "0"
	default:
		zero = base + "(0)"
	}
	return base + " " + name + dims, zero
}

func (t *translator) noFloat64(at node, ty types.Type) {
	if b, ok := ty.Underlying().(*types.Basic); ok && b.Kind() == types.Float64 {
		t.fail(at, "convert it: float32(…)", "Metal has no float64")
	}
}

func isBoolean(ty types.Type) bool { return basic(ty)&types.IsBoolean != 0 }
func isInteger(ty types.Type) bool { return basic(ty)&types.IsInteger != 0 }
func isFloat(ty types.Type) bool   { return basic(ty)&types.IsFloat != 0 }

func basic(ty types.Type) types.BasicInfo {
	b, ok := ty.Underlying().(*types.Basic)
	if !ok {
		return 0
	}
	return b.Info()
}

// width is that of an integer type in bits.
func width(ty types.Type) int { return int(sizes.Sizeof(ty.Underlying())) * 8 }
