package interop

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const cells = `{"nbformat": 4, "metadata": {"language_info": {"name": "python"}}, "cells": [
{"cell_type": "markdown", "source": "# mx.fast.metal_kernel('no')"},
{"cell_type": "code", "source": ["%matplotlib inline\n", "!pip install mlx (\n", "import mlx.core as mx\n", "source = '''\n", "y[0] = x[0] \n", "% 7;\n", "'''\n"], "outputs": []},
{"cell_type": "code", "source": "%%bash\nk = ((("},
{"cell_type": "code", "source": "%%time\nif True:\n    !ls\n\n    k = mx.fast.metal_kernel(name='k', input_names=['x'], output_names=['y'], source=source)"},
{"cell_type": "code", "source": "k(inputs=[mx.zeros((5,), dtype=mx.int32)], grid=(1, 1, 1), threadgroup=(1, 1, 1), output_shapes=[(1,)], output_dtypes=[mx.int32])\nl = mx.fast.metal_kernel(name='l', input_names=['x'], output_names=['y'], source=text)"}
]}`

// TestNotebook: the cells are one program, without magics but where a text holds
// what looks like one; places are those of the cells.
func TestNotebook(t *testing.T) {
	ims, err := Import(t.Context(), "n.ipynb", cells, nil, nil)
	require.EqualError(t, err, "n.ipynb: cell 5, line 2: the source of metal_kernel cannot be told: text is not known without running the file; give the value with --given, or capture a launch")
	require.Len(t, ims, 1)
	require.Equal(t, 4, ims[0].Cell)
	require.Equal(t, 5, ims[0].Line)
	require.Equal(t, `# From n.ipynb, cell 4, line 5.
zmlx: 1
name: k
inputs:
  x: {dtype: int32, shape: [5], init: zeros}
outputs:
  y: {dtype: int32, shape: [1]}
launch: {grid: [1, 1, 1], threadgroup: [1, 1, 1]}
source: |2
  y[0] = x[0]
  % 7;
`, ims[0].Text)

	for text, want := range map[string]string{
		"import mlx":   "n.ipynb: not a Jupyter notebook: invalid character 'i' looking for beginning of value",
		`{"cells": 3}`: "n.ipynb: not a Jupyter notebook: its cells is a number",
		"{}":           "n.ipynb: the notebook has format 0 instead of 4; convert it with jupyter nbconvert --to notebook",
		`{"nbformat": 4, "metadata": {"language_info": {"name": "swift"}}}`: "n.ipynb: the notebook's language is swift; kernels are read out of Python",
		`{"nbformat": 4}`: "n.ipynb: there is no call of metal_kernel or metalKernel; what is compiled as a whole goes into a .metal file",
	} {
		_, err := Import(t.Context(), "n.ipynb", text, nil, nil)
		require.EqualError(t, err, want)
	}
}

// TestNotebookModule: a cell may write the module that later ones import from.
func TestNotebookModule(t *testing.T) {
	ims, err := Import(t.Context(), "n.ipynb", `{"nbformat": 4, "cells": [
{"cell_type": "code", "source": "%%writefile lib/ops.py\nimport mlx.core as mx\nk = mx.fast.metal_kernel(name='k', input_names=['x'], output_names=['y'], source='y[0] = N;'.replace('N', '3'))\ndef three(x):\n    return k(inputs=[x], grid=(1, 1, 1), threadgroup=(1, 1, 1), output_shapes=[(1,)], output_dtypes=[x.dtype])"},
{"cell_type": "code", "source": "%%writefile notes.txt\nk = (("},
{"cell_type": "code", "source": "from ops import (k,\n  three as make)  # all\nfrom elsewhere import two\nmake(mx.zeros((7,), dtype=mx.int32))"}
]}`, nil, nil)
	require.NoError(t, err)
	require.Len(t, ims, 1)
	require.Equal(t, `# From n.ipynb, cell 1, line 3.
zmlx: 1
name: k
inputs:
  x: {dtype: int32, shape: [7], init: zeros}
outputs:
  y: {dtype: int32, shape: [1]}
launch: {grid: [1, 1, 1], threadgroup: [1, 1, 1]}
source: |2
  y[0] = 3;
`, ims[0].Text)
}
