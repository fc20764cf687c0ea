package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/sema"
)

// corpusVariable names the root of MLX's sources, v0.31.2.
const (
	corpusVariable = "ZMLX_MLX_SOURCE"
	kernelsOfMLX   = "mlx/backend/metal/kernels"
)

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

// size is in bytes.
func (o output) size() int {
	n := o.dtype.Size()
	for _, d := range o.shape {
		n *= d
	}
	return n
}

// run launches on both executors and returns the output.
func (l launch) run(t *testing.T) *mlx.Array {
	t.Helper()
	program, entry := l.compile(t, context.Background())
	return dispatch{entry: entry, grid: l.grid, group: l.group, buffers: l.buffers}.run(t, program, cmp.Or(l.instance, l.entry))[0]
}

// dispatch is a launch of a compiled kernel.
type dispatch struct {
	entry       string
	grid, group [3]int
	buffers     []any
	pointers    []mlx.RawPointer
	local       map[int]int
	unordered   bool // adds floats atomically, in any order
	divergent   bool // has a barrier that MLX lets some threads pass by
	wasmOnly    bool
	interp      string // what is in the kernel that wasm leaves to interp, if it does
}

// run launches on both executors unless told otherwise, which must agree in
// every bit where order does not matter, and returns outputs and updates in
// their order.
func (d dispatch) run(t *testing.T, program mlx.RawProgram, label string) []*mlx.Array {
	t.Helper()
	var results [2][]*mlx.Array
	entries := program.Entries()
	at := slices.IndexFunc(entries, func(e mlx.EntryInfo) bool { return e.Name == d.entry })
	require.GreaterOrEqual(t, at, 0, label)
	for i, executor := range []string{"wasm", "interp"} {
		if d.wasmOnly && executor == "interp" {
			return results[0]
		}
		memory := map[int][]byte{}
		for _, a := range entries[at].Buffers {
			memory[a.Index] = nil // what MLX leaves unbound must not be touched
		}
		for place, b := range d.buffers {
			switch b := b.(type) {
			case *mlx.Array:
				memory[place] = bytes.Clone(b.Bytes())
			case []byte:
				memory[place] = bytes.Clone(b)
			case update:
				memory[place] = bytes.Clone(b.Bytes())
			case output:
				memory[place] = bytes.Repeat([]byte{0xff}, b.size())
			}
		}
		res, err := program.Launch(context.Background(), mlx.RawLaunch{
			Entry: d.entry, Grid: d.grid, Threadgroup: d.group, Buffers: memory, Pointers: d.pointers, LocalBytes: d.local,
			Options: mlx.LaunchOptions{Executor: executor},
		})
		require.NoError(t, err, label)
		findings := slices.DeleteFunc(res.Findings, func(f mlx.Finding) bool { return d.divergent && f.Kind == "divergent-barrier" })
		require.Empty(t, findings, label)
		if res.Fallback != "no WebAssembly is made of "+d.interp || d.interp == "" {
			require.Empty(t, res.Fallback, label)
		}
		for place, b := range d.buffers {
			switch b := b.(type) {
			case update:
				results[i] = append(results[i], mlx.FromBytes(b.DType(), b.Shape(), memory[place]))
			case output:
				results[i] = append(results[i], mlx.FromBytes(b.dtype, b.shape, memory[place]))
			}
		}
	}
	if d.unordered {
		return append(results[0], results[1]...)
	}
	for i, a := range results[0] {
		require.Equal(t, 1.0, a.ArrayEqual(results[1][i], true).Item(), "%s: interp and wasm differ", label)
	}
	return results[0]
}

// compile returns the program and the kernel's name in it.
func (l launch) compile(t testing.TB, ctx context.Context) (program mlx.RawProgram, entry string) {
	t.Helper()
	file, source, entry := l.source(t)
	program, err := mlx.HostDevice().CompileFile(ctx, file, source, msl.Options{Include: includes([]string{corpus(t)}), FunctionConstant: given(l.constants)})
	require.NoError(t, err, l.instance)
	return program, entry
}

// source returns the unit, the path of its file and the kernel's name in it.
func (l launch) source(t testing.TB) (file, source, entry string) {
	t.Helper()
	file, text := filepath.Join(corpus(t), kernelsOfMLX, l.file), l.text
	if text == "" {
		bytes, err := os.ReadFile(file)
		require.NoError(t, err)
		text = string(bytes)
	}
	definitions, _, _ := strings.Cut(text, "#define instantiate")
	if l.entry != "" {
		return file, definitions, l.entry
	}
	return file, definitions + "\ninstantiate_kernel(\"k\", " + l.instance + ")\n", "k"
}

// epsilon is how far results may be off, relative to their size.
var epsilon = map[mlx.DType]float64{mlx.Float32: 5e-6, mlx.Float16: 2e-3, mlx.Bfloat16: 1.6e-2}

// agree compares with a reference. Sums of many terms may be off by the
// tolerance times their terms' size, which is scale.
func agree(t *testing.T, label string, got, want *mlx.Array, scale float64) bool {
	t.Helper()
	require.Equal(t, want.Size(), got.Size(), label)
	require.Equal(t, want.DType(), got.DType(), label)
	eps := epsilon[got.DType()]
	if got.DType() == mlx.Complex64 {
		eps = epsilon[mlx.Float32]
		got, want = got.View(mlx.Float32), want.AsContiguous().View(mlx.Float32)
		scale += float64(want.Abs().Max(false).Item())
	}
	g, w := got.AsType(mlx.Float64).Float64s(), want.AsType(mlx.Float64).Float64s()
	for i := range w {
		if g[i] == w[i] || math.IsNaN(g[i]) && math.IsNaN(w[i]) {
			continue
		}
		if math.IsInf(w[i], 0) || !(math.Abs(g[i]-w[i]) <= eps*(math.Abs(w[i])+scale)) {
			t.Errorf("%s: element %d is %v, want %v", label, i, g[i], w[i])
			return false
		}
	}
	return true
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
	case mlx.Complex64:
		return mlx.RandomNormal(key(seed), append(slices.Clone(shape), 2), mlx.Float32, 0, 1).View(mlx.Complex64).Reshape(shape...)
	case mlx.Uint8, mlx.Uint16, mlx.Uint32, mlx.Uint64:
		return x.Multiply(9).Abs().AsType(dtype)
	}
	return x.Multiply(9).AsType(dtype)
}

// spiked is an array of floats, or of complex numbers by their real parts,
// where of every other elements from a place on one of eight is special: NaN,
// an infinity, a zero of either sign, a subnormal or the greatest number.
func spiked(x *mlx.Array, from, every int) *mlx.Array {
	d := x.DType()
	tiny, great := least[d], most[d]
	if d == mlx.Complex64 {
		tiny, great = least[mlx.Float32], math.Sqrt(most[mlx.Float32])
	}
	if great == 0 {
		return x
	}
	values := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 6 * tiny, -40 * tiny, great}
	v := x.Float64s()
	step := 1
	if d == mlx.Complex64 {
		v, step = x.View(mlx.Float32).Float64s(), 2
	}
	for i, n := from*step, 0; i < len(v); i, n = i+every*step, n+1 {
		v[i] = values[n%len(values)]
	}
	if d == mlx.Complex64 {
		return mlx.FromFloat64s(mlx.Float32, v).View(d).Reshape(x.Shape()...)
	}
	return mlx.FromFloat64s(d, v).Reshape(x.Shape()...)
}

// given are function constants by index.
func given(values map[int]uint64) sema.FunctionConstant {
	return func(_ string, index int, _ string) []uint64 {
		if v, ok := values[index]; ok {
			return []uint64{v}
		}
		return nil
	}
}

// bit is a function constant.
func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// optional is an array to bind, or nothing.
func optional(x *mlx.Array) any {
	if x == nil {
		return nil
	}
	return x
}
