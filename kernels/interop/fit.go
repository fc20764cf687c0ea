package interop

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
)

const (
	maxFits     = 7
	growth      = 4        // of an array, each time
	maxFitBytes = 32 << 20 // of an array
	maxDrawn    = 1 << 14  // elements
)

// What the launches may take, in instructions of single threads, so that it does
// not depend on the machine: all of an import some two seconds of one core. A
// kernel may take a part of what is left, so that one that does not end leaves
// enough for the others.
const (
	fitSteps    = 3 << 28
	fitShare    = 4       // the part is a fourth
	threadSteps = 1 << 6  // of a thread, at least
	groupSteps  = 1 << 10 // of a threadgroup, at least
	byteSteps   = 1 << 8  // as long as compiling a byte takes
)

var (
	errTooLong = errors.New("the launches take too long")
	errUnfit   = errors.New("longer arrays do not help")
)

// fit launches the kernel and lengthens the arrays that it leaves until it
// leaves none: their shapes are guesses, or follow from guessed lengths, which the
// spec tells apart. Shapes that follow from no guess stay, for the kernel to be found out. Where that does
// not help, as with indices that are data, or takes more than a part of steps,
// the shapes stay as they were. A program that tells everything is left alone.
// What the launches took is subtracted from steps.
func (w *specWriter) fit(ctx context.Context, steps *int64) {
	if len(w.im.Unknown) == 0 {
		return
	}
	inputs, outputs := slices.Clone(w.inputs), slices.Clone(w.outShapes)
	budget := *steps / fitShare
	*steps -= budget
	grown, err := w.grow(ctx, &budget)
	*steps += max(budget, 0)
	if err != nil {
		w.inputs, w.outShapes = inputs, outputs
	}
	if errors.Is(err, errTooLong) {
		w.guess("all lengths, as launches that tell whether they are enough take too long")
	}
	for _, name := range grown {
		i, o := slices.Index(w.ins, name), slices.Index(w.outs, name)
		const fault = "the length of %s: the program makes it %s, and the kernel goes past its end, which is a fault unless another guess is wrong"
		switch {
		case !w.tells(name):
			w.guess("the length of %s, which the kernel reads or writes so far", name)
		case i >= 0:
			w.guess(fault, name, inputs[i].shape)
		default:
			w.guess(fault, name, outputs[o])
		}
	}
}

// fill draws unsigned integers of which nothing tells the elements, where the kernel
// ends and leaves no array all the same: weights that are packed tell nothing as the zeros that
// they are otherwise, as do zeros that a program has in their place, and indices and lengths
// show by what they lead to. Integers that stay zeros are told, unless the program has zeros.
func (w *specWriter) fill(ctx context.Context, steps *int64) {
	for i, in := range w.inputs {
		known := in.init != ""
		if known && in.init != "zeros" || in.shape == "[]" || !strings.Contains(in.dtype, "int") {
			continue
		}
		if w.draws(ctx, i, steps) || known {
			continue
		}
		w.guess("the elements of %s, which are zeros", w.ins[i])
	}
}

// draws gives the unsigned integers of an input at random to the kernel, and tells whether it
// stays in its arrays with them.
func (w *specWriter) draws(ctx context.Context, i int, steps *int64) bool {
	if !strings.HasPrefix(w.inputs[i].dtype, "uint") {
		return false
	}
	budget := *steps / fitShare
	*steps -= budget
	before := w.inputs[i].init
	w.inputs[i].init = "bits"
	left, _, err := w.leaves(ctx, &budget)
	*steps += max(budget, 0)
	if err != nil || len(left) > 0 {
		w.inputs[i].init = before
		return false
	}
	return true
}

// tells reports whether the program says what shape an array has.
func (w *specWriter) tells(name string) bool {
	if i := slices.Index(w.ins, name); i >= 0 {
		return !w.inputs[i].guessed && !w.inputs[i].shapeless
	}
	return w.told[slices.Index(w.outs, name)]
}

// grow lengthens arrays until the kernel leaves none, and names them.
func (w *specWriter) grow(ctx context.Context, budget *int64) (grown []string, err error) {
	for range maxFits {
		left, src, err := w.leaves(ctx, budget)
		if err != nil {
			return nil, err
		}
		if len(left) == 0 {
			return grown, nil
		}
		for _, name := range left {
			if !w.lengthen(name, src) {
				return nil, errUnfit
			}
			if !slices.Contains(grown, name) {
				grown = append(grown, name)
			}
		}
	}
	return nil, errUnfit
}

// leaves launches the kernel and names the arrays that it leaves. It fails where
// something else is wrong, too.
func (w *specWriter) leaves(ctx context.Context, budget *int64) (names []string, src *kernels.Source, err error) {
	spec, err := kernels.Parse("import.yaml", []byte(w.write("")))
	if err != nil {
		return nil, nil, err
	}
	if src, err = spec.Source(kernels.Case{}, mlx.Float32); err != nil {
		return nil, nil, err
	}
	if src.Empty() {
		return nil, nil, errUnfit
	}
	threads, groups := 1.0, 1.0
	for i, n := range src.Config.Grid {
		threads *= float64(n)
		groups *= math.Ceil(float64(n) / float64(src.Config.Threadgroup[i]))
	}
	*budget -= byteSteps * int64(len(src.Kernel.Header)+len(src.Kernel.Source))
	if threads*threadSteps+groups*groupSteps > float64(*budget) {
		return nil, nil, errTooLong
	}
	zeros := map[string]*mlx.Array{} // drawing or filling large arrays would take longer than all else
	for i, in := range src.Inputs {
		if n := size(in.Shape) * in.DType.Size(); (w.inputs[i].init == "" || w.inputs[i].init == "zeros") && size(in.Shape) > maxDrawn {
			if len(w.zeros) < n {
				w.zeros = make([]byte, n)
			}
			zeros[in.Name] = mlx.Adopt(mlx.Host(), in.DType, in.Shape, w.zeros[:n])
		}
	}
	inputs, err := src.Draw(0, zeros)
	if err != nil {
		return nil, nil, err
	}
	k, err := mlx.HostDeviceOn(interp.Executor{}).Compile(ctx, src.Kernel, src.ArgInfos(), src.Config)
	if err != nil {
		return nil, nil, err
	}
	r, err := k.Launch(ctx, inputs, src.Config, mlx.LaunchOptions{StepBudget: *budget / int64(groups), Workers: 1})
	if err != nil {
		return nil, nil, err
	}
	*budget -= r.Steps + int64(groups)*groupSteps
	for _, f := range r.Findings {
		switch {
		case f.Kind == string(exec.EndlessLoop):
			return nil, nil, errTooLong
		case f.Kind != string(exec.OutOfBounds) || f.Buffer == "":
			return nil, nil, errUnfit
		case !slices.Contains(names, f.Buffer):
			names = append(names, f.Buffer)
		}
	}
	return names, src, nil
}

// lengthen makes the first axis longer of an array, unless its elements are
// known, or its shape without any guess.
func (w *specWriter) lengthen(name string, src *kernels.Source) bool {
	if w.exact && slices.Contains(slices.Concat(w.ins, w.outs), name) && w.tells(name) {
		return false
	}
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
