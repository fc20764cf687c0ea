package tensorfile

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

func safetensors(header string, data ...byte) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), data...)
}

func TestReadSafetensors(t *testing.T) {
	a, err := ReadSafetensors(safetensors(
		`{"__metadata__":{"format":"mlx"},`+
			`"b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]},`+
			`"a":{"dtype":"C64","shape":[],"data_offsets":[0,8]},`+
			`"f8":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[12,13]}}   `,
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13))
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "f8"}, a.Names())
	require.Equal(t, map[string]string{"format": "mlx"}, a.Metadata)

	got, err := a.Read("a")
	require.NoError(t, err)
	require.Equal(t, Tensor{mlx.Complex64, []int{}, []byte{1, 2, 3, 4, 5, 6, 7, 8}}, got)
	got, err = a.Read("b")
	require.NoError(t, err)
	require.Equal(t, Tensor{mlx.Bfloat16, []int{2}, []byte{9, 10, 11, 12}}, got)

	_, err = a.Read("f8")
	require.EqualError(t, err, `array "f8" has element type F8_E4M3, which is not supported`)
	_, err = a.Read("c")
	require.EqualError(t, err, `there is no array "c"`)
}

func TestReadSafetensorsRefuses(t *testing.T) {
	one := func(body string, data ...byte) []byte { return safetensors(`{"a":`+body+`}`, data...) }
	cases := []struct {
		name, want string
		file       []byte
	}{
		{"empty", "not a .safetensors file", nil},
		{"npy", "not a .safetensors file: it looks like .npy", npy(1, header("<f4", "False", "()"), 0, 0, 0, 0)},
		{"huge header", "a header of 18446744073709551615 bytes is more than the 100000000 allowed", []byte("\xff\xff\xff\xff\xff\xff\xff\xff{}")},
		{"cut header", "truncated: the header needs 100 bytes, the file holds 2", []byte("\x64\x00\x00\x00\x00\x00\x00\x00{}")},
		{"not JSON", "malformed header", safetensors(`{"a"`)},
		{"unknown key", `unknown field "x"`, one(`{"x":1}`)},
		{"no shape", `array "a" has no shape`, one(`{"dtype":"U8","data_offsets":[0,1]}`, 1)},
		{"one offset", "data_offsets must be [begin, end]", one(`{"dtype":"U8","shape":[],"data_offsets":[0]}`)},
		{"backwards", "data_offsets [1, 0] are no range", one(`{"dtype":"U8","shape":[],"data_offsets":[1,0]}`)},
		{"wrong size", "shape [2] of U8 needs 2 bytes, data_offsets give 1", one(`{"dtype":"U8","shape":[2],"data_offsets":[0,1]}`, 1)},
		{"overflow", "is larger than any memory", one(`{"dtype":"U8","shape":[9223372036854775807,3],"data_offsets":[0,1]}`, 1)},
		{"negative", "negative dimension", one(`{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}`, 1)},
		{"cut data", `truncated: array "a" ends at byte 2 of the data, the file holds 1`, one(`{"dtype":"U8","shape":[2],"data_offsets":[0,2]}`, 1)},
		{"long data", "1 bytes follow the last array", one(`{"dtype":"U8","shape":[1],"data_offsets":[0,1]}`, 1, 2)},
		{"hole", `1 unused bytes lie before array "a"`, one(`{"dtype":"U8","shape":[1],"data_offsets":[1,2]}`, 1, 2)},
		{"overlap", "overlaps another one", safetensors(
			`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 1, 2, 3)},
		{"twice", `array "a" occurs twice`, safetensors(
			`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 1, 2)},
		{"metadata", "it must map text to text", safetensors(`{"__metadata__":{"a":1}}`)},
		{"trailing text", "text after the closing brace", safetensors(`{}{}`)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadSafetensors(c.file)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestSafetensorsRoundTrip(t *testing.T) {
	want := map[string]Tensor{}
	for _, f := range formats {
		want[f.safetensors+".<&>"] = sample(t, f.dtype, []int{2, 3})
		want[f.safetensors+"/0"] = sample(t, f.dtype, []int{})
	}
	path := filepath.Join(t.TempDir(), "a.safetensors")
	require.NoError(t, SaveSafetensors(context.Background(), path, want, map[string]string{"k": "v"}))
	a, err := Open(path)
	require.NoError(t, err)
	defer a.Close()
	require.Len(t, a.Names(), len(want))
	require.Equal(t, map[string]string{"k": "v"}, a.Metadata)
	for name := range want {
		got, err := a.Read(name)
		require.NoError(t, err)
		require.Equal(t, want[name], got)
	}
}

func TestOpenIndex(t *testing.T) {
	dir := t.TempDir()
	save := func(name string, keys ...string) {
		tensors := map[string]Tensor{}
		for _, k := range keys {
			tensors[k] = sample(t, mlx.Float32, []int{2})
		}
		require.NoError(t, SaveSafetensors(context.Background(), filepath.Join(dir, name), tensors, nil))
	}
	save("m-1.safetensors", "a", "b")
	save("m-2.safetensors", "c")
	cases := []struct{ name, index, want string }{
		{"good", `{"metadata":{"total_size":24},"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors","c":"m-2.safetensors"}}`, ""},
		{"reaches out", `{"weight_map":{"a":"../m-1.safetensors"}}`, "is not the name of a file beside the index"},
		{"missing array", `{"weight_map":{"z":"m-1.safetensors"}}`, `array "z" is not in shard "m-1.safetensors"`},
		{"wrong shard", `{"weight_map":{"a":"m-2.safetensors","b":"m-1.safetensors"}}`, `array "a" is not in shard "m-2.safetensors"`},
		{"missing shard", `{"weight_map":{"a":"m-3.safetensors"}}`, "m-3.safetensors"},
		{"no map", `{}`, "the index has no weight_map"},
		{"not JSON", `hello`, "malformed index"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, "m.safetensors.index.json")
			require.NoError(t, os.WriteFile(path, []byte(c.index), 0o644))
			a, err := Open(path)
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			defer a.Close()
			require.Equal(t, []string{"a", "b", "c"}, a.Names())
			got, err := a.Read("c")
			require.NoError(t, err)
			require.Equal(t, sample(t, mlx.Float32, []int{2}), got)
		})
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add(safetensors(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 1, 2, 3, 4))
	f.Add(safetensors(`{"__metadata__":{"k":"v"},"a":{"dtype":"F8_E5M2","shape":[],"data_offsets":[0,1]}}`, 1))
	f.Add(safetensors(`{"a":{"dtype":"U8","shape":[0,9223372036854775807],"data_offsets":[0,0]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ReadSafetensors(data)
		if err != nil {
			return
		}
		tensors := map[string]Tensor{}
		for _, name := range a.Names() {
			if got, err := a.Read(name); err == nil {
				require.NoError(t, got.validate())
				tensors[name] = got
			}
		}
		var out bytes.Buffer
		require.NoError(t, writeSafetensors(&out, tensors, a.Metadata))
		back, err := ReadSafetensors(out.Bytes())
		require.NoError(t, err)
		require.Len(t, back.Names(), len(tensors))
	})
}
