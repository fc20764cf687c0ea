package check

import (
	"context"
	"fmt"
	"math"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

// MaxGradientError is how far the symbolic gradient may be from finite
// differences in float64, relative to the gradient.
const MaxGradientError = 1e-4

// GradientReport says whether the derivative of a spec's reference to one
// input is right, and how its generated kernel does.
type GradientReport struct {
	Input    string
	Program  string  // the gradient in the expression language
	Analytic float64 // the derivative in a random direction
	Numeric  float64 // the same by finite differences
	Error    float64 // relative
	OK       bool    // the derivative is right, and so is the kernel if there is one
	NoKernel string  // why no kernel could be generated
	Kernel   *Report // the generated kernel, compared with the gradient in float64
}

// Gradients checks the derivatives of a spec's reference to all its
// floating-point inputs, in one case and working type.
func Gradients(ctx context.Context, dev mlx.Device, s *kernels.Spec, job Job, opt Options) ([]GradientReport, error) {
	src, err := s.Source(job.Case, job.DType)
	if err != nil {
		return nil, err
	}
	var reports []GradientReport
	for _, in := range src.Inputs {
		if !in.DType.IsFloat() {
			continue
		}
		g, err := src.Gradient(in.Name)
		if err != nil {
			return nil, err
		}
		r, err := gradient(ctx, dev, src, g, in.Name, job, opt)
		if err != nil {
			return nil, err
		}
		reports = append(reports, *r)
	}
	return reports, nil
}

func gradient(ctx context.Context, dev mlx.Device, src *kernels.Source, g *kernels.Spec, input string, job Job, opt Options) (*GradientReport, error) {
	r := &GradientReport{Input: input, Program: g.Generate.Program.Text}
	if err := r.compare(ctx, src, g, opt.Seed); err != nil {
		return nil, err
	}
	r.OK = r.Error <= MaxGradientError
	if _, err := g.Source(job.Case, job.DType); err != nil {
		r.NoKernel = err.Error()
		return r, nil
	}
	kernel, err := Spec(ctx, dev, g, job, opt)
	if err != nil {
		return nil, err
	}
	r.Kernel = kernel
	r.OK = r.OK && kernel.Status == OK
	return r, nil
}

// compare takes the derivative of sum(g * f(x)) in a random direction, once by
// the symbolic gradient and once by central differences.
func (r *GradientReport) compare(ctx context.Context, src *kernels.Source, g *kernels.Spec, seed uint64) error {
	inputs, err := src.Draw(seed, nil)
	if err != nil {
		return err
	}
	keys := mlx.SplitKey(mlx.Key(seed+1), 1+len(src.Config.OutputShapes))
	vars := src.Vars(inputs)
	var weights []*mlx.Array
	for i, o := range src.Spec.Outputs {
		w := mlx.RandomNormal(keys[1+i], src.Config.OutputShapes[i], mlx.Float32, nil, nil).AsType(mlx.Float64)
		vars["g_"+o.Name] = w
		weights = append(weights, w)
	}
	x := vars[r.Input].(*mlx.Array).AsType(mlx.Float64)
	direction := mlx.RandomNormal(keys[0], x.Shape(), mlx.Float32, nil, nil).AsType(mlx.Float64)
	named, err := g.Generate.Program.Eval(ctx, vars, dsl.Options{Wide: true})
	if err != nil {
		return fmt.Errorf("the gradient to %s: %w", r.Input, err)
	}
	d := named["d_"+r.Input]
	r.Analytic = dot(d, direction)

	size := 0.0 // of what is summed, whose rounding is the noise of the differences
	at := func(step float64) (float64, error) {
		moved := append([]*mlx.Array{}, inputs...)
		for i, in := range src.Inputs {
			if in.Name == r.Input {
				moved[i] = x.Add(direction.Multiply(step))
			}
		}
		outs, err := src.Reference(ctx, moved, true)
		if err != nil {
			return 0, err
		}
		sum := 0.0
		for i, o := range outs {
			if o.DType().IsInexact() {
				sum += dot(o, weights[i])
				size += dot(o.Abs(), weights[i].Abs())
			}
		}
		return sum, nil
	}
	const h = 1e-6
	up, err := at(h)
	if err != nil {
		return err
	}
	down, err := at(-h)
	if err != nil {
		return err
	}
	r.Numeric = (up - down) / (2 * h)
	scale := max(math.Abs(r.Numeric), 1e-2*math.Sqrt(dot(d, d)*dot(direction, direction)/float64(max(d.Size(), 1))), 1e-5*size, 1e-12)
	r.Error = math.Abs(r.Analytic-r.Numeric) / scale
	return nil
}

func dot(a, b *mlx.Array) float64 {
	return a.AsType(mlx.Float64).Multiply(b).Sum(mlx.DropDims).Item()
}
