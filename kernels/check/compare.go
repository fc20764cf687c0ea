package check

import (
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx"
)

// Comparison says how far an output is from what it should be.
type Comparison struct {
	Name       string
	DType      string
	Shape      []int
	Mismatches int
	MaxAbs     float64 // absolute error, over elements with a finite truth
	MaxRel     float64 // relative error, where the truth is not 0 either
	MaxULP     uint64  // steps of the output's type to the rounded truth
	RMS        float64 // root mean square of the absolute error
	PlainRMS   *float64
	GotNaN     int
	GotInf     int
	WantNaN    int
	WantInf    int
	Unwritten  int
	First      *Bad // the first mismatch in row order

	RTol float64
	ATol float64
}

// OK reports whether the output passes.
func (c Comparison) OK() bool { return c.Mismatches == 0 && c.Unwritten == 0 }

// Bad is an element that is wrong.
type Bad struct {
	Index []int
	Got   float64
	Want  float64
}

// Tolerance is how far an element may be from the truth. With AnyNaN,
// elements whose truth is NaN are not compared.
type Tolerance struct {
	RTol, ATol float64
	AnyNaN     bool
}

// Compare compares an output with the truth, which has the same shape and may
// have a wider type. It panics with an *mlx.Error if the shapes differ.
func Compare(name string, got, truth *mlx.Array, tol Tolerance) Comparison {
	c := Comparison{Name: name, DType: got.DType().String(), Shape: got.Shape(), RTol: tol.RTol, ATol: tol.ATol}
	if !slices.Equal(got.Shape(), truth.Shape()) {
		panic(&mlx.Error{Op: "compare", Code: mlx.BadShape, Msg: "output and reference differ in shape", Shapes: [][]int{got.Shape(), truth.Shape()}})
	}
	at := -1
	switch d := got.DType(); {
	case d == mlx.Complex64:
		at = c.compareComplex(got, truth, tol)
	case d.IsInexact():
		at = c.floats(got, truth, tol)
	default:
		at = c.integers(got, truth)
	}
	if at >= 0 {
		c.First.Index = unravel(at, got.Shape())
	}
	return c
}

// floats compares element by element and returns the place of the first
// mismatch, or -1.
func (c *Comparison) floats(got, truth *mlx.Array, tol Tolerance) (first int) {
	rounded := truth.AsType(got.DType())
	g, w, r := got.Float64s(), truth.Float64s(), rounded.Float64s()
	steps := ordered(got.DType())
	gb, rb := got.Bytes(), rounded.Bytes()
	first = -1
	square, n := 0.0, 0
	for i := range g {
		c.count(g[i], r[i])
		if tol.AnyNaN && math.IsNaN(w[i]) {
			continue
		}
		pass := g[i] == r[i] || math.IsNaN(g[i]) && math.IsNaN(r[i])
		diff := math.Abs(g[i] - w[i])
		switch {
		case pass && (math.IsNaN(g[i]) || math.IsInf(g[i], 0)):
		case math.IsNaN(w[i]) || math.IsInf(w[i], 0):
		case math.IsNaN(g[i]):
		default:
			c.MaxAbs = max(c.MaxAbs, diff)
			if w[i] != 0 {
				c.MaxRel = max(c.MaxRel, diff/math.Abs(w[i]))
			}
			c.MaxULP = max(c.MaxULP, stepsBetween(steps(gb, i), steps(rb, i)))
			square += diff * diff
			n++
			pass = pass || diff <= tol.ATol+tol.RTol*math.Abs(w[i])
		}
		if !pass {
			if c.Mismatches == 0 {
				c.First = &Bad{Got: g[i], Want: w[i]}
				first = i
			}
			c.Mismatches++
		}
	}
	if n > 0 {
		c.RMS = math.Sqrt(square / float64(n))
	}
	return first
}

func (c *Comparison) count(got, want float64) {
	switch {
	case math.IsNaN(got):
		c.GotNaN++
	case math.IsInf(got, 0):
		c.GotInf++
	}
	switch {
	case math.IsNaN(want):
		c.WantNaN++
	case math.IsInf(want, 0):
		c.WantInf++
	}
}

// compareComplex compares the parts as floats.
func (c *Comparison) compareComplex(got, truth *mlx.Array, tol Tolerance) int {
	flat := func(a *mlx.Array) *mlx.Array { return a.AsType(mlx.Complex64).Flatten().View(mlx.Float32) }
	at := c.floats(flat(got), flat(truth), tol)
	if at >= 0 {
		at /= 2
	}
	return at
}

// integers compares exactly; a truth that is not an integer is rounded toward
// zero.
func (c *Comparison) integers(got, truth *mlx.Array) (first int) {
	first = -1
	wide := mlx.Int64
	if got.DType() == mlx.Uint64 {
		wide = mlx.Uint64
	}
	g, w := mlx.Values[int64](got.AsType(wide).View(mlx.Int64)), mlx.Values[int64](truth.AsType(got.DType()).AsType(wide).View(mlx.Int64))
	square := 0.0
	for i := range g {
		if g[i] == w[i] {
			continue
		}
		gf, wf := integerFloat(g[i], wide), integerFloat(w[i], wide)
		diff := math.Abs(gf - wf)
		square += diff * diff
		c.MaxAbs = max(c.MaxAbs, diff)
		c.MaxULP = max(c.MaxULP, stepsBetween(g[i], w[i]))
		if wf != 0 {
			c.MaxRel = max(c.MaxRel, diff/math.Abs(wf))
		}
		if c.Mismatches == 0 {
			c.First = &Bad{Got: gf, Want: wf}
			first = i
		}
		c.Mismatches++
	}
	if len(g) > 0 {
		c.RMS = math.Sqrt(square / float64(len(g)))
	}
	return first
}

func integerFloat(i int64, d mlx.DType) float64 {
	if d == mlx.Uint64 {
		return float64(uint64(i))
	}
	return float64(i)
}

// ordered returns a function that maps element i of a floating-point array's
// bytes to an integer, such that neighbours differ by 1.
func ordered(d mlx.DType) func(b []byte, i int) int64 {
	size := d.Size()
	return func(b []byte, i int) int64 {
		var u uint64
		for k := size - 1; k >= 0; k-- {
			u = u<<8 | uint64(b[i*size+k])
		}
		sign := uint64(1) << (8*size - 1)
		if u&sign != 0 {
			return -int64(u &^ sign)
		}
		return int64(u)
	}
}

func stepsBetween(a, b int64) uint64 {
	if a < b {
		a, b = b, a
	}
	return uint64(a) - uint64(b)
}

// unravel is the index of element i in row order.
func unravel(i int, shape []int) []int {
	index := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		index[k] = i % shape[k]
		i /= shape[k]
	}
	return index
}
