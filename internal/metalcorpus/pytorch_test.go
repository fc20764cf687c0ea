package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl"
)

// pytorchVariable names the root of PyTorch's sources, v2.6.0.
const pytorchVariable = "ZMLX_PYTORCH_SOURCE"

// TestPyTorch runs PyTorch's MPS kernels against the formulas that they name,
// in float64. Every entry of its kernels folder is launched.
func TestPyTorch(t *testing.T) {
	p := &pytorch{root: os.Getenv(pytorchVariable), programs: map[string]mlx.RawProgram{}, launched: map[string]bool{}}
	if p.root == "" {
		t.Skipf("SKIPPED: set %s to the sources of PyTorch v2.6.0 to run its kernels", pytorchVariable)
	}
	for name, family := range map[string]func(*testing.T, *pytorch){
		"binary": pytorchBinary, "unary": pytorchUnary, "bitwise": pytorchBitwise, "gamma": pytorchGamma, "bessel": pytorchBessel,
		"cross": pytorchCross, "searchsorted": pytorchSearchSorted, "histogram": pytorchHistogram, "index": pytorchIndex,
		"view": pytorchView, "repeat": pytorchRepeat, "triangle": pytorchTriangle, "unfold": pytorchUnfold, "im2col": pytorchIm2Col,
		"upsample": pytorchUpsample, "renorm": pytorchRenorm, "matmul": pytorchMatmul, "int4": pytorchInt4, "int8": pytorchInt8,
		"adam": pytorchAdam, "sgd": pytorchSGD,
	} {
		t.Run(name, func(t *testing.T) { family(t, p) })
	}
	if strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		return // not all families ran
	}
	files, err := filepath.Glob(filepath.Join(p.root, kernelFolder, "*.metal"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var left []string
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".metal")
		for _, e := range p.program(t, name).Entries() {
			if !p.launched[name+" "+e.Name] {
				left = append(left, name+" "+e.Name)
			}
		}
	}
	require.Empty(t, left, "entries that nothing launched")
	t.Logf("%d entries launched, %d of them from %d files, the rest from embedded sources", len(p.launched), len(p.launched)-p.embedded(), len(files))
}

const kernelFolder = "aten/src/ATen/native/mps/kernels"

// pytorch are the kernels compiled and launched so far.
type pytorch struct {
	root     string
	programs map[string]mlx.RawProgram
	launched map[string]bool // "file entry"
}

func (p *pytorch) embedded() int {
	n := 0
	for name := range maps.Keys(p.launched) {
		if strings.Contains(name, "/") {
			n++
		}
	}
	return n
}

// program compiles a file of the kernels folder, or the source embedded in a
// file of another, in which args stand for {0}, {1} and so on.
func (p *pytorch) program(t *testing.T, file string, args ...string) mlx.RawProgram {
	t.Helper()
	key := fmt.Sprint(file, args)
	if program, ok := p.programs[key]; ok {
		return program
	}
	path := filepath.Join(p.root, kernelFolder, file+".metal")
	if strings.Contains(file, "/") {
		path = filepath.Join(p.root, "aten/src/ATen", strings.Split(file, "#")[0])
	}
	source, err := os.ReadFile(path)
	require.NoError(t, err)
	text := string(source)
	if len(args) > 0 {
		_, mark, _ := strings.Cut(file, "#")
		_, text, _ = strings.Cut(text, `R"METAL`+mark+"(")
		text, _, _ = strings.Cut(text, ")METAL"+mark+`"`)
		replace := []string{"{{", "{", "}}", "}"}
		for i, a := range args {
			replace = append(replace, fmt.Sprintf("{%d}", i), a)
		}
		text = strings.NewReplacer(replace...).Replace(text)
		if !strings.Contains(text, "using namespace") { // as PyTorch's compiler options' header does
			text = "#include <metal_stdlib>\nusing namespace metal;\n" + text
		}
	}
	program, err := mlx.HostDevice().CompileFile(context.Background(), path, text, msl.Options{})
	require.NoError(t, err, key)
	p.programs[key] = program
	return program
}

// run launches an entry of a file of the kernels folder on n threads.
func (p *pytorch) run(t *testing.T, file, entry string, n int, buffers ...any) *mlx.Array {
	t.Helper()
	return p.dispatch(t, file, nil, dispatch{entry: entry, grid: [3]int{n, 1, 1}, group: [3]int{64, 1, 1}, buffers: buffers})[0]
}

func (p *pytorch) dispatch(t *testing.T, file string, args []string, d dispatch) []*mlx.Array {
	t.Helper()
	p.launched[file+" "+d.entry] = true
	return d.run(t, p.program(t, file, args...), fmt.Sprint(d.entry, args))
}

// metal are Metal's names of types, which PyTorch's entries end in.
var metal = map[mlx.DType]string{
	mlx.Float32: "float", mlx.Float16: "half", mlx.Bfloat16: "bfloat", mlx.Bool: "bool",
	mlx.Int8: "char", mlx.Uint8: "uchar", mlx.Int16: "short", mlx.Int32: "int", mlx.Int64: "long",
}

var (
	signed   = []mlx.DType{mlx.Int8, mlx.Int16, mlx.Int32, mlx.Int64}
	integral = append([]mlx.DType{mlx.Uint8}, signed...)
	half     = []mlx.DType{mlx.Float32, mlx.Float16}
)

// unit is half the distance from 1 to the next number: what one rounding is
// off at most, relatively.
var unit = map[mlx.DType]float64{mlx.Float32: 0x1p-24, mlx.Float16: 0x1p-11, mlx.Bfloat16: 0x1p-8}

// least is what a rounding near zero is off at most, most the largest number.
var (
	least = map[mlx.DType]float64{mlx.Float32: 0x1p-150, mlx.Float16: 0x1p-25, mlx.Bfloat16: 0x1p-134}
	most  = map[mlx.DType]float64{mlx.Float32: math.MaxFloat32, mlx.Float16: 65504, mlx.Bfloat16: 0x1.fep127}
)

// ulp is the unit in the last place of a type at a value, which is 0 of integers.
func ulp(d mlx.DType, v float64) float64 {
	_, e := math.Frexp(v)
	return max(math.Ldexp(2*unit[d], e-1), 2*least[d])
}

// near compares with a formula's values in float64. An element may be off by
// one rounding to its type and by slack, which is 0 if nil. Integers are equal.
func near(t *testing.T, label string, got *mlx.Array, want []float64, slack func(i int) float64) bool {
	t.Helper()
	if got.DType() == mlx.Complex64 {
		got = got.View(mlx.Float32)
	}
	require.Len(t, want, got.Size(), label)
	d := got.DType()
	for i, g := range got.Float64s() {
		w := want[i]
		if g == w || math.IsNaN(g) && math.IsNaN(w) {
			continue
		}
		bound := ulp(d, w) / 2
		if slack != nil {
			bound += slack(i)
		}
		if math.IsInf(g, 0) && most[d] > 0 && g*w > 0 && math.Abs(w)+bound > most[d] {
			continue
		}
		if math.IsInf(w, 0) || !(math.Abs(g-w) <= bound) {
			t.Errorf("%s: element %d is %v, want %v within %.3g", label, i, g, w, bound)
			return false
		}
	}
	return true
}

// same compares with what an exact formula gives.
func same(t *testing.T, label string, got, want *mlx.Array) {
	t.Helper()
	require.Equal(t, want.DType(), got.DType(), label)
	require.Equal(t, 1.0, got.ArrayEqual(want.Reshape(got.Shape()...), true).Item(), "%s: %v, want %v", label, got.Float64s(), want.Float64s())
}

// apply is a formula of one argument over all elements.
func apply(x *mlx.Array, f func(x float64) float64) []float64 {
	v := x.Float64s()
	for i := range v {
		v[i] = f(v[i])
	}
	return v
}

// offsets are what PyTorch's iterators hand to kernels: bytes from the start of
// the output and two inputs. Elements are visited in an order of their own:
// output i is made from element i of the first input, which is behind another,
// and the last but i of the second, of size and inputs' size bytes.
func offsets(n, outSize, inSize int) []byte {
	var v []int32
	for i := range n {
		at := (7*i + 3) % n // every element once, as n is no multiple of 7
		v = append(v, int32(outSize*at), int32(inSize*(at+1)), int32(inSize*(n-1-at)), -1)
	}
	return ints(v...)
}

// behind is an array as offsets find it, size bytes from its start.
func behind(x *mlx.Array, size int) []byte { return concat(make([]byte, size), x.Bytes()) }

// reversed is what offsets make the second input to be.
func reversed(x []float64) []float64 {
	x = slices.Clone(x)
	slices.Reverse(x)
	return x
}
