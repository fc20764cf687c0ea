package core

import (
	"slices"
	"unsafe"
)

// Cast reads bytes as elements. The memory must be aligned for T.
func Cast[T any](b []byte) []T {
	var zero T
	n := len(b) / int(unsafe.Sizeof(zero))
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// AsBytes reads elements as bytes.
func AsBytes[T any](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(s[0])))
}

// NumElements returns the product of a shape.
func NumElements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// RowStrides returns the strides, in elements, of a row-major array.
func RowStrides(shape []int) []int {
	s := make([]int, len(shape))
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		s[i] = n
		n *= shape[i]
	}
	return s
}

// RowContiguous reports whether an array is row-major without gaps. Strides of
// axes of length 1 do not matter.
func RowContiguous(shape, strides []int) bool {
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] != 1 && strides[i] != n && n != 0 {
			return false
		}
		n *= shape[i]
	}
	return true
}

// SameShape reports whether two shapes are equal.
func SameShape(a, b []int) bool { return slices.Equal(a, b) }

// BroadcastShapes returns the shape that both broadcast to.
func BroadcastShapes(a, b []int) ([]int, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i, d := range b {
		o := &out[len(a)-len(b)+i]
		switch {
		case *o == d || d == 1:
		case *o == 1:
			*o = d
		default:
			return nil, false
		}
	}
	return out, true
}

// SliceLength returns how many elements start, start+stride, … before stop are.
func SliceLength(start, stop, stride int) int {
	if stride < 0 {
		return max(0, (start-stop-stride-1)/-stride)
	}
	return max(0, (stop-start+stride-1)/stride)
}
