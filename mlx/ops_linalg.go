package mlx

import (
	"fmt"
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Matmul returns the matrix product over the last two axes; the axes before
// them broadcast. A 1-d operand is a row on the left, a column on the right.
func (a *Array) Matmul(b *Array) *Array {
	x, y, finish := a.matmulOperands("matmul", b)
	return finish(wrap(a.rt, a.rt.Matmul(x.t, y.t)))
}

// matmulOperands promotes both operands, makes them matrices and returns what
// undoes that.
func (a *Array) matmulOperands(op string, b *Array) (x, y *Array, finish func(*Array) *Array) {
	a.operand(op, b)
	if a.NDim() == 0 || b.NDim() == 0 {
		throw(op, BadShape, "use Multiply for scalars", "needs at least one dimension", a.Shape(), b.Shape())
	}
	to := Promote(a.DType(), b.DType())
	if !to.IsInexact() {
		throw(op, BadDType, "convert with AsType", fmt.Sprintf("only floating-point and complex types are supported, not %v", to), a.Shape(), b.Shape())
	}
	x, y = a.AsType(to), b.AsType(to)
	if a.NDim() == 1 {
		x = x.ExpandDims(0)
	}
	if b.NDim() == 1 {
		y = y.ExpandDims(1)
	}
	if x.Dim(-1) != y.Dim(-2) {
		throw(op, BadShape, "", "the last dimension of the first must be the second last of the second", a.Shape(), b.Shape())
	}
	broadcastShapes(op, x.Shape()[:x.NDim()-2], y.Shape()[:y.NDim()-2])
	return x, y, func(out *Array) *Array {
		var drop []int
		if a.NDim() == 1 {
			drop = append(drop, out.NDim()-2)
		}
		if b.NDim() == 1 {
			drop = append(drop, out.NDim()-1)
		}
		return out.dropAxes(drop)
	}
}

// AddMM returns alpha*(a @ b) + beta*c.
func AddMM(c, a, b *Array, alpha, beta float64) *Array {
	to := Promote(Promote(a.DType(), b.DType()), c.DType())
	product := a.AsType(to).Matmul(b.AsType(to))
	broadcastShapes("addmm", c.Shape(), product.Shape())
	wide := to
	if to.Size() == 2 {
		wide = Float32
		product = a.AsType(wide).Matmul(b.AsType(wide))
	}
	return product.Multiply(alpha).Add(c.AsType(wide).Multiply(beta)).AsType(to)
}

// GatherMM multiplies matrices picked by index: lhs and rhs index the
// flattened batch axes of a and b, and nil takes them in order.
func GatherMM(a, b, lhs, rhs *Array) *Array {
	const op = "gather_mm"
	if lhs == nil && rhs == nil {
		return a.Matmul(b)
	}
	to := Promote(a.DType(), b.DType())
	if !to.IsFloat() {
		throw(op, BadDType, "convert with AsType", fmt.Sprintf("only real floating-point types are supported, not %v", to), a.Shape(), b.Shape())
	}
	if a.NDim() < 2 || b.NDim() < 2 || a.Dim(-1) != b.Dim(-2) {
		throw(op, BadShape, "", "the last dimension of the first must be the second last of the second", a.Shape(), b.Shape())
	}
	l, r := batchIndices(op, a, b, lhs, rhs)
	return wrap(a.rt, a.rt.GatherMatmul(a.AsType(to).t, b.AsType(to).t, l.t, r.t))
}

// batchIndices fills in missing indices and broadcasts both.
func batchIndices(op string, a, b, lhs, rhs *Array) (l, r *Array) {
	fill := func(x, idx *Array) *Array {
		batch := x.Shape()[:x.NDim()-2]
		n := core.NumElements(batch)
		if idx == nil {
			return Arange(0, float64(n), 1, Uint32).On(a.rt).Reshape(batch...)
		}
		checkIndices(op, idx)
		if idx.Size() > 0 {
			if lo, hi := idx.Min(DropDims).Item(), idx.Max(DropDims).Item(); lo < 0 || hi >= float64(n) {
				throw(op, BadArgument, "", fmt.Sprintf("an index of %v … %v is out of range for %d matrices", lo, hi, n), idx.Shape())
			}
		}
		return idx.AsType(Uint32)
	}
	l, r = fill(a, lhs), fill(b, rhs)
	both := BroadcastArrays(l, r)
	return both[0], both[1]
}

// Outer returns the products of all pairs of elements.
func Outer(a, b *Array) *Array { return a.Reshape(a.Size(), 1).Multiply(b.Reshape(1, b.Size())) }

// Inner sums products over the last axes.
func Inner(a, b *Array) *Array {
	if a.NDim() == 0 || b.NDim() == 0 {
		return a.Multiply(b)
	}
	if a.Dim(-1) != b.Dim(-1) {
		throw("inner", BadShape, "", "the last dimensions must be equal", a.Shape(), b.Shape())
	}
	return TensordotAxes(a, b, []int{-1}, []int{-1})
}

// Tensordot sums products over the last n axes of a and the first n of b.
func Tensordot(a, b *Array, n int) *Array {
	if n < 0 || n > min(a.NDim(), b.NDim()) {
		throw("tensordot", BadAxis, "", fmt.Sprintf("cannot contract %d axes", n), a.Shape(), b.Shape())
	}
	var x, y []int
	for i := range n {
		x, y = append(x, a.NDim()-n+i), append(y, i)
	}
	return TensordotAxes(a, b, x, y)
}

// TensordotAxes sums products over pairs of axes.
func TensordotAxes(a, b *Array, aAxes, bAxes []int) *Array {
	const op = "tensordot"
	if len(aAxes) != len(bAxes) {
		throw(op, BadAxis, "", "the numbers of axes differ", a.Shape(), b.Shape())
	}
	split := func(x *Array, axes []int) (kept, summed []int) {
		for _, axis := range axes {
			summed = append(summed, normAxis(op, axis, x.NDim()))
		}
		for i := range x.NDim() {
			if !slices.Contains(summed, i) {
				kept = append(kept, i)
			}
		}
		return kept, summed
	}
	ka, sa := split(a, aAxes)
	kb, sb := split(b, bAxes)
	n := 1
	for i := range sa {
		if a.Shape()[sa[i]] != b.Shape()[sb[i]] {
			throw(op, BadShape, "", fmt.Sprintf("axes %d and %d differ in length", sa[i], sb[i]), a.Shape(), b.Shape())
		}
		n *= a.Shape()[sa[i]]
	}
	var rows, cols []int
	for _, i := range ka {
		rows = append(rows, a.Shape()[i])
	}
	for _, i := range kb {
		cols = append(cols, b.Shape()[i])
	}
	x := a.Transpose(append(ka, sa...)...).Reshape(core.NumElements(rows), n)
	y := b.Transpose(append(sb, kb...)...).Reshape(n, core.NumElements(cols))
	return x.Matmul(y).Reshape(append(rows, cols...)...)
}

// Kron returns the Kronecker product.
func Kron(a, b *Array) *Array {
	n := max(a.NDim(), b.NDim())
	x, y, out := make([]int, 2*n), make([]int, 2*n), make([]int, n)
	at := func(s []int, i int) int {
		if i -= n - len(s); i >= 0 {
			return s[i]
		}
		return 1
	}
	for i := range n {
		p, q := at(a.Shape(), i), at(b.Shape(), i)
		x[2*i], x[2*i+1], y[2*i], y[2*i+1], out[i] = p, 1, 1, q, p*q
	}
	return a.Reshape(x...).Multiply(b.Reshape(y...)).Reshape(out...)
}

// Norm returns the p-norm of vectors along axes; no axes means all elements.
// p may be infinite.
func (a *Array) Norm(p float64, keepDims bool, axes ...int) *Array {
	x := a.atLeastFloat().Abs()
	switch {
	case p == 2:
		return x.Square().Sum(keepDims, axes...).Sqrt()
	case p == 1:
		return x.Sum(keepDims, axes...)
	case p == 0:
		return x.NotEqual(0).AsType(x.DType()).Sum(keepDims, axes...)
	case math.IsInf(p, 1):
		return x.Max(keepDims, axes...)
	case math.IsInf(p, -1):
		return x.Min(keepDims, axes...)
	default:
		return x.Power(p).Sum(keepDims, axes...).Power(1 / p)
	}
}
