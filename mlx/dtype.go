package mlx

import "github.com/zmlx/zmlx/mlx/internal/core"

// DType is the type of an array's elements. Its String is MLX's name
// ("float32"), its Size is in bytes, and it encodes as text.
type DType = core.DType

// The element types.
const (
	Bool      = core.Bool
	Uint8     = core.Uint8
	Uint16    = core.Uint16
	Uint32    = core.Uint32
	Uint64    = core.Uint64
	Int8      = core.Int8
	Int16     = core.Int16
	Int32     = core.Int32
	Int64     = core.Int64
	Float16   = core.Float16
	Float32   = core.Float32
	Float64   = core.Float64
	Bfloat16  = core.Bfloat16
	Complex64 = core.Complex64
)

// ParseDType is the inverse of DType.String; it also takes the spellings of
// Python and of the Metal Shading Language ("bool_", "half", "float").
func ParseDType(s string) (DType, error) { return core.ParseDType(s) }

// Promote returns the type that operands of types a and b are converted to
// before an operation on both.
func Promote(a, b DType) DType { return core.Promote(a, b) }

// DTypes lists all element types.
func DTypes() []DType {
	all := make([]DType, core.NumDTypes)
	for i := range all {
		all[i] = DType(i)
	}
	return all
}
