package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl"
)

// corpus is the root of MLX's sources, v0.31.2.
const corpusVariable = "ZMLX_MLX_SOURCE"

func corpus(t testing.TB) string {
	root := os.Getenv(corpusVariable)
	if root == "" {
		t.Skipf("SKIPPED: set %s to a checkout of MLX v0.31.2 to run its kernels", corpusVariable)
	}
	return root
}

// launch is one kernel of MLX's sources with what it is bound to. file is
// below MLX's kernels folder; the kernel is instantiated with the given
// arguments of instantiate_kernel, or has a name of its own. Buffers are bound by place: arrays, []byte
// (of scalars), nil, and one output or update.
type launch struct {
	file      string
	text      string // of a unit over MLX's headers, in place of a file
	instance  string
	entry     string // a kernel that the file has, in place of an instance
	constants map[int]uint64
	grid      [3]int
	group     [3]int
	buffers   []any
}

// update is a buffer that a kernel changes: it is the output.
type update struct{ *mlx.Array }

// output stands for the buffer that a kernel writes.
type output struct {
	dtype mlx.DType
	shape []int
}

func out(dtype mlx.DType, shape ...int) output { return output{dtype, shape} }

// run launches on both executors, which must agree in every bit, and returns
// the output.
func (l launch) run(t *testing.T) *mlx.Array {
	t.Helper()
	program, entry := l.compile(t, context.Background())
	var results [][]byte
	var form output
	for _, executor := range []string{"interp", "wasm"} {
		buffers := map[int][]byte{}
		place := 0
		for i, b := range l.buffers {
			switch b := b.(type) {
			case *mlx.Array:
				buffers[i] = bytes.Clone(b.Bytes())
			case []byte:
				buffers[i] = bytes.Clone(b)
			case update:
				form, place = output{b.DType(), b.Shape()}, i
				buffers[i] = bytes.Clone(b.Bytes())
			case output:
				n := b.dtype.Size()
				for _, d := range b.shape {
					n *= d
				}
				form, place = b, i
				buffers[i] = bytes.Repeat([]byte{0xff}, n)
			}
		}
		res, err := program.Launch(context.Background(), mlx.RawLaunch{
			Entry: entry, Grid: l.grid, Threadgroup: l.group, Buffers: buffers,
			Options: mlx.LaunchOptions{Executor: executor},
		})
		require.NoError(t, err, l.instance)
		require.Empty(t, res.Findings, l.instance)
		results = append(results, buffers[place])
	}
	a, b := mlx.FromBytes(form.dtype, form.shape, results[0]), mlx.FromBytes(form.dtype, form.shape, results[1])
	require.Equal(t, 1.0, a.ArrayEqual(b, true).Item(), "%s: interp and wasm differ", l.instance)
	return a
}

// compile returns the program and the kernel's name in it.
func (l launch) compile(t testing.TB, ctx context.Context) (program mlx.RawProgram, entry string) {
	t.Helper()
	root := corpus(t)
	file, text := filepath.Join(root, "mlx/backend/metal/kernels", l.file), l.text
	if text == "" {
		bytes, err := os.ReadFile(file)
		require.NoError(t, err)
		text = string(bytes)
	}
	definitions, _, _ := strings.Cut(text, "#define instantiate")
	source, entry := definitions, l.entry
	if entry == "" {
		source, entry = definitions+"\ninstantiate_kernel(\"k\", "+l.instance+")\n", "k"
	}
	program, err := mlx.HostDevice().CompileFile(ctx, file, source, msl.Options{Include: includes([]string{root}), FunctionConstants: l.constants})
	require.NoError(t, err, l.instance)
	return program, entry
}

// epsilon is how far results may be off, relative to their size.
var epsilon = map[mlx.DType]float64{mlx.Float32: 5e-6, mlx.Float16: 2e-3, mlx.Bfloat16: 1.6e-2}

// agree compares with a reference. Sums of many terms may be off by the
// tolerance times their terms' size, which is scale.
func agree(t *testing.T, label string, got, want *mlx.Array, scale float64) {
	t.Helper()
	require.Equal(t, want.Size(), got.Size(), label)
	eps := epsilon[got.DType()]
	g, w := got.AsType(mlx.Float64).Float64s(), want.AsType(mlx.Float64).Float64s()
	for i := range w {
		if g[i] == w[i] || math.IsNaN(g[i]) && math.IsNaN(w[i]) {
			continue
		}
		if !(math.Abs(g[i]-w[i]) <= eps*(math.Abs(w[i])+scale)) {
			t.Fatalf("%s: element %d is %v, want %v", label, i, g[i], w[i])
		}
	}
}

// names are MLX's names of types in kernels.
var names = map[mlx.DType]string{
	mlx.Float32: "float", mlx.Float16: "half", mlx.Bfloat16: "bfloat16_t", mlx.Bool: "bool",
	mlx.Int32: "int32_t", mlx.Int64: "int64_t", mlx.Uint8: "uint8_t", mlx.Int8: "int8_t", mlx.Uint32: "uint32_t",
}

var floats = []mlx.DType{mlx.Float32, mlx.Float16, mlx.Bfloat16}

func ints(v ...int32) []byte     { b, _ := binary.Append(nil, binary.LittleEndian, v); return b }
func longs(v ...int64) []byte    { b, _ := binary.Append(nil, binary.LittleEndian, v); return b }
func reals(v ...float32) []byte  { b, _ := binary.Append(nil, binary.LittleEndian, v); return b }
func concat(p ...[]byte) []byte  { return bytes.Join(p, nil) }
func key(seed uint64) *mlx.Array { return mlx.Key(seed) }

// normal is an array of normally distributed values; integers are scaled up.
func normal(seed uint64, dtype mlx.DType, shape ...int) *mlx.Array {
	x := mlx.RandomNormal(key(seed), shape, mlx.Float32, 0, 1)
	switch dtype {
	case mlx.Float32, mlx.Float16, mlx.Bfloat16:
		return x.AsType(dtype)
	case mlx.Uint8, mlx.Uint32:
		return x.Multiply(9).Abs().AsType(dtype)
	}
	return x.Multiply(9).AsType(dtype)
}
