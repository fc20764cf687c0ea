package host

import (
	"cmp"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Compare gives a Bool for each pair of elements.
func (*Runtime) Compare(op core.CompareOp, x, y core.Tensor) core.Tensor {
	a, b := x.(*tensor), y.(*tensor)
	switch a.dtype {
	case core.Bool, core.Uint8:
		return compareElems(op, a, b, native[uint8]())
	case core.Uint16:
		return compareElems(op, a, b, native[uint16]())
	case core.Uint32:
		return compareElems(op, a, b, native[uint32]())
	case core.Uint64:
		return compareElems(op, a, b, native[uint64]())
	case core.Int8:
		return compareElems(op, a, b, native[int8]())
	case core.Int16:
		return compareElems(op, a, b, native[int16]())
	case core.Int32:
		return compareElems(op, a, b, native[int32]())
	case core.Int64:
		return compareElems(op, a, b, native[int64]())
	case core.Float64:
		return compareElems(op, a, b, native[float64]())
	case core.Complex64:
		return zipElems(core.Bool, a, b, native[complex64](), native[uint8](), eachPair(complexCompare(op)))
	default:
		return compareElems(op, a, b, floatAccess(a.dtype))
	}
}

func compareElems[C integer | float](op core.CompareOp, a, b *tensor, in access[C]) *tensor {
	f := less[C]
	switch op {
	case core.Equal:
		f = equal[C]
	case core.NotEqual:
		f = notEqual[C]
	case core.LessEqual:
		f = lessOrEqual[C]
	case core.Greater:
		a, b = b, a
	case core.GreaterEqual:
		a, b, f = b, a, lessOrEqual[C]
	}
	return zipElems(core.Bool, a, b, in, native[uint8](), f)
}

func equal[C number](dst []uint8, a, b []C) {
	for i, v := range a {
		dst[i] = bit(v == b[i])
	}
}

func notEqual[C number](dst []uint8, a, b []C) {
	for i, v := range a {
		dst[i] = bit(v != b[i])
	}
}

func less[C integer | float](dst []uint8, a, b []C) {
	for i, v := range a {
		dst[i] = bit(v < b[i])
	}
}

func lessOrEqual[C integer | float](dst []uint8, a, b []C) {
	for i, v := range a {
		dst[i] = bit(v <= b[i])
	}
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

func complexCompare(op core.CompareOp) func(a, b complex64) uint8 {
	return func(a, b complex64) uint8 {
		switch op {
		case core.Equal:
			return bit(a == b)
		case core.NotEqual:
			return bit(a != b)
		case core.Less:
			return bit(complexLess(a, b))
		case core.LessEqual:
			return bit(complexLess(a, b) || a == b)
		case core.Greater:
			return bit(complexLess(b, a))
		default:
			return bit(complexLess(b, a) || a == b)
		}
	}
}

// Select takes elements of a where cond is set, else of b.
func (*Runtime) Select(cond, x, y core.Tensor) core.Tensor {
	c, a, b := cond.(*tensor), x.(*tensor), y.(*tensor)
	shape, _ := core.BroadcastShapes(a.shape, b.shape)
	shape, _ = core.BroadcastShapes(c.shape, shape)
	out := alloc(a.dtype, shape)
	switch a.dtype.Size() {
	case 1:
		selectElems[uint8](out, c, a, b)
	case 2:
		selectElems[uint16](out, c, a, b)
	case 4:
		selectElems[uint32](out, c, a, b)
	default:
		selectElems[uint64](out, c, a, b)
	}
	return out
}

func selectElems[T integer](out, c, a, b *tensor) {
	flags, in := native[uint8](), native[T]()
	dst := elems[T](out)
	newRows(out.shape, c, a, b).run(func() func(at, n int, offs, inner []int) {
		bufC, bufA, bufB := make([]uint8, chunk), make([]T, chunk), make([]T, chunk)
		return func(at, n int, offs, inner []int) {
			set := flags.load(c, offs[0], inner[0], n, bufC)
			x := in.load(a, offs[1], inner[1], n, bufA)
			y := in.load(b, offs[2], inner[2], n, bufB)
			to := dst[at : at+n]
			for i, s := range set {
				to[i] = y[i] ^ (x[i]^y[i])&-T(s) // flags are 0 or 1, and hard to predict
			}
		}
	})
}

// order compares with NaN after everything else.
func order[T cmp.Ordered](a, b T) int {
	switch {
	case a < b || a == a && b != b:
		return -1
	case a > b || a != a && b == b:
		return 1
	default:
		return 0
	}
}
