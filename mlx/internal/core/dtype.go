// Package core is the seam between package mlx and the runtimes under it: the
// element types, the errors, and the Runtime interface. Package mlx checks
// arguments, promotes types and computes result shapes, so that every runtime
// is misused with the same error; a Runtime only computes.
package core

import "fmt"

// DType is the type of an array's elements. The names are those of MLX.
type DType uint8

// The element types, in MLX's order.
const (
	Bool DType = iota
	Uint8
	Uint16
	Uint32
	Uint64
	Int8
	Int16
	Int32
	Int64
	Float16
	Float32
	Float64
	Bfloat16
	Complex64
	NumDTypes
)

// Category groups element types; promotion never goes to a lower one.
type Category uint8

// The categories, in ascending order of promotion.
const (
	CategoryBool Category = iota
	CategoryUnsigned
	CategorySigned
	CategoryFloat
	CategoryComplex
)

var dtypes = [NumDTypes]struct {
	name     string
	size     int
	category Category
	metal    string
}{
	Bool:      {"bool", 1, CategoryBool, "bool"},
	Uint8:     {"uint8", 1, CategoryUnsigned, "uint8_t"},
	Uint16:    {"uint16", 2, CategoryUnsigned, "uint16_t"},
	Uint32:    {"uint32", 4, CategoryUnsigned, "uint32_t"},
	Uint64:    {"uint64", 8, CategoryUnsigned, "uint64_t"},
	Int8:      {"int8", 1, CategorySigned, "int8_t"},
	Int16:     {"int16", 2, CategorySigned, "int16_t"},
	Int32:     {"int32", 4, CategorySigned, "int32_t"},
	Int64:     {"int64", 8, CategorySigned, "int64_t"},
	Float16:   {"float16", 2, CategoryFloat, "float16_t"},
	Float32:   {"float32", 4, CategoryFloat, "float"},
	Float64:   {"float64", 8, CategoryFloat, "double"},
	Bfloat16:  {"bfloat16", 2, CategoryFloat, "bfloat16_t"},
	Complex64: {"complex64", 8, CategoryComplex, "complex64_t"},
}

// String returns the name in MLX: "float32".
func (d DType) String() string {
	if d >= NumDTypes {
		return fmt.Sprintf("dtype(%d)", uint8(d))
	}
	return dtypes[d].name
}

// Size returns the size of one element in bytes.
func (d DType) Size() int { return dtypes[d].size }

// Category returns the category.
func (d DType) Category() Category { return dtypes[d].category }

// MetalName returns the type's spelling in the signature of a custom kernel.
func (d DType) MetalName() string { return dtypes[d].metal }

// IsFloat reports whether the type is a real floating-point type.
func (d DType) IsFloat() bool { return d.Category() == CategoryFloat }

// IsComplex reports whether the type is complex.
func (d DType) IsComplex() bool { return d == Complex64 }

// IsInexact reports whether the type is floating-point or complex.
func (d DType) IsInexact() bool { return d.Category() >= CategoryFloat }

// IsInteger reports whether the type is a signed or unsigned integer.
func (d DType) IsInteger() bool {
	return d.Category() == CategoryUnsigned || d.Category() == CategorySigned
}

// ParseDType is the inverse of String; it also takes the spellings of Python
// and of the Metal Shading Language ("bool_", "half", "float", "uint32_t").
func ParseDType(s string) (DType, error) {
	for d, info := range dtypes {
		if s == info.name || s == info.metal {
			return DType(d), nil
		}
	}
	if d, ok := aliases[s]; ok {
		return d, nil
	}
	return 0, fmt.Errorf("unknown dtype %q; known are bool, int8 … int64, uint8 … uint64, float16, bfloat16, float32, float64, complex64", s)
}

var aliases = map[string]DType{
	"bool_": Bool, "half": Float16, "bfloat": Bfloat16,
	"char": Int8, "uchar": Uint8, "short": Int16, "ushort": Uint16,
	"int": Int32, "uint": Uint32, "long": Int64, "ulong": Uint64,
}

// MarshalText encodes the name.
func (d DType) MarshalText() ([]byte, error) {
	if d >= NumDTypes {
		return nil, fmt.Errorf("invalid %v", d)
	}
	return []byte(d.String()), nil
}

// UnmarshalText decodes a name as ParseDType does.
func (d *DType) UnmarshalText(text []byte) error {
	v, err := ParseDType(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Promote returns the type that a and b are converted to before an operation
// on both, as MLX does it.
func Promote(a, b DType) DType {
	if a == b {
		return a
	}
	ca, cb := a.Category(), b.Category()
	if ca > cb {
		a, b, ca, cb = b, a, cb, ca
	}
	switch {
	case cb == CategoryComplex:
		return b
	case cb == CategoryFloat && ca == CategoryFloat:
		switch {
		case a == Float64 || b == Float64:
			return Float64
		default: // two different types of 16 bits, or one with float32
			return Float32
		}
	case cb == CategoryFloat || ca == CategoryBool:
		return b
	case ca == cb:
		if a.Size() > b.Size() {
			return a
		}
		return b
	default: // unsigned with signed
		if a.Size() < b.Size() {
			return b
		}
		switch a {
		case Uint8:
			return Int16
		case Uint16:
			return Int32
		case Uint32:
			return Int64
		default:
			return Float32
		}
	}
}
