package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl"
)

// trial is a launch of an entry with what its outputs should be, or the reason
// that there is none.
type trial struct {
	dispatch
	why    string
	heavy  bool // compares interp with wasm for a few entries of the file only
	want   []*mlx.Array
	scale  float64                             // as agree takes it
	finish func(got *mlx.Array) *mlx.Array     // if set, what is compared
	join   func(got []*mlx.Array) []*mlx.Array // the same of several outputs

	// Or a formula in float64 that the first output comes near to.
	exact []float64
	slack func(i int) float64
}

// line is a trial of n threads in one dimension.
func line(n int, want *mlx.Array, scale float64, buffers ...any) trial {
	return space([3]int{n, 1, 1}, [3]int{64, 1, 1}, want, scale, buffers...)
}

func space(grid, group [3]int, want *mlx.Array, scale float64, buffers ...any) trial {
	return trial{dispatch: dispatch{grid: grid, group: group, buffers: buffers}, want: []*mlx.Array{want}, scale: scale}
}

// skip is no trial.
func skip(why string) trial { return trial{why: why} }

// everyEntry launches all entries of a file of MLX as it stands, compiled for
// function constants if there are any. Their names must all match the pattern,
// in which T stands for the name of a type.
func everyEntry(t *testing.T, file, pattern string, try func(m []string) trial, constants ...map[int]uint64) {
	t.Helper()
	const types = "(bool_|u?int(?:8|16|32|64)|b?float16|float32|complex64)"
	re := regexp.MustCompile("^(?:" + strings.ReplaceAll(pattern, "T", types) + ")$")
	program := corpusFile(t, file, constants...)
	for i, e := range program.Entries() {
		m := re.FindStringSubmatch(e.Name)
		require.NotNil(t, m, "no case for %s", e.Name)
		c := try(m)
		if c.why != "" {
			record(file, e.Name, func(f *fate) { f.why = c.why })
			continue
		}
		require.NotZero(t, len(c.want)+len(c.exact), e.Name)
		record(file, e.Name, func(f *fate) { f.launched++ })
		c.entry, c.wasmOnly = e.Name, c.heavy && i%7 != 0
		agreed := true
		results := c.run(t, program, e.Name)
		if c.join != nil {
			results = c.join(results)
		}
		for i, got := range results {
			if c.finish != nil {
				got = c.finish(got)
			}
			if c.exact != nil {
				agreed = near(t, e.Name, got, c.exact, c.slack) && agreed
			} else {
				agreed = agree(t, e.Name, got, c.want[i], c.scale) && agreed
			}
		}
		if agreed {
			record(file, e.Name, func(f *fate) { f.agreed++ })
		}
	}
}

// corpusFile compiles a file of MLX, for function constants if there are any.
func corpusFile(t testing.TB, file string, constants ...map[int]uint64) mlx.RawProgram {
	t.Helper()
	root := corpus(t)
	path := filepath.Join(root, kernelsOfMLX, file)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	opt := msl.Options{Include: includes([]string{root})}
	if len(constants) > 0 {
		opt.FunctionConstant = given(constants[0])
	}
	program, err := mlx.HostDevice().CompileFile(context.Background(), path, string(text), opt)
	require.NoError(t, err)
	return program
}

// dtype is the type that MLX calls so.
func dtype(t *testing.T, name string) mlx.DType {
	t.Helper()
	if name == "float" {
		return mlx.Float32
	}
	d, err := mlx.ParseDType(strings.TrimSuffix(strings.TrimSuffix(name, "_t"), "_"))
	require.NoError(t, err)
	return d
}

// perThread is how many elements a thread of MLX's elementwise kernels takes.
func perThread(d mlx.DType) int { return max(1, 8/d.Size()) }

func threads(n, each int) int { return (n + each - 1) / each }

// view is a strided view of an array of as many elements, as MLX binds it, and
// what is seen through it. The last axis comes first in memory.
func view(x *mlx.Array, shape ...int) (seen *mlx.Array, sizes, strides []byte) {
	n := len(shape)
	back, axes := make([]int, n), make([]int, n)
	var s []int32
	var steps []int64
	step := 1
	for i, d := range shape {
		back[n-1-i], axes[i] = d, n-1-i
		s, steps = append(s, int32(d)), append(steps, int64(step))
		step *= d
	}
	return x.Reshape(back...).Transpose(axes...), ints(s...), longs(steps...)
}
