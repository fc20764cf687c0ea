package main

import (
	"fmt"
	"math"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

const gammaLibrary = "native/mps/operations/Gamma.mm"

func pytorchGamma(t *testing.T, p *pytorch) {
	// Both signs, tiny and large, no poles.
	var v []float64
	for i := range 200 {
		v = append(v, 0.07+0.31*float64(i), -0.13-0.071*float64(i))
	}
	v = append(v, 1e-4, 3e-3, 1, 2, 10, 12, 11.999, 150, 1e4, 6e4)
	for _, d := range floats {
		x := mlx.FromFloat64s(d, apply(mlx.FromFloat64s(d, v), func(x float64) float64 {
			if x < 0 && x == math.Floor(x) { // a pole, in this type
				return x - 0.5
			}
			return x
		}))
		run := func(entry string, extra ...any) *mlx.Array {
			return p.dispatch(t, gammaLibrary, []string{metal[d], metal[d]}, dispatch{
				entry: entry, grid: [3]int{x.Size(), 1, 1}, group: [3]int{64, 1, 1}, buffers: append([]any{x, out(d, x.Size())}, extra...),
				interp: "functions that call themselves"})[0]
		}
		at := x.Float64s()
		const u = 0x1p-24 // all is computed in float32
		want := apply(x, func(x float64) float64 { y, _ := math.Lgamma(x); return y })
		near(t, "lgamma "+metal[d], run("lgamma"), want, func(i int) float64 {
			a := math.Abs(at[i])
			if a < 1e-3 {
				return 6e-7 // what the source says of its series
			}
			// Gamma is good to some ulp where it is a product, which are an
			// absolute error of its logarithm; beyond, x log x is rounded.
			slack := 16*u + 4*u*a*math.Abs(math.Log(a))
			if a < 1 { // 1 is added and taken away again
				slack += 2 * u / a
			}
			if at[i] < 0 { // the sine near its zeros
				slack += 4 * u * math.Abs(math.Log(math.Abs(math.Sin(math.Pi*at[i]))))
			}
			return slack
		})
		near(t, "digamma "+metal[d], run("digamma"), apply(x, digamma), func(i int) float64 {
			a := at[i]
			if a > 0 {
				return 10 * u * (2.4 + 1/a) // ten sums of at most that size
			}
			// π times the fraction is rounded before the tangent.
			r := a - math.Floor(a)
			s := math.Sin(math.Pi * r)
			return 4 * u * (4 + math.Pi*math.Pi*r/(s*s))
		})
		want = apply(x, func(x float64) float64 { return polygamma(1, x) })
		near(t, "trigamma "+metal[d], run("trigamma"), want, func(i int) float64 {
			a := at[i]
			if a > 0 {
				return 8 * u * want[i]
			}
			s := math.Sin(math.Pi * a) // of π times a rounded to float32
			return 8*u*want[i] + 8*u*math.Pow(math.Pi, 3)*math.Abs(a/(s*s*s))
		})
		x = mlx.FromFloat64s(d, v).Abs().AsType(d)
		for order := 2; order < 5; order++ {
			want := apply(x, func(x float64) float64 { return polygamma(order, x) })
			// Ten powers, which Metal promises within 16 ulp.
			near(t, fmt.Sprint("polygamma ", order, metal[d]), run("polygamma", longs(int64(order))), want, func(i int) float64 {
				return 32 * u * math.Abs(want[i])
			})
		}
	}
}

// digamma is the logarithmic derivative of the gamma function.
func digamma(x float64) float64 {
	if x < 0 {
		return digamma(1-x) - math.Pi/math.Tan(math.Pi*x)
	}
	y := 0.0
	for ; x < 20; x++ {
		y -= 1 / x
	}
	z := 1 / (x * x)
	return y + math.Log(x) - 1/(2*x) - z*(1./12-z*(1./120-z*(1./252-z*(1./240-z/132))))
}

// polygamma is the derivative of that order of digamma: for positive
// arguments (-1)^(n+1) n! ζ(n+1, x).
func polygamma(n int, x float64) float64 {
	if x < 0 && n == 1 {
		s := math.Sin(math.Pi * x)
		return math.Pi*math.Pi/(s*s) - polygamma(1, 1-x)
	}
	s := float64(n + 1)
	sum := 0.0
	for ; x < 30; x++ {
		sum += math.Pow(x, -s)
	}
	// Euler and Maclaurin's sum of the rest.
	p := math.Pow(x, -s)
	sum += x*p/(s-1) + p/2 + s*p/(12*x) - s*(s+1)*(s+2)*p/(720*x*x*x)
	return math.Pow(-1, float64(n+1)) * math.Gamma(s) * sum
}

func pytorchBessel(t *testing.T, p *pytorch) {
	const n = 161
	for order, entry := range []string{"i0_", "i1_"} {
		bessel := func(x float64) float64 { // its power series
			term, sum := math.Pow(x/2, float64(order)), 0.0
			for k := 1.0; k < 300; k++ {
				sum += term
				term *= x * x / 4 / (k * (k + float64(order)))
			}
			return sum
		}
		for _, in := range append(append([]mlx.DType{mlx.Bool}, integral...), floats...) {
			result := mlx.Float32
			if in == mlx.Float16 || in == mlx.Bfloat16 {
				result = in
			}
			v := make([]float64, n)
			for i := range v {
				v[i] = float64(i-n/2) * 1.0625 // up to 85: exp, a factor of the results, is finite to 88
				if result != mlx.Float32 {
					v[i] /= 8 // the half exp to 11
				}
			}
			if in == mlx.Uint8 || in == mlx.Bool {
				for i := range v {
					v[i] = math.Abs(v[i])
				}
			}
			x := mlx.FromFloat64s(mlx.Int64, v).AsType(in)
			if result != mlx.Float32 || in == mlx.Float32 {
				x = mlx.FromFloat64s(in, v)
			}
			name := fmt.Sprint(entry, metal[in], "_", metal[result])
			want := apply(x, bessel)
			near(t, name, p.run(t, "SpecialOps", name, n, x, out(result, n)), want, func(i int) float64 {
				return 32 * unit[result] * math.Abs(want[i])
			})
		}
	}
}
