package interop

import (
	"context"
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

const (
	maxFits     = 7
	growth      = 4        // of an array, each time
	maxFitBytes = 32 << 20 // of an array
	maxDrawn    = 1 << 14  // elements
	fitBudget   = 1 << 32  // instructions of single threads, in one launch
)

// fit launches the kernel and lengthens the arrays that it leaves until it
// leaves none: their shapes are guesses, or follow from guessed lengths. Where that does
// not help, as with indices that are data, the shapes stay as they were. A
// program that tells everything is left alone.
func (w *specWriter) fit() {
	if len(w.im.Unknown) == 0 {
		return
	}
	inputs, outputs := slices.Clone(w.inputs), slices.Clone(w.outShapes)
	var grown []string
	for range maxFits {
		left, src, ok := w.leaves()
		if !ok {
			break
		}
		if len(left) == 0 {
			for _, name := range grown {
				w.guess("the length of %s, which the kernel reads or writes so far", name)
			}
			return
		}
		for _, name := range left {
			if ok = w.lengthen(name, src); !ok {
				break
			}
			if !slices.Contains(grown, name) {
				grown = append(grown, name)
			}
		}
		if !ok {
			break
		}
	}
	w.inputs, w.outShapes = inputs, outputs
}

// leaves launches the kernel and names the arrays that it leaves. It fails where
// something else is wrong, too.
func (w *specWriter) leaves() (names []string, src *kernels.Source, ok bool) {
	spec, err := kernels.Parse("import.yaml", []byte(w.write("")))
	if err != nil {
		return nil, nil, false
	}
	if src, err = spec.Source(kernels.Case{}, mlx.Float32); err != nil || src.Empty() {
		return nil, nil, false
	}
	zeros := map[string]*mlx.Array{} // drawing large arrays would take longer than all else
	for i, in := range src.Inputs {
		if w.inputs[i].init == "" && size(in.Shape) > maxDrawn {
			zeros[in.Name] = mlx.Zeros(in.Shape, in.DType)
		}
	}
	inputs, err := src.Draw(0, zeros)
	if err != nil {
		return nil, nil, false
	}
	ctx := context.Background()
	k, err := mlx.HostDevice().Compile(ctx, src.Kernel, src.ArgInfos(), src.Config)
	if err != nil {
		return nil, nil, false
	}
	threads, team := 1.0, 1.0
	for i, n := range src.Config.Grid {
		threads *= float64(n)
		team *= float64(src.Config.Threadgroup[i])
	}
	r, err := k.Launch(ctx, inputs, src.Config, mlx.LaunchOptions{StepBudget: int64(max(fitBudget/max(threads, team), 1<<18))})
	if err != nil {
		return nil, nil, false
	}
	for _, f := range r.Findings {
		if f.Kind != "out-of-bounds" || f.Buffer == "" {
			return nil, nil, false
		}
		if !slices.Contains(names, f.Buffer) {
			names = append(names, f.Buffer)
		}
	}
	return names, src, true
}

// lengthen makes the first axis longer of an array, unless its elements are known.
func (w *specWriter) lengthen(name string, src *kernels.Source) bool {
	longer := func(shape []int, d mlx.DType) (string, bool) {
		if len(shape) == 0 || growth*size(shape)*d.Size() > maxFitBytes {
			return "", false
		}
		shape = slices.Clone(shape)
		shape[0] *= growth
		return "[" + join(shape, ", ", func(n int) string { return fmt.Sprint(n) }) + "]", true
	}
	if i := slices.Index(w.ins, name); i >= 0 && w.inputs[i].init == "" {
		shape, ok := longer(src.Inputs[i].Shape, src.Inputs[i].DType)
		if ok {
			w.inputs[i].shape = shape
		}
		return ok
	}
	i := slices.Index(w.outs, name)
	if i < 0 {
		return false
	}
	shape, ok := longer(src.Config.OutputShapes[i], src.Config.OutputDTypes[i])
	if ok {
		w.outShapes[i] = shape
	}
	return ok
}
