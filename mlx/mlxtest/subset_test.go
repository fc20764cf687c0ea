package mlxtest

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/tensorfile"
)

var update = flag.Bool("update", false, "rewrite testdata from the full set of goldens")

// TestSubset rewrites the small set of goldens: the smallest case of each
// operation and check.
func TestSubset(t *testing.T) {
	if !*update {
		t.Skip("only with -update")
	}
	root := moduleRoot(t)
	from := filepath.Join(root, "..", "shared", "fixtures", "ops")
	text, err := os.ReadFile(filepath.Join(from, "cases.json"))
	require.NoError(t, err)
	var cases []goldenCase
	require.NoError(t, json.Unmarshal(text, &cases))

	const most = 16 << 10
	best, sizes, order := map[string]goldenCase{}, map[string]int{}, []string{}
	tensors := map[string]map[string]tensorfile.Tensor{}
	for _, c := range cases {
		a, err := tensorfile.Open(filepath.Join(from, c.File))
		require.NoError(t, err)
		size, read := 0, map[string]tensorfile.Tensor{}
		for _, names := range [][]string{c.Inputs, c.Outputs, c.Native} {
			for _, n := range names {
				read[n], err = a.Read(n)
				require.NoError(t, err)
				size += len(read[n].Data)
			}
		}
		require.NoError(t, a.Close())
		key := c.Op
		if mode, ok := c.Args["mode"].(string); ok {
			key += mode
		}
		if _, known := knownFailures["host"][c.Name]; known || size > most {
			continue
		}
		if _, seen := sizes[key]; !seen {
			order = append(order, key)
		} else if size >= sizes[key] {
			continue
		}
		best[key], sizes[key], tensors[key] = c, size, read
	}
	all, kept := map[string]tensorfile.Tensor{}, []goldenCase{}
	for _, key := range order {
		c := best[key]
		c.File = "ops.safetensors"
		kept = append(kept, c)
		for n, x := range tensors[key] {
			all[n] = x
		}
	}
	to := filepath.Join("testdata", "ops")
	require.NoError(t, os.MkdirAll(to, 0o755))
	require.NoError(t, tensorfile.SaveSafetensors(context.Background(), filepath.Join(to, "ops.safetensors"), all, nil))
	out, err := json.MarshalIndent(kept, "", " ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(to, "cases.json"), append(out, '\n'), 0o644))
}
