package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
)

func TestUnary(t *testing.T) {
	t.Parallel()
	ops := map[string]func(x *mlx.Array) *mlx.Array{
		"Abs": (*mlx.Array).Abs, "ArcCos": (*mlx.Array).Arccos, "ArcCosh": (*mlx.Array).Arccosh, "ArcSin": (*mlx.Array).Arcsin,
		"ArcSinh": (*mlx.Array).Arcsinh, "ArcTan": (*mlx.Array).Arctan, "ArcTanh": (*mlx.Array).Arctanh,
		"BitwiseInvert": (*mlx.Array).BitwiseInvert, "Ceil": (*mlx.Array).Ceil, "Conjugate": (*mlx.Array).Conjugate, "Cos": (*mlx.Array).Cos,
		"Cosh": (*mlx.Array).Cosh, "Erf": (*mlx.Array).Erf, "ErfInv": (*mlx.Array).Erfinv, "Exp": (*mlx.Array).Exp, "Expm1": (*mlx.Array).Expm1,
		"Floor": (*mlx.Array).Floor, "Imag": (*mlx.Array).Imag, "Log": (*mlx.Array).Log, "Log10": (*mlx.Array).Log10, "Log1p": (*mlx.Array).Log1p,
		"Log2": (*mlx.Array).Log2, "LogicalNot": (*mlx.Array).LogicalNot, "Negative": (*mlx.Array).Negative, "Real": (*mlx.Array).Real,
		"Round": func(x *mlx.Array) *mlx.Array { return x.Round(0) }, "Rsqrt": (*mlx.Array).Rsqrt, "Sigmoid": (*mlx.Array).Sigmoid,
		"Sign": (*mlx.Array).Sign, "Sin": (*mlx.Array).Sin, "Sinh": (*mlx.Array).Sinh, "Sqrt": (*mlx.Array).Sqrt, "Square": (*mlx.Array).Square,
		"Tan": (*mlx.Array).Tan, "Tanh": (*mlx.Array).Tanh, "ToFP8": (*mlx.Array).ToFP8,
	}
	everyEntry(t, "unary.metal", `(v|vn|v2|gn1|gn4large)_(\w+?)TT`, func(m []string) trial {
		const n = 1001 // a multiple of 7
		from, to := dtype(t, m[3]), dtype(t, m[4])
		x, each := normal(1, from, n), perThread(from)
		if from != mlx.Complex64 { // what infinite parts give is not one thing
			x = spiked(x, 5, 6)
		}
		op := ops[m[2]]
		switch {
		case m[2] == "Negative" && from == mlx.Bool: // which MLX's op refuses
			op = (*mlx.Array).AsContiguous
		case m[2] == "FromFP8":
			op = func(x *mlx.Array) *mlx.Array { return x.FromFP8(to) }
		}
		require.NotNil(t, op, m[2])
		want, scale := op(x).AsType(to), 0.5
		if from == mlx.Complex64 && (m[2] == "ArcCos" || m[2] == "ArcSin") {
			scale = 60 // its square root takes nearly equal numbers from each other, which leaves half of the digits
		}
		held := func(c trial, x *mlx.Array) trial {
			if r, ok := unaryRules[m[2]]; ok && unit[to] > 0 {
				return c.hold(r, to, x, nil)
			}
			return c
		}
		switch m[1] {
		case "v":
			return held(line(n, want, scale, x, out(to, n), ints(n)), x)
		case "vn":
			return held(line(threads(n, each), want, scale, x, out(to, n), ints(n)), x)
		case "v2":
			return held(space([3]int{threads(n, 7*each), 7, 1}, [3]int{16, 7, 1}, want, scale, x, out(to, n), longs(n)), x)
		}
		seen, shape, strides := view(x, 11, 7, 13)
		each = map[string]int{"gn1": 1, "gn4large": 4}[m[1]]
		return held(space([3]int{threads(13, each), 7, 11}, [3]int{4, 7, 2}, op(seen).AsType(to), scale, x, out(to, 11, 7, 13), shape, strides, ints(3)), seen)
	})
}

func TestBinary(t *testing.T) {
	t.Parallel()
	type op = func(a *mlx.Array, b mlx.Operand) *mlx.Array
	ops := map[string]op{
		"Add": (*mlx.Array).Add, "ArcTan2": (*mlx.Array).Arctan2, "BitwiseAnd": (*mlx.Array).BitwiseAnd, "BitwiseOr": (*mlx.Array).BitwiseOr,
		"BitwiseXor": (*mlx.Array).BitwiseXor, "Divide": (*mlx.Array).Divide, "Equal": (*mlx.Array).Equal, "Greater": (*mlx.Array).Greater,
		"GreaterEqual": (*mlx.Array).GreaterEqual, "LeftShift": (*mlx.Array).LeftShift, "Less": (*mlx.Array).Less, "LessEqual": (*mlx.Array).LessEqual,
		"LogAddExp": (*mlx.Array).LogAddExp, "LogicalAnd": (*mlx.Array).LogicalAnd, "LogicalOr": (*mlx.Array).LogicalOr, "Maximum": (*mlx.Array).Maximum,
		"Minimum": (*mlx.Array).Minimum, "Multiply": (*mlx.Array).Multiply, "NaNEqual": func(a *mlx.Array, b mlx.Operand) *mlx.Array {
			y := b.(*mlx.Array)
			return a.Equal(y).LogicalOr(a.NotEqual(a).LogicalAnd(y.NotEqual(y)))
		}, "NotEqual": (*mlx.Array).NotEqual,
		"Power": (*mlx.Array).Power, "Remainder": (*mlx.Array).Remainder, "RightShift": (*mlx.Array).RightShift, "Subtract": (*mlx.Array).Subtract,
	}
	const n, names = 3 * 5 * 7, `(ss|[sv]{2}n?|[sv]{2}2|gn2|gn4large|g[123](?:large)?)_(\w+?)T`
	// seen is told what the operands are to the kernel.
	try := func(m []string, seen func(a, b *mlx.Array)) trial {
		d := dtype(t, m[3])
		op := ops[m[2]]
		require.NotNil(t, op, m[2])
		// What is undefined in Metal does not come up: integers divided by 0,
		// to negative powers, shifted by more than they have bits.
		// Of four pairs one is of two special values, two are of one and another.
		// Only the order of complex numbers is defined of such.
		x, y := normal(2, d, n), normal(3, d, n)
		if d != mlx.Complex64 || m[2] == "Maximum" || m[2] == "Minimum" {
			x, y = spiked(spiked(x, 1, 4), 3, 4), spiked(spiked(y, 2, 4), 7, 12)
		}
		integer := strings.Contains(m[3], "int")
		switch {
		case integer && (m[2] == "Divide" || m[2] == "Remainder"):
			y = mlx.Where(y.Equal(0), 3, y).AsType(d)
		case integer && m[2] == "Power":
			y = y.Abs().Remainder(5).AsType(d)
		case integer && strings.HasSuffix(m[2], "Shift"):
			y = y.Abs().Remainder(8 * d.Size()).AsType(d)
		case d == mlx.Bool && (m[2] == "Divide" || m[2] == "Remainder"):
			y = mlx.Ones([]int{n}, d)
		}
		f := func(a, b *mlx.Array) *mlx.Array {
			seen(a, b)
			switch {
			case m[2] == "Divide" && (integer || d == mlx.Bool): // towards zero, where MLX's own op gives floats
				return a.AsType(mlx.Float64).Divide(b.AsType(mlx.Float64)).AsType(d)
			case m[2] == "Remainder" && d == mlx.Complex64: // of each part, where MLX's own op refuses
				return op(a.AsContiguous().View(mlx.Float32).Reshape(append(a.Shape(), 2)...), b.AsContiguous().View(mlx.Float32).Reshape(append(b.Shape(), 2)...)).
					View(mlx.Complex64).Squeeze(-1)
			}
			return op(a, b)
		}
		o := out(f(x, y).DType(), n)
		one := func(x *mlx.Array) *mlx.Array { return x.Slice([]int{4}, []int{5}, nil) }
		if kind := m[1]; kind[0] != 'g' {
			a, b := x, y
			if kind[0] == 's' {
				a = one(x)
			}
			if kind[1] == 's' {
				b = one(y)
			}
			want, each := f(a, b).BroadcastTo(n), perThread(d)
			switch {
			case kind == "ss":
				return line(1, f(a, b), 1, a, b, out(o.dtype, 1))
			case kind[2:] == "":
				return line(n, want, 1, a, b, o, ints(n))
			case kind[2:] == "n":
				return line(threads(n, each), want, 1, a, b, o, ints(n))
			}
			return space([3]int{threads(n, 5*each), 5, 1}, [3]int{16, 5, 1}, want, 1, a, b, o, longs(n))
		}
		// One operand is seen across, the other along rows that repeat.
		switch m[1][:2] {
		case "g1":
			b := y.Slice([]int{0}, []int{n / 3}, nil)
			want := f(x.AsStrided([]int{n / 3}, []int{3}, 0), b)
			return line(n/3, want, 1, x, b, out(o.dtype, n/3), longs(3), longs(1))
		case "g2":
			a, _, strides := view(x, 15, 7)
			row := y.Slice([]int{0}, []int{7}, nil)
			return space([3]int{7, 15, 1}, [3]int{7, 4, 1}, f(a, row.BroadcastTo(15, 7)), 1, x, row, o, strides, longs(0, 1))
		}
		a, shape, strides := view(x, 3, 5, 7)
		row := y.Slice([]int{0}, []int{5}, nil)
		want := f(a, row.Reshape(1, 5, 1).BroadcastTo(3, 5, 7))
		if m[1][:2] == "g3" {
			return space([3]int{7, 5, 3}, [3]int{7, 5, 1}, want, 1, x, row, o, strides, longs(0, 1, 0))
		}
		each := map[string]int{"gn2": 2, "gn4large": 4}[m[1]]
		return space([3]int{threads(7, each), 5, 3}, [3]int{4, 5, 1}, want, 1, x, row, o, shape, strides, longs(0, 1, 0), ints(3))
	}
	everyEntry(t, "binary.metal", names, func(m []string) trial {
		var x, y *mlx.Array
		c := try(m, func(a, b *mlx.Array) { x, y = a, b })
		if r, ok := binaryRules[m[2]]; ok && unit[dtype(t, m[3])] > 0 {
			shape := c.want[0].Shape()
			return c.hold(r, dtype(t, m[3]), x.BroadcastTo(shape...), y.BroadcastTo(shape...))
		}
		return c
	})
	everyEntry(t, "binary_two.metal", names, func(m []string) trial { // of two outputs
		require.Equal(t, "DivMod", m[2])
		ignore := func(_, _ *mlx.Array) {}
		quotient, remainder := try([]string{"", m[1], "Divide", m[3]}, ignore), try([]string{"", m[1], "Remainder", m[3]}, ignore)
		if q := quotient.want[0]; epsilon[q.DType()] > 0 {
			quotient.want[0] = mlx.Where(q.Less(0), q.Ceil(), q.Floor())
		}
		quotient.buffers = slices.Insert(quotient.buffers, 3, remainder.buffers[2])
		quotient.want = append(quotient.want, remainder.want...)
		return quotient
	})
}

func TestSelect(t *testing.T) {
	t.Parallel()
	everyEntry(t, "ternary.metal", `(v|vs|sv)(n|2)?_SelectT|(g[123](?:large)?|gn2|gn4large)_SelectT`, func(m []string) trial {
		const n = 3 * 5 * 7
		d := dtype(t, m[3]+m[5])
		condition, x, y := normal(7, mlx.Float32, n).Greater(0), normal(5, d, n), normal(6, d, n)
		one := func(x *mlx.Array) *mlx.Array { return x.Slice([]int{4}, []int{5}, nil) }
		if m[4] == "" {
			if m[1] == "sv" {
				x = one(x)
			}
			if m[1] == "vs" {
				y = one(y)
			}
			want, each := mlx.Where(condition, x, y), perThread(d)
			switch m[2] {
			case "":
				return line(n, want, 0, condition, x, y, out(d, n), ints(n))
			case "n":
				return line(threads(n, each), want, 0, condition, x, y, out(d, n), ints(n))
			}
			return space([3]int{threads(n, 5*each), 5, 1}, [3]int{16, 5, 1}, want, 0, condition, x, y, out(d, n), longs(n))
		}
		sizes := map[byte][]int{'1': {n}, '2': {15, 7}, '3': {3, 5, 7}, 'n': {3, 5, 7}}[m[4][1]]
		rank := len(sizes)
		seen, shape, strides := view(x, sizes...)
		rows := append([]int{1, 1, 1}[:rank-1:rank-1], sizes[rank-1])
		row := y.Slice([]int{0}, []int{sizes[rank-1]}, nil)
		want := mlx.Where(condition.Reshape(sizes...), seen, row.Reshape(rows...))
		plain, alike := make([]int64, rank), make([]int64, rank)
		step := int64(1)
		for i := rank - 1; i >= 0; i-- {
			plain[i] = step
			step *= int64(sizes[i])
		}
		alike[rank-1] = 1
		grid := [3]int{1, 1, 1}
		for i, s := range sizes {
			grid[rank-1-i] = s
		}
		buffers := []any{condition, x, row, out(d, sizes...), longs(plain...), strides, longs(alike...)}
		if m[4][1] == 'n' {
			grid[0] = threads(grid[0], map[string]int{"gn2": 2, "gn4large": 4}[m[4]])
			buffers = append(append(append([]any{}, buffers[:4]...), shape), append(buffers[4:], ints(int32(rank)))...)
		}
		return space(grid, [3]int{min(grid[0], 32), 1, 1}, want, 0, buffers...)
	})
}

func TestCopy(t *testing.T) {
	t.Parallel()
	everyEntry(t, "copy.metal", `([sv]n?|[sv]2|g(?:n2|n4large|[123](?:large)?)|gg(?:n2|n4large|[123](?:large)?)(?:_dynamic)?)_copyTT`, func(m []string) trial {
		const n = 3 * 5 * 7
		kind, dynamic := strings.CutSuffix(m[1], "_dynamic")
		from, to := dtype(t, m[2]), dtype(t, m[3])
		x := normal(4, from, n)
		if strings.HasPrefix(m[3], "u") { // negative floats have no unsigned value
			x = x.Abs().AsType(from)
		}
		each := perThread(to)
		switch kind {
		case "s", "sn":
			if kind == "s" {
				each = 1
			}
			return line(threads(n, each), x.Slice([]int{4}, []int{5}, nil).AsType(to).BroadcastTo(n), 0, x.Slice([]int{4}, []int{5}, nil), out(to, n), ints(n))
		case "s2":
			return space([3]int{threads(n, 5*each), 5, 1}, [3]int{16, 5, 1}, x.Slice([]int{4}, []int{5}, nil).AsType(to).BroadcastTo(n), 0, x.Slice([]int{4}, []int{5}, nil), out(to, n), longs(n))
		case "v":
			return line(n, x.AsType(to), 0, x, out(to, n), ints(n))
		case "vn":
			return line(threads(n, each), x.AsType(to), 0, x, out(to, n), ints(n))
		case "v2":
			return space([3]int{threads(n, 5*each), 5, 1}, [3]int{16, 5, 1}, x.AsType(to), 0, x, out(to, n), longs(n))
		}
		// What is copied begins at an offset of the input if that is dynamic, and
		// goes to every second element of the output if that has strides.
		general, offset := strings.HasPrefix(kind, "gg"), 0
		if dynamic {
			offset = 3
			x = normal(4, from, n+offset)
		}
		sizes := map[byte][]int{'1': {n}, '2': {15, 7}, '3': {3, 5, 7}, 'n': {3, 5, 7}}[strings.TrimLeft(kind, "g")[0]]
		seen, shape, strides := view(x.Slice([]int{offset}, []int{n + offset}, nil), sizes...)
		grid := [3]int{1, 1, 1}
		for i, s := range sizes {
			grid[len(sizes)-1-i] = s
		}
		if strings.Contains(kind, "n") {
			grid[0] = threads(grid[0], map[bool]int{true: 2, false: 4}[strings.HasSuffix(kind, "n2")])
		}
		buffers := []any{x, out(to, sizes...), shape, strides, nil, ints(int32(len(sizes)))}
		c := space(grid, [3]int{min(grid[0], 32), 1, 1}, seen.AsType(to), 0, buffers...)
		if general {
			step, steps, wide := 2, make([]int, len(sizes)), make([]int64, len(sizes))
			for i := len(sizes) - 1; i >= 0; i-- {
				steps[i], wide[i] = step, int64(step)
				step *= sizes[i]
			}
			c.buffers[1], c.buffers[4] = out(to, 2*n+offset), longs(wide...)
			c.finish = func(got *mlx.Array) *mlx.Array { return got.AsStrided(sizes, steps, offset) }
			c.buffers = append(c.buffers, longs(int64(offset)), longs(int64(offset)))
		}
		return c
	})
}

// Random bits are the same to the last one. The keys of rbits have strides.
func TestRandomBits(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 7, 64, 1001} {
		everyEntry(t, "random.metal", `rbits(c?)`, func(m []string) trial {
			half, odd := n/2, n%2
			keys := mlx.Stack([]*mlx.Array{key(42), key(43)}, 0)
			want := mlx.Stack([]*mlx.Array{mlx.RandomBits(key(42), 4, n), mlx.RandomBits(key(43), 4, n)}, 0)
			c := space([3]int{2, half + odd, 1}, [3]int{2, 32, 1}, want, 0, keys, out(mlx.Uint32, 2, n), []byte{byte(odd)}, longs(int64(4*n)))
			if m[1] == "" {
				c.buffers[0] = keys.Transpose(1, 0).AsContiguous()
				c.buffers = append(c.buffers, ints(2), ints(2, 2), longs(1, 2))
			}
			return c
		})
	}
}
