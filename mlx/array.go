package mlx

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/internal/core"
	"github.com/zmlx/zmlx/mlx/internal/host"
)

// Array is an immutable n-dimensional array. Its zero value is not usable; use
// the constructors and operations.
type Array struct {
	t  core.Tensor
	rt core.Runtime
}

// Shape returns the length of each axis; the caller must not change it.
func (a *Array) Shape() []int { return a.t.Shape() }

// Dim returns the length of one axis; a negative axis counts from the end.
func (a *Array) Dim(axis int) int {
	s := a.Shape()
	return s[normAxis("dim", axis, len(s))]
}

// NDim returns the number of axes.
func (a *Array) NDim() int { return len(a.Shape()) }

// Size returns the number of elements.
func (a *Array) Size() int { return core.NumElements(a.Shape()) }

// DType returns the type of the elements.
func (a *Array) DType() DType { return a.t.DType() }

// NBytes returns the size of the elements in bytes.
func (a *Array) NBytes() int { return a.Size() * a.DType().Size() }

// Strides returns the distance in elements between neighbours on each axis.
func (a *Array) Strides() []int { return a.t.Strides() }

// Runtime returns the runtime that the array belongs to.
func (a *Array) Runtime() Runtime { return a.rt }

// Contiguous reports whether the elements lie in row-major order without gaps.
func (a *Array) Contiguous() bool { return core.RowContiguous(a.Shape(), a.Strides()) }

// Bytes returns the elements in row-major order, little-endian. The slice may
// be the array's own memory: the caller must not change it.
func (a *Array) Bytes() []byte { return a.rt.Bytes(a.t) }

// Float64s returns the elements in row-major order as float64. Complex
// elements give their real part.
func (a *Array) Float64s() []float64 { return Values[float64](a.On(Host()).AsType(Float64)) }

// Item returns the only element as float64.
func (a *Array) Item() float64 {
	if a.Size() != 1 {
		throw("item", BadShape, "index the array first", "only an array with one element is a scalar", a.Shape())
	}
	return a.Float64s()[0]
}

// String prints dtype, shape and up to a few elements.
func (a *Array) String() string {
	const most = 8
	var b strings.Builder
	fmt.Fprintf(&b, "%v%s[", a.DType(), core.ShapeString(a.Shape()))
	n := a.Size()
	for i, v := range a.Flatten().sliceAxis(0, 0, min(n, most)).Float64s() {
		if i > 0 {
			b.WriteString(" ")
		}
		fmt.Fprintf(&b, "%.6g", v)
	}
	if n > most {
		b.WriteString(" …")
	}
	return b.String() + "]"
}

// Element is a Go type with the memory layout of an element type. Float16 and
// Bfloat16 arrays are read and made as uint16 bit patterns or through float32.
type Element interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | complex64
}

// Values returns a copy of the elements in row-major order. T must have the
// size of the array's element type.
func Values[T Element](a *Array) []T {
	var zero T
	if int(unsafe.Sizeof(zero)) != a.DType().Size() {
		throw("values", BadDType, "convert with AsType", fmt.Sprintf("%v elements are not %T", a.DType(), zero))
	}
	return slices.Clone(core.Cast[T](a.Bytes()))
}

// FromBytes makes an array of row-major little-endian elements. It copies data.
func FromBytes(dtype DType, shape []int, data []byte) *Array {
	return FromBytesOn(Host(), dtype, shape, data)
}

// FromBytesOn is FromBytes on a runtime.
func FromBytesOn(rt Runtime, dtype DType, shape []int, data []byte) *Array {
	checkBytes(dtype, shape, data)
	return wrap(rt, rt.FromBytes(dtype, slices.Clone(shape), data))
}

// Adopt is FromBytesOn without a copy where the runtime's arrays lie in the
// program's memory: data must not change any more.
func Adopt(rt Runtime, dtype DType, shape []int, data []byte) *Array {
	if _, ok := rt.(*host.Runtime); !ok {
		return FromBytesOn(rt, dtype, shape, data)
	}
	checkBytes(dtype, shape, data)
	return wrap(rt, host.Adopt(dtype, slices.Clone(shape), data))
}

// checkBytes refuses elements that do not fill a shape.
func checkBytes(dtype DType, shape []int, data []byte) {
	if n := checkShape("array", shape); len(data) != n*dtype.Size() {
		throw("array", BadShape, "", fmt.Sprintf("%d bytes of %v do not fill the shape: it takes %d", len(data), dtype, n*dtype.Size()), shape)
	}
}

// New makes an array from row-major elements. Without a shape it is 1-d.
func New[T Element](data []T, shape ...int) *Array { return NewOn(Host(), data, shape...) }

// NewOn is New on a runtime.
func NewOn[T Element](rt Runtime, data []T, shape ...int) *Array {
	if len(shape) == 0 {
		shape = []int{len(data)}
	}
	return FromBytesOn(rt, dtypeOf[T](), shape, core.AsBytes(data))
}

// Scalar makes a 0-d array; see Operand for the element types.
func Scalar(v Operand) *Array { return scalarOn(Host(), v) }

// FromFloat64s makes an array of any element type from row-major values.
// Integers saturate and truncate, as Go's conversion does within range.
func FromFloat64s(dtype DType, data []float64, shape ...int) *Array {
	return New(data, shape...).AsType(dtype)
}

// On copies the array to another runtime.
func (a *Array) On(rt Runtime) *Array {
	if a.rt == rt {
		return a
	}
	return wrap(rt, rt.FromBytes(a.DType(), a.Shape(), a.Bytes()))
}

func wrap(rt core.Runtime, t core.Tensor) *Array { return &Array{t: t, rt: rt} }

func dtypeOf[T Element]() DType {
	var zero T
	switch any(zero).(type) {
	case bool:
		return Bool
	case int8:
		return Int8
	case int16:
		return Int16
	case int32:
		return Int32
	case int64:
		return Int64
	case uint8:
		return Uint8
	case uint16:
		return Uint16
	case uint32:
		return Uint32
	case uint64:
		return Uint64
	case float32:
		return Float32
	case float64:
		return Float64
	default:
		return Complex64
	}
}

// checkShape returns the number of elements of a shape.
func checkShape(op string, shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 0 {
			throw(op, BadShape, "", "negative dimension", shape)
		}
		if d != 0 && n > math.MaxInt32*64/d {
			throw(op, TooLarge, "", "the array is too large", shape)
		}
		n *= d
	}
	return n
}

func normAxis(op string, axis, ndim int) int {
	a := axis
	if a < 0 {
		a += ndim
	}
	if a < 0 || a >= ndim {
		throw(op, BadAxis, "", fmt.Sprintf("axis %d is out of range for %d dimensions", axis, ndim))
	}
	return a
}
