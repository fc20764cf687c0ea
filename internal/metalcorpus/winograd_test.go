package main

import (
	"math"

	"github.com/zmlx/zmlx/mlx"
)

// winogradPoints are where Winograd's convolution of six outputs and filters of
// three evaluates polynomials; infinity is the last, and not among them.
var winogradPoints = []float64{0, 1, -1, 2, -2, 0.5, -0.5}

// winogradMatrices are those of Winograd's convolution by the construction of
// Toom and Cook: outputs are A'((G g G') * (B' d B))A for a filter g and a tile d
// of the input.
func winogradMatrices() (a, b, g [][]float64) {
	const tile, outputs, taps = 8, 6, 3
	powers := func(x float64, n int) []float64 {
		row := make([]float64, n)
		for i := range row {
			row[i] = math.Pow(x, float64(i))
		}
		return row
	}
	last := func(n int) []float64 { return append(make([]float64, n-1), 1) }
	// product is the polynomial that is 0 in all points but one.
	product := func(without int) []float64 {
		p := append([]float64{1}, make([]float64, tile-1)...)
		for i, x := range winogradPoints {
			if i == without {
				continue
			}
			for k := tile - 1; k >= 0; k-- {
				p[k] *= -x
				if k > 0 {
					p[k] += p[k-1]
				}
			}
		}
		return p
	}
	evaluate := make([][]float64, 0, tile) // A, to be transposed
	for i, x := range winogradPoints {
		evaluate = append(evaluate, powers(x, outputs))
		polynomial, scale := product(i), 1.0
		for j, y := range winogradPoints {
			if j != i {
				scale *= x - y
			}
		}
		if i == 0 { // MLX has the signs of the first rows the other way round
			scale = -scale
			for k := range polynomial {
				polynomial[k] = -polynomial[k]
			}
		}
		row := powers(x, taps)
		for k := range row {
			row[k] /= scale
		}
		b, g = append(b, polynomial), append(g, row)
	}
	b, g, evaluate = append(b, product(-1)), append(g, last(taps)), append(evaluate, last(outputs))
	for i := range outputs {
		var row []float64
		for _, e := range evaluate {
			row = append(row, e[i])
		}
		a = append(a, row)
	}
	return a, b, g
}

// around is m x m', and the same of absolute values.
func around(m [][]float64, x func(i, j int) float64) (value, size [][]float64) {
	for i := range m {
		value, size = append(value, make([]float64, len(m))), append(size, make([]float64, len(m)))
		for j := range m {
			for k, left := range m[i] {
				for l, right := range m[j] {
					term := left * x(k, l) * right
					value[i][j] += term
					size[i][j] += math.Abs(term)
				}
			}
		}
	}
	return value, size
}

// winograd is a trial of one of the three transforms of Winograd's convolution:
// of weights and of tiles of the input before their products, and of these.
func winograd(part string, d mlx.DType) trial {
	const images, high, wide, channels = 2, 2, 1, 64
	const tiles = images * high * wide
	a, b, g := winogradMatrices()
	e := expect{terms: 2 * 8 * 2} // in two products, of factors that are rounded
	set := func(shape []int, at []int, value, size float64) {
		if e.value == nil {
			e.value, e.size = make([]float64, area(shape)), make([]float64, area(shape))
		}
		i := 0
		for axis, s := range shape {
			i = i*s + at[axis]
		}
		e.value[i], e.size[i] = value, size
	}
	at := func(x *mlx.Array) func(at ...int) float64 {
		v, shape := x.Float64s(), x.Shape()
		return func(at ...int) float64 {
			i := 0
			for axis, s := range shape {
				i = i*s + at[axis]
			}
			return v[i]
		}
	}
	c := convolution{n: images, groups: 1, channels: channels, outputs: channels, in: []int{6*high + 2, 6*wide + 2}, filter: []int{3, 3}, stride: []int{1, 1}, pad: []int{0, 0}, dilation: []int{1, 1}, inDilation: []int{1, 1}}
	grid, group := [3]int{32 * wide, 2 * high, 2 * images}, [3]int{32, 2, 2}
	switch part {
	case "weight":
		_, w := c.arrays(d)
		weight, shape := at(w), []int{8, 8, channels, channels}
		for o := range channels {
			for in := range channels {
				value, size := around(g, func(i, j int) float64 { return weight(o, i, j, in) })
				for i := range 8 {
					for j := range 8 {
						set(shape, []int{i, j, in, o}, value[i][j], size[i][j])
					}
				}
			}
		}
		return space([3]int{8 * channels, 4, 1}, [3]int{32, 4, 1}, nil, 0, w, out(d, shape...), ints(channels), ints(channels)).rounded(e, d, 0)
	case "input":
		x, _ := c.arrays(d)
		pixel, shape := at(x), []int{8, 8, tiles, channels}
		for tile := range tiles {
			n, h, w := tile/(high*wide), tile/wide%high, tile%wide
			for ch := range channels {
				value, size := around(b, func(i, j int) float64 { return pixel(n, 6*h+i, 6*w+j, ch) })
				for i := range 8 {
					for j := range 8 {
						set(shape, []int{i, j, tile, ch}, value[i][j], size[i][j])
					}
				}
			}
		}
		return space(grid, group, nil, 0, x, out(d, shape...), c.params()).rounded(e, d, 0)
	}
	c.in[0], c.in[1] = c.in[0]-1, c.in[1]-1 // the last tiles are not full
	products := normal(41, d, 8, 8, tiles, channels)
	product, shape := at(products), []int{images, c.size()[0], c.size()[1], channels}
	for tile := range tiles {
		n, h, w := tile/(high*wide), tile/wide%high, tile%wide
		for ch := range channels {
			value, size := around(a, func(i, j int) float64 { return product(i, j, tile, ch) })
			for i := range min(6, shape[1]-6*h) {
				for j := range min(6, shape[2]-6*w) {
					set(shape, []int{n, 6*h + i, 6*w + j, ch}, value[i][j], size[i][j])
				}
			}
		}
	}
	return space(grid, group, nil, 0, products, out(d, shape...), c.params()).rounded(e, d, 0)
}
