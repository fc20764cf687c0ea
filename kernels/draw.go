package kernels

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// Draw fills the inputs for a seed; the package comment has the recipe.
// Arrays that are given by name are taken in place of drawn ones. Errors are
// Problems.
func (s *Source) Draw(seed uint64, given map[string]*mlx.Array) ([]*mlx.Array, error) {
	arrays := make([]*mlx.Array, len(s.Inputs))
	if len(s.Inputs) == 0 {
		return arrays, nil
	}
	if e := new(mlx.Error); errors.As(mlx.CheckMemory(s.bytes(given)), &e) {
		return nil, Problems{s.Spec.problem(Place{}, "memory", "choose smaller parameters", "inputs and outputs: "+e.Msg)}
	}
	keys := mlx.SplitKey(mlx.Key(seed), len(s.Inputs))
	for i, in := range s.Inputs {
		var err error
		at := s.Spec.Inputs[i].at
		a, ok := given[in.Name]
		if !ok {
			at = in.Init.at
			err = mlx.Do(func() (err error) { a, err = s.draw(in, keys[i]); return err })
		}
		switch {
		case err != nil:
		case !slices.Equal(a.Shape(), in.Shape):
			err = fmt.Errorf("%s has shape %v; the spec says %v", in.Name, a.Shape(), in.Shape)
		case a.DType() != in.DType && ok:
			err = fmt.Errorf("%s is %v; the spec says %v", in.Name, a.DType(), in.DType)
		}
		if err != nil {
			return nil, Problems{s.Spec.problem(at, "input", "", err.Error())}
		}
		arrays[i] = a
	}
	return arrays, nil
}

// bytes is the size of the outputs and of the inputs that are not given.
func (s *Source) bytes(given map[string]*mlx.Array) float64 {
	total := 0.0
	for _, in := range s.Inputs {
		if given[in.Name] == nil {
			total += float64(elements(in.Shape)) * float64(in.DType.Size())
		}
	}
	for i, shape := range s.Config.OutputShapes {
		total += float64(elements(shape)) * float64(s.Config.OutputDTypes[i].Size())
	}
	return total
}

func (s *Source) draw(in Argument, key *mlx.Array) (*mlx.Array, error) {
	f32 := mlx.Float32
	args := in.Init.Args
	if elements(in.Shape) == 0 {
		return mlx.Zeros(in.Shape, in.DType), nil
	}
	switch in.Init.Kind {
	case InitDefault:
		switch {
		case in.DType.IsInexact():
			return mlx.RandomNormal(key, in.Shape, f32, nil, nil).AsType(in.DType), nil
		case in.DType == mlx.Bool:
			return mlx.RandomInt(key, 0, 2, in.Shape, mlx.Int32).AsType(mlx.Bool), nil
		}
		return filled(in, 0), nil
	case InitNormal:
		x := mlx.RandomNormal(key, in.Shape, f32, nil, nil)
		if len(args) == 2 {
			x = x.Multiply(args[1]).Add(args[0])
		}
		return x.AsType(in.DType), nil
	case InitUniform:
		return mlx.RandomUniform(key, args[0], args[1], in.Shape, f32).AsType(in.DType), nil
	case InitRandint:
		if in.DType.IsInexact() || in.DType == mlx.Bool {
			return mlx.RandomInt(key, int64(args[0]), int64(args[1]), in.Shape, mlx.Int32).AsType(in.DType), nil
		}
		if !(args[0] < args[1]) {
			return nil, fmt.Errorf("randint(%v, %v) has no values", args[0], args[1])
		}
		return mlx.RandomInt(key, int64(args[0]), int64(args[1]), in.Shape, in.DType), nil
	case InitBits:
		return drawBits(in, key)
	case InitArange:
		return mlx.Arange(0, float64(elements(in.Shape)), 1, mlx.Int32).Reshape(in.Shape...).AsType(in.DType), nil
	case InitConstant:
		return filled(in, args[0]), nil
	case InitList:
		if len(args) != elements(in.Shape) {
			return nil, fmt.Errorf("init has %d values for the %d elements of %s", len(args), elements(in.Shape), in.Name)
		}
		return mlx.FromFloat64s(in.DType, args, in.Shape...), nil
	}
	return s.loadInput(in)
}

// filled is an array of one value. Each element has memory of its own: a view
// of the value would be copied by every launch.
func filled(in Argument, x float64) *mlx.Array {
	v := mlx.Full(nil, x, mlx.Float64).AsType(in.DType)
	return mlx.Where(mlx.Full(in.Shape, true, mlx.Bool), v, v)
}

// drawBits draws bytes, which every binding of MLX can.
func drawBits(in Argument, key *mlx.Array) (*mlx.Array, error) {
	switch {
	case in.DType.IsInexact():
		return nil, fmt.Errorf("bits fills integers and bools, not %v", in.DType)
	case in.DType == mlx.Bool:
		return mlx.RandomInt(key, 0, 2, in.Shape, mlx.Int32).AsType(mlx.Bool), nil
	}
	shape := append(slices.Clone(in.Shape), in.DType.Size())
	return mlx.RandomInt(key, 0, 256, shape, mlx.Uint8).View(in.DType).Reshape(in.Shape...), nil
}

// loadInput reads the file that init names, beside the spec.
func (s *Source) loadInput(in Argument) (*mlx.Array, error) {
	path := in.Init.File
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(s.Spec.File), path)
	}
	t, err := tensorfile.LoadNpy(path)
	if err != nil {
		return nil, err
	}
	if in.DType == mlx.Bfloat16 && t.DType == mlx.Uint16 {
		if t, err = t.Reinterpret(mlx.Bfloat16); err != nil {
			return nil, err
		}
	}
	if !slices.Equal(t.Shape, in.Shape) {
		return nil, fmt.Errorf("%s holds shape %v; the spec says %v", path, t.Shape, in.Shape)
	}
	return mlx.FromBytes(t.DType, t.Shape, t.Data).AsType(in.DType), nil
}

// Vars are the variables of the reference: inputs by name, parameters, and
// the dtypes of the template.
func (s *Source) Vars(inputs []*mlx.Array) map[string]any {
	vars := s.constants()
	for i, in := range s.Inputs {
		vars[in.Name] = inputs[i]
	}
	return vars
}
