package tensorfile

import "github.com/zmlx/zmlx/mlx"

// formats relates the element types to their names in the two formats.
var formats = []struct {
	dtype       mlx.DType
	npy         string // kind and size of a descr, without the byte order
	safetensors string
}{
	{mlx.Bool, "b1", "BOOL"},
	{mlx.Uint8, "u1", "U8"},
	{mlx.Uint16, "u2", "U16"},
	{mlx.Uint32, "u4", "U32"},
	{mlx.Uint64, "u8", "U64"},
	{mlx.Int8, "i1", "I8"},
	{mlx.Int16, "i2", "I16"},
	{mlx.Int32, "i4", "I32"},
	{mlx.Int64, "i8", "I64"},
	{mlx.Float16, "f2", "F16"},
	{mlx.Bfloat16, "V2", "BF16"},
	{mlx.Float32, "f4", "F32"},
	{mlx.Float64, "f8", "F64"},
	{mlx.Complex64, "c8", "C64"},
}

func fromNpy(kind string) (mlx.DType, bool) {
	for _, f := range formats {
		if f.npy == kind {
			return f.dtype, true
		}
	}
	return 0, false
}

func fromSafetensors(name string) (mlx.DType, bool) {
	for _, f := range formats {
		if f.safetensors == name {
			return f.dtype, true
		}
	}
	return 0, false
}

// npyDescr is the descr of a type; bfloat16 is written as its bit patterns.
func npyDescr(d mlx.DType) (string, bool) {
	if d == mlx.Bfloat16 {
		d = mlx.Uint16
	}
	for _, f := range formats {
		if f.dtype == d {
			if d.Size() == 1 {
				return "|" + f.npy, true
			}
			return "<" + f.npy, true
		}
	}
	return "", false
}

func safetensorsName(d mlx.DType) (string, bool) {
	for _, f := range formats {
		if f.dtype == d {
			return f.safetensors, true
		}
	}
	return "", false
}
