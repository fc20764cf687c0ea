package kernels

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

const record = `{
  "zmlx_launch": 1, "name": "add", "x_tool": {"any": [1, null]},
  "input_names": ["x", "b"], "output_names": ["y"],
  "source": "y[0] = x[0] + T(b);", "header": "",
  "template": [{"name": "T", "dtype": "float32"}, {"name": "N", "int": 4}, {"name": "F", "bool": true}],
  "grid": [1, 1, 1], "threadgroup": [1, 1, 1],
  "init_value": null,
  "inputs": [
    {"dtype": "float32", "shape": [2], "data": "AACAPwAAAEA="},
    {"dtype": "float32", "shape": [], "file": "b.npy"}
  ],
  "outputs": [
    {"dtype": "float32", "shape": [2], "expected": {"dtype": "float64", "data": "AAAAAAAA8D8AAAAAAAAAQA=="}, "rtol": 1e-5, "nan": "any"}
  ]
}`

func TestRecord(t *testing.T) {
	dir := t.TempDir()
	b := mlx.Scalar(float32(3))
	require.NoError(t, tensorfile.SaveNpy(context.Background(), filepath.Join(dir, "b.npy"), tensorfile.Tensor{DType: b.DType(), Shape: b.Shape(), Data: b.Bytes()}))
	path := filepath.Join(dir, "add.launch.json")
	require.NoError(t, os.WriteFile(path, []byte(record), 0o644))

	r, err := LoadRecord(path)
	require.NoError(t, err)
	require.True(t, r.Kernel.EnsureRowContiguous)
	require.Equal(t, [3]int{1, 1, 1}, r.Config.Grid)
	require.Equal(t, []mlx.TemplateArg{{Name: "T", DType: mlx.Float32}, {Name: "N", Kind: mlx.TemplateInt, Int: 4}, {Name: "F", Kind: mlx.TemplateBool, Int: 1}}, r.Config.Template)
	in, err := r.Arrays()
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2}, in[0].Float64s())
	require.Equal(t, 3.0, in[1].Item())
	want, err := r.Expected(0)
	require.NoError(t, err)
	require.Equal(t, mlx.Float64, want.DType())
	require.Equal(t, []float64{1, 2}, want.Float64s())
	require.True(t, r.Outputs[0].AnyNaN)

	var out bytes.Buffer
	_, err = r.WriteTo(&out)
	require.NoError(t, err)
	again, err := ParseRecord(path, out.Bytes())
	require.NoError(t, err)
	require.Equal(t, r, again, "what is written reads back")
	again, err = ParseRecord(path, []byte("\ufeff"+record))
	require.NoError(t, err)
	require.Equal(t, r, again, "a byte order mark is no part of it")
}

// TestRecordDocument: the example of the page about records is one.
func TestRecordDocument(t *testing.T) {
	page, err := os.ReadFile("../docs/launch-record.md")
	require.NoError(t, err)
	_, example, _ := strings.Cut(string(page), "```json\n")
	example, _, _ = strings.Cut(example, "```")
	r, err := ParseRecord("scale.launch.json", []byte(example))
	require.NoError(t, err)
	require.Equal(t, "scale", r.Name)
}

func TestRecordProblems(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"header"`, `"headr"`, `r.json:4:36: error: unknown key "headr" in a launch record`},
		{`"name": "add",`, ``, `r.json:1:1: error: the record has no "name"`},
		{`"grid": [1, 1, 1]`, `"grid": [0, 1, 1]`, `r.json:6:12: error: grid must be an integer from 1 to 2147483647`},
		{`"grid": [1, 1, 1]`, `"grid": [1, 1]`, `r.json:6:11: error: grid has length 2, and takes 3`},
		{`"zmlx_launch": 1`, `"zmlx_launch": "1"`, `r.json:2:18: error: zmlx_launch is a string`},
		{`"zmlx_launch": 1`, `"zmlx_launch": 2`, `r.json:2:18: error: format version 2 is not known`},
		{`"bool": true`, `"bool": "true"`, `r.json:5:98: error: bool is a string`},
		{`"rtol": 1e-5`, `"rtol": "1e-5"`, `r.json:13:118: error: rtol is a string`},
		{`AACAPwAAAEA=`, `AACAPwAAAE`, `r.json:9:48: error: data is not base64: illegal base64 data at input byte 8`},
		{`AACAPwAAAEA=`, `AACAPw==`, `r.json:8:3: error: 4 bytes do not fill shape [2] of float32, which takes 8`},
		{`"float32", "shape": [2], "data"`, `"flat32", "shape": [2], "data"`, `r.json:9:15: error: "flat32" is not an element type`},
		{`"nan": "any"`, `"nan": "some"`, `r.json:13:131: error: nan is "some"`},
		{`"x", "b"`, `"x"`, `r.json:8:3: error: there are 2 inputs for 1 names`},
		{`"x", "b"`, `"x", "x"`, `r.json:4:3: error: input and input are both named "x"`},
		{`"bool": true`, `"bool": true, "int": 1`, `r.json:5:76: error: a template value has a name and one of dtype, int and bool`},
		{"  ]\n}", "", `r.json:14:1: error: the file ends too early`},
		{"\"}\n  ]\n}", "\n", `r.json:13:135: error: the file ends within a string`},
		{`"header": "`, "\"header\": \"\n", `r.json:4:47: error: a string does not end on its line`},
		{`"init_value": null,`, `"init_value": NaN,`, `r.json:7:17: error: JSON has no NaN and no infinity`},
		{`"init_value": null,`, `"init_value": -Infinity,`, `r.json:7:18: error: JSON has no NaN and no infinity`},
		{`"init_value": null,`, `"init_value": nul,`, `r.json:7:20: error: invalid character ',' in literal null (expecting 'l')`},
	} {
		text := strings.Replace(record, c.old, c.new, 1)
		require.NotEqual(t, record, text, c.old)
		_, err := ParseRecord("r.json", []byte(text))
		var ps Problems
		require.True(t, errors.As(err, &ps), c.want)
		require.Equal(t, c.want, ps[0].String())
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(record))
	f.Add([]byte(`{"zmlx_launch":1,"outputs":[{"dtype":"bool","shape":[9223372036854775807,4],"expected":{"dtype":"bool","data":""}}]}`))
	f.Add([]byte(strings.Repeat("[", 5000)))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseRecord("none/r.json", data)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		_, _ = r.Arrays()
		_, err = r.WriteTo(&bytes.Buffer{})
		require.NoError(t, err)
	})
}
