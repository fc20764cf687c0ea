package catalog

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

// squares pools squared errors over the cases of a kernel.
type squares struct{ kernel, plain, truth float64 }

func (s *squares) add(kernel, plain check.Comparison, truth *mlx.Array) {
	n := float64(truth.Size())
	s.kernel += n * kernel.RMS * kernel.RMS
	s.plain += n * plain.RMS * plain.RMS
	for _, v := range truth.Float64s() {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			s.truth += v * v
		}
	}
}

// assertAccurate: a kernel is at most twice as far from the truth as the plain
// operations, but for one unit in the last place of float32, which a sum of one
// element may miss by luck.
func (s *squares) assertAccurate(t *testing.T, label string) {
	kernel, plain := math.Sqrt(s.kernel), math.Sqrt(s.plain)
	assert.LessOrEqual(t, kernel, 2*plain+0x1p-23*math.Sqrt(s.truth), "%s: the plain operations are off by %v, in all", label, plain)
}

// TestErrorAgainstMLX compares the errors of all kernels with those of the same
// reference computed by MLX itself in the working type.
func TestErrorAgainstMLX(t *testing.T) {
	if testing.Short() {
		t.Skip("runs every kernel on MLX, too")
	}
	native, err := mlx.Native()
	if err != nil {
		t.Skip("MLX is not installed; TestCheckAll compares 16-bit outputs with the host's operations, whose float32 sums are exacter than MLX's")
	}
	ctx := context.Background()
	for _, e := range List() {
		spec, err := e.Spec()
		require.NoError(t, err)
		pooled := map[string]*squares{}
		for _, job := range check.Plan(spec)[len(spec.DTypes()):] {
			r, err := check.Spec(ctx, mlx.HostDevice(), spec, job, check.Options{})
			require.NoError(t, err)
			src := r.Results.Source
			if src.Empty() {
				continue
			}
			inputs := make([]*mlx.Array, len(r.Results.Inputs))
			for i, a := range r.Results.Inputs {
				inputs[i] = a.On(native.CPU)
			}
			plain, err := spec.Reference.Program.Eval(ctx, src.Vars(inputs), dsl.Options{})
			require.NoError(t, err, "%s %s", e.Name, r.Case)
			for i, c := range r.Outputs {
				if c.PlainRMS == nil {
					continue
				}
				p := plain[c.Name]
				if p == nil {
					p = plain[""]
				}
				key := e.Name + " " + r.DType + " " + c.Name
				if pooled[key] == nil {
					pooled[key] = &squares{}
				}
				truth := r.Results.Truth[i]
				pooled[key].add(c, check.Compare("", p.On(mlx.Host()).AsType(src.Config.OutputDTypes[i]), truth, check.Tolerance{}), truth)
			}
		}
		for key, s := range pooled {
			s.assertAccurate(t, key)
		}
	}
}
