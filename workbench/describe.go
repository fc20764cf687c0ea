package workbench

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// headElements is how many elements an Array shows.
const headElements = 8

// describe summarises an array.
func describe(name string, a *mlx.Array) Array {
	t := tensorOf(a)
	out := Array{Name: name, DType: t.DType.String(), Shape: t.Shape, Tensor: &t}
	out.summarise(t)
	for i := range min(headElements, a.Size()) {
		out.Head = append(out.Head, element(t, i))
	}
	return out
}

func tensorOf(a *mlx.Array) tensorfile.Tensor {
	return tensorfile.Tensor{DType: a.DType(), Shape: a.Shape(), Data: a.Bytes()}
}

// element prints element i of an array exactly.
func element(t tensorfile.Tensor, i int) Value {
	size := t.DType.Size()
	b := t.Data[i*size : (i+1)*size]
	var bits uint64
	for k, x := range b {
		bits |= uint64(x) << (8 * k)
	}
	switch t.DType {
	case mlx.Bool:
		return Value(strconv.FormatBool(bits != 0))
	case mlx.Uint8, mlx.Uint16, mlx.Uint32, mlx.Uint64:
		return Value(strconv.FormatUint(bits, 10))
	case mlx.Int8, mlx.Int16, mlx.Int32, mlx.Int64:
		shift := 64 - 8*size
		return Value(strconv.FormatInt(int64(bits<<shift)>>shift, 10))
	case mlx.Float64:
		return floatValue(math.Float64frombits(bits), 64)
	case mlx.Complex64:
		re := math.Float32frombits(binary.LittleEndian.Uint32(b))
		im := math.Float32frombits(binary.LittleEndian.Uint32(b[4:]))
		sign := "+"
		if math.Signbit(float64(im)) && !math.IsNaN(float64(im)) { // "nan" has no sign
			sign = ""
		}
		return floatValue(float64(re), 32) + Value(sign) + floatValue(float64(im), 32) + "j"
	}
	return floatValue(mlx.FromBytes(t.DType, nil, b).Item(), 32)
}

func floatValue(f float64, bits int) Value {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return Value(strconv.FormatFloat(f, 'g', -1, bits))
}
