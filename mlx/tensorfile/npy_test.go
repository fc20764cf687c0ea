package tensorfile

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
)

// npy builds a file of the given version around a header text.
func npy(major byte, header string, data ...byte) []byte {
	out := append([]byte(npyMagic), major, 0)
	if major == 1 {
		out = binary.LittleEndian.AppendUint16(out, uint16(len(header)))
	} else {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(header)))
	}
	return append(append(out, header...), data...)
}

func header(descr, order, shape string) string {
	return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n"
}

func TestReadNpy(t *testing.T) {
	cases := []struct {
		name string
		file []byte
		want Tensor
	}{
		{"version 1", npy(1, header("<i2", "False", "(2, 1)"), 1, 0, 2, 0),
			Tensor{mlx.Int16, []int{2, 1}, []byte{1, 0, 2, 0}}},
		{"version 2", npy(2, header("|u1", "False", "(3,)"), 7, 8, 9),
			Tensor{mlx.Uint8, []int{3}, []byte{7, 8, 9}}},
		{"version 3", npy(3, header("<f2", "False", "()"), 0, 0x3c),
			Tensor{mlx.Float16, []int{}, []byte{0, 0x3c}}},
		{"big endian", npy(1, header(">i4", "False", "(1,)"), 0, 0, 1, 2),
			Tensor{mlx.Int32, []int{1}, []byte{2, 1, 0, 0}}},
		{"big endian complex", npy(1, header(">c8", "False", "(1,)"), 1, 2, 3, 4, 5, 6, 7, 8),
			Tensor{mlx.Complex64, []int{1}, []byte{4, 3, 2, 1, 8, 7, 6, 5}}},
		{"bfloat16 of ml_dtypes", npy(1, header("<V2", "False", "(1,)"), 0x80, 0x3f),
			Tensor{mlx.Bfloat16, []int{1}, []byte{0x80, 0x3f}}},
		{"bool", npy(1, header("|b1", "False", "(3,)"), 0, 1, 7),
			Tensor{mlx.Bool, []int{3}, []byte{0, 1, 1}}},
		{"empty", npy(1, header("<f8", "False", "(0, 5)")),
			Tensor{mlx.Float64, []int{0, 5}, []byte{}}},
		{"Fortran order", npy(1, header("|u1", "True", "(2, 3)"), 1, 4, 2, 5, 3, 6),
			Tensor{mlx.Uint8, []int{2, 3}, []byte{1, 2, 3, 4, 5, 6}}},
		{"Fortran order in three dimensions", npy(1, header("<i2", "True", "(2, 1, 2)"), 1, 0, 3, 0, 2, 0, 4, 0),
			Tensor{mlx.Int16, []int{2, 1, 2}, []byte{1, 0, 2, 0, 3, 0, 4, 0}}},
		{"other order and quotes", npy(1, `{"shape":(2L,),"descr":"|i1","fortran_order":False}`, 1, 2),
			Tensor{mlx.Int8, []int{2}, []byte{1, 2}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadNpy(c.file)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestReadNpyRefuses(t *testing.T) {
	good := header("<f4", "False", "(2,)")
	cases := []struct {
		name, want string
		file       []byte
	}{
		{"empty file", "not a .npy file", nil},
		{"text", "not a .npy file", []byte("hello, world")},
		{"a zip", "not a .npy file: it looks like zip (.npz or PyTorch); numpy.save writes one array as such a file", []byte("PK\x03\x04aaaaaaaaaaaa")},
		{"cut prefix", "truncated: the file ends within the header", []byte(npyMagic + "\x01")},
		{"cut header", "truncated: the file ends within the header", npy(1, good)[:20]},
		{"cut data", "truncated: shape [2] of float32 needs 8 bytes, the file holds 3", npy(1, good, 1, 2, 3)},
		{"long data", "1 bytes follow the array of shape [2]", npy(1, good, make([]byte, 9)...)},
		{"version", "version 9.0 of .npy is unknown; 1 to 3 are supported", npy(9, good)},
		{"huge header", "a header of 4294967295 bytes is more than the 1048576 allowed", []byte(npyMagic + "\x02\x00\xff\xff\xff\xff{}")},
		{"overflowing shape", "is larger than any memory", npy(1, header("<f4", "False", "(4611686018427387904, 2)"))},
		{"huge shape", "truncated: shape [1000000000000] of float32", npy(1, header("<f4", "False", "(1000000000000,)"))},
		{"zero hides overflow", "truncated", npy(1, header("<f4", "False", "(9223372036854775807, 9223372036854775807)"))[:40]},
		{"negative dimension", `expected a dimension, found "-1"`, npy(1, header("<f4", "False", "(-1,)"))},
		{"many dimensions", "too many dimensions", npy(1, header("<f4", "False", "("+strings.Repeat("1,", 65)+")"))},
		{"objects", `element type "|O" is not supported: it holds pickled Python objects`, npy(1, header("|O", "False", "()"))},
		{"complex128", `element type "<c16" is not supported: convert it with .astype('complex64')`, npy(1, header("<c16", "False", "()"))},
		{"text", `element type "<U3" is not supported: it holds text`, npy(1, header("<U3", "False", "()"))},
		{"structure", "structured element types are not supported", npy(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}")},
		{"no byte order", `element type "|f4" lacks a byte order`, npy(1, header("|f4", "False", "()"))},
		{"odd byte order", `element type "!f4" has an unknown byte order`, npy(1, header("!f4", "False", "()"))},
		{"missing key", `the header lacks "shape"`, npy(1, "{'descr': '<f4', 'fortran_order': False}")},
		{"double key", `the header has "descr" twice`, npy(1, "{'descr': '<f4', 'descr': '<f4'}")},
		{"unknown key", `unknown key "x"`, npy(1, "{'x': 1}")},
		{"trailing text", "text after the closing brace", npy(1, strings.TrimSpace(good)+"}")},
		{"unterminated", "unterminated string", npy(1, "{'descr")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadNpy(c.file)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestNpyRoundTrip(t *testing.T) {
	for _, f := range formats {
		t.Run(f.dtype.String(), func(t *testing.T) {
			for _, shape := range [][]int{{}, {3}, {2, 3}, {0, 2}, {2, 1, 2}} {
				want := sample(t, f.dtype, shape)
				path := filepath.Join(t.TempDir(), "a.npy")
				require.NoError(t, SaveNpy(context.Background(), path, want))
				got, err := LoadNpy(path)
				require.NoError(t, err)
				if f.dtype == mlx.Bfloat16 {
					require.Equal(t, mlx.Uint16, got.DType)
					got, err = got.Reinterpret(mlx.Bfloat16)
					require.NoError(t, err)
				}
				require.Equal(t, want, got)
			}
		})
	}
}

func TestNpyBytes(t *testing.T) {
	data := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1.5))
	var got bytes.Buffer
	require.NoError(t, writeNpy(&got, Tensor{mlx.Float32, []int{1}, data}))
	want := "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"
	want += strings.Repeat(" ", 127-len(want)) + "\n\x00\x00\xc0\x3f"
	require.Equal(t, want, got.String())
}

func TestSaveNpyRefusesAWrongSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	err := SaveNpy(context.Background(), path, Tensor{mlx.Float32, []int{2}, make([]byte, 4)})
	require.ErrorContains(t, err, "shape [2] of float32 needs 8 bytes, not 4")
	require.NoFileExists(t, path)
}

func TestLoadNpyNamesThePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	require.NoError(t, os.WriteFile(path, []byte("GGUF...."), 0o644))
	_, err := LoadNpy(path)
	require.EqualError(t, err, path+": not a .npy file: it looks like GGUF; numpy.save writes one array as such a file")
	_, err = LoadNpy(filepath.Dir(path))
	require.ErrorContains(t, err, "not a regular file")
	_, err = LoadNpy(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// sample is an array of some valid elements.
func sample(t testing.TB, d mlx.DType, shape []int) Tensor {
	size, err := byteSize(d, shape)
	require.NoError(t, err)
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i * 37)
		if d == mlx.Bool {
			data[i] &= 1
		}
	}
	return Tensor{DType: d, Shape: shape, Data: data}
}

func FuzzNpy(f *testing.F) {
	f.Add(npy(1, header("<f4", "False", "(2,)"), make([]byte, 8)...))
	f.Add(npy(2, header(">i8", "True", "(1, 2)"), make([]byte, 16)...))
	f.Add(npy(1, header("<f4", "False", "(99999999999,)")))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ReadNpy(data)
		if err != nil {
			return
		}
		require.NoError(t, got.validate())
		var again bytes.Buffer
		require.NoError(t, writeNpy(&again, got))
		back, err := ReadNpy(again.Bytes())
		require.NoError(t, err)
		require.Equal(t, got.Shape, back.Shape)
		require.Equal(t, got.Data, back.Data)
	})
}
