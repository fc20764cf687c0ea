package main

import (
	"bytes"
	"math"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

// reduction is an op of MLX's reductions with inputs that tell its results
// apart.
func reduction(op string, in, out mlx.DType, shape ...int) (x *mlx.Array, reduce func(x *mlx.Array, axes ...int) *mlx.Array) {
	n := 1
	for _, s := range shape {
		n *= s
	}
	x = normal(4, in, n)
	switch op {
	case "prod":
		if out.IsInexact() { // the product is exact in any order
			v := make([]complex64, n)
			for i := range v {
				v[i] = []complex64{1, 2, 1, -1, 0.5, 1, 1}[i%7]
				if i%13 == 2 && out == mlx.Complex64 {
					v[i] *= 1i
				}
			}
			if x = mlx.New(v); out != mlx.Complex64 {
				x = x.Real().AsType(in)
			}
		}
	case "and", "or": // one of 37 is otherwise
		v := make([]float64, n)
		for i := range v {
			if (i%37 == 5) == (op == "or") {
				v[i] = 1
			}
		}
		x = mlx.FromFloat64s(in, v)
	}
	reduce = func(x *mlx.Array, axes ...int) *mlx.Array {
		x = x.AsType(out)
		switch op {
		case "sum":
			x = x.Sum(false, axes...)
		case "prod":
			x = x.Prod(false, axes...)
		case "min":
			x = x.Min(false, axes...)
		case "max":
			x = x.Max(false, axes...)
		case "and":
			x = x.All(false, axes...)
		case "or":
			x = x.Any(false, axes...)
		}
		return x.AsType(out)
	}
	return x.Reshape(shape...), reduce
}

// reduced is the type that MLX's kernels reduce to.
func reduced(op string, in mlx.DType) mlx.DType {
	switch {
	case op == "and" || op == "or":
		return mlx.Bool
	case op == "min" || op == "max":
		return in
	}
	switch in {
	case mlx.Uint8, mlx.Int8, mlx.Int16:
		return mlx.Int32
	case mlx.Uint16:
		return mlx.Uint32
	}
	return in
}

func TestReduce(t *testing.T) {
	t.Parallel()
	const ops = `(and|or|sum|prod|min|max)`
	everyEntry(t, "reduce.metal", `(init|all)_reduce_`+ops+`T|(row)_reduce_simple_`+ops+`T|(row|col)_reduce_(small|looped|longcolumn|2pass)(?:_large)?_([125])(?:_32_32)?_reduce_`+ops+`T`, func(m []string) trial {
		kind, op, in := m[1]+m[4]+m[7]+m[8], m[2]+m[5]+m[10], dtype(t, m[3]+m[6]+m[11])
		to := reduced(op, in)
		const scale = 20 // sums in the outputs' type
		switch kind {
		case "init":
			return line(5, identity(op, in), 0, out(in, 5))
		case "all":
			const n = 1271
			x, reduce := reduction(op, in, to, n)
			want := mlx.Stack([]*mlx.Array{reduce(x.Slice([]int{0}, []int{700}, nil)), reduce(x.Slice([]int{700}, []int{n}, nil))}, 0)
			return space([3]int{64, 2, 1}, [3]int{64, 1, 1}, want, 2*scale, x, out(to, 2), longs(n), longs(700))
		case "row":
			const rows, columns = 6, 330
			x, reduce := reduction(op, in, to, rows, columns)
			return space([3]int{64, (rows + 3) / 4, 1}, [3]int{64, 1, 1}, reduce(x, 1), scale, x, out(to, rows), longs(columns), longs(rows))
		}
		// The input is an array of (3, outputs, 2, 2, last) where the axes but
		// those of outputs are reduced; there are fewer of them for 1 and 2.
		const outputs = 2
		outer, inner := []int{3, 2, 2}[:map[string]int{"1": 1, "2": 2, "5": 3}[m[9]]], 1
		row := map[string]int{"rowsmall": 13, "rowlooped": 150}[kind]
		if m[7] == "row" {
			for _, s := range outer[1:] {
				inner *= s
			}
			shape := append([]int{3, outputs}, append(outer[1:len(outer):len(outer)], row)...)
			x, reduce := reduction(op, in, to, shape...)
			axes := []int{0, 2, 3, 4}[:len(shape)-1]
			sizes, strides := []int32{3, 2, 2}[:len(outer)], []int64{int64(outputs * inner * row)}
			for s := inner; s > 1; s /= 2 {
				strides = append(strides, int64(s/2*row))
			}
			rows := int64(3 * inner)
			buffers := []any{x, out(to, outputs), longs(int64(row)), longs(rows), ints(outputs), longs(int64(inner * row)), ints(1),
				ints(sizes...), longs(strides...), ints(int32(len(sizes)))}
			grid, group := [3]int{32, outputs, 1}, [3]int{32, 1, 1}
			if kind == "rowsmall" {
				grid, group = [3]int{32, outputs, 1}, [3]int{32, 1, 1}
				if rows <= 8 {
					grid, group = [3]int{outputs, 1, 1}, [3]int{outputs, 1, 1}
				}
			}
			return space(grid, group, reduce(x, axes...), scale, buffers...)
		}
		// Columns: (3, outputs, 2, length, width), the last not reduced. The
		// column counts as an axis, so there is one less of the others.
		const length, width = 35, 20
		others := outer[:len(outer)-1]
		shape, axes, sizes, strides := []int{outputs, length, width}, []int{1}, []int32{length}, []int64{width}
		columns := 1
		if len(others) > 0 {
			shape, axes, columns = append([]int{3}, shape...), []int{0, 2}, 3
			sizes, strides = append([]int32{3}, sizes...), append([]int64{outputs * length * width}, strides...)
		}
		if len(others) > 1 {
			shape, axes, columns = []int{3, outputs, 2, length, width}, []int{0, 2, 3}, 6
			sizes, strides = []int32{3, 2, length}, []int64{outputs * 2 * length * width, length * width, width}
			inner = 2
		}
		x, reduce := reduction(op, in, to, shape...)
		want := reduce(x, axes...)
		buffers := []any{x, out(to, outputs, width), longs(length), longs(width), ints(outputs), longs(int64(inner * length * width)), ints(1),
			ints(sizes...), longs(strides...), ints(int32(len(sizes))), longs(int64(columns))}
		partial := func(c trial, blocks, outSize int) trial {
			c.buffers[1] = out(to, blocks, outputs, width)
			c.buffers = append(c.buffers, longs(int64(outSize)))
			c.finish = func(got *mlx.Array) *mlx.Array { return reduce(got, 0) }
			return c
		}
		switch kind {
		case "colsmall":
			return space([3]int{5, outputs * 8, 1}, [3]int{5, 8, 1}, want, scale, buffers...)
		case "collongcolumn":
			return partial(space([3]int{width * outputs, 16, 4}, [3]int{width, 16, 1}, want, scale, buffers...), 4, outputs*width)
		case "col2pass":
			return partial(space([3]int{256, outputs * 32, 1}, [3]int{256, 1, 1}, want, scale, buffers...), 32, outputs)
		}
		return space([3]int{256, outputs, 1}, [3]int{256, 1, 1}, want, scale, buffers...)
	})
}

// identity is five times what a reduction starts with.
func identity(op string, d mlx.DType) *mlx.Array {
	switch op {
	case "sum", "or":
		return mlx.Zeros([]int{5}, d)
	case "prod", "and":
		return mlx.Ones([]int{5}, d)
	}
	return bound(d, op == "max")
}

// bound is five times the least or greatest value of a type.
func bound(d mlx.DType, least bool) *mlx.Array {
	value := bytes.Repeat([]byte{0xff}, d.Size())
	infinity := math.Inf(1)
	if least {
		infinity = math.Inf(-1)
	}
	switch d {
	case mlx.Float32, mlx.Float16, mlx.Bfloat16:
		return mlx.Full([]int{5}, infinity, d)
	case mlx.Complex64:
		return mlx.Full([]int{10}, infinity, mlx.Float32).View(d)
	case mlx.Bool:
		return mlx.Full([]int{5}, max(0, infinity), mlx.Float32).AsType(d)
	case mlx.Int8, mlx.Int16, mlx.Int32, mlx.Int64:
		value[d.Size()-1] = 0x7f
		if least {
			value = append(make([]byte, d.Size()-1), 0x80)
		}
	default:
		if least {
			value = make([]byte, d.Size())
		}
	}
	return mlx.FromBytes(d, []int{5}, bytes.Repeat(value, 5))
}

func TestScan(t *testing.T) {
	t.Parallel()
	ops := map[string]func(x *mlx.Array, axis int, reverse, inclusive bool) *mlx.Array{
		"sum": (*mlx.Array).CumSum, "prod": (*mlx.Array).CumProd, "max": (*mlx.Array).CumMax, "min": (*mlx.Array).CumMin, "logaddexp": (*mlx.Array).LogCumSumExp,
	}
	everyEntry(t, "scan.metal", `(contig|strided)_scan_(reverse_)?(inclusive|exclusive)_(sum|prod|max|min|logaddexp)_T_T`, func(m []string) trial {
		in, to := dtype(t, m[5]), dtype(t, m[6])
		reads := 4
		if in.Size() == 8 {
			reads = 2
		}
		scan := func(axis int, shape ...int) (x, want *mlx.Array) {
			x, _ = reduction(m[4], in, to, shape...)
			if m[4] == "logaddexp" && in == mlx.Complex64 { // MLX's own op refuses; logarithms differ by 2πi
				return x, x.Exp().CumSum(axis, m[2] != "", m[3] == "inclusive")
			}
			return x, ops[m[4]](x.AsType(to), axis, m[2] != "", m[3] == "inclusive").AsType(to)
		}
		var finish func(got *mlx.Array) *mlx.Array
		if m[4] == "logaddexp" && in == mlx.Complex64 {
			finish = func(got *mlx.Array) *mlx.Array {
				sum := got.Exp()
				return mlx.Where(sum.Equal(sum), sum, 0).AsType(in) // of an infinity with no direction
			}
		}
		if m[1] == "contig" {
			const rows, n = 3, 301
			x, want := scan(1, rows, n)
			c := space([3]int{64, rows, 1}, [3]int{64, 1, 1}, want, 40, x, out(to, rows, n), longs(n))
			c.finish = finish
			return c
		}
		const outer, n, stride = 2, 70, 40
		x, want := scan(1, outer, n, stride)
		threads := 32 / reads * 32
		c := space([3]int{threads, 2 * outer, 1}, [3]int{threads, 1, 1}, want, 40, x, out(to, outer, n, stride), longs(n), longs(stride), longs(2))
		c.finish = finish
		return c
	})
}
