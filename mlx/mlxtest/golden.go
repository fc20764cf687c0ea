package mlxtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// goldenCase is one operation with MLX's own result.
type goldenCase struct {
	Name    string         `json:"name"`
	Group   string         `json:"group"`
	Op      string         `json:"op"`
	Args    map[string]any `json:"args"`
	Inputs  []string       `json:"inputs"`
	Outputs []string       `json:"outputs"`
	Native  []string       `json:"native_outputs"` // what MLX's CPU gave where it is less accurate
	RTol    float64        `json:"rtol"`
	ATol    float64        `json:"atol"`
	File    string         `json:"file"`
	Check   string         `json:"check"`
	Note    string         `json:"note"`
}

// knownFailures lists goldens that a runtime does not meet, with the reason.
var knownFailures = map[string]map[string]string{
	"mlx-cpu": {"all_015": negativeZero},
	"host": {
		"all_015":  negativeZero,
		"rope_012": "three angles near 4000 rad: MLX's float32 exp is off by a unit in the last place, ours rounds correctly",
	},
}

// fixtures returns the folders with goldens: the full set beside the module if
// it is there, and the small one in testdata.
func fixtures(t *testing.T) []string {
	root := moduleRoot(t)
	dirs := []string{filepath.Join(root, "mlx", "mlxtest", "testdata", "ops")}
	full := filepath.Join(root, "..", "shared", "fixtures", "ops")
	if _, err := os.Stat(filepath.Join(full, "cases.json")); err != nil {
		t.Logf("the full set of goldens is not at %s: only the small set in testdata is tested", full)
		return dirs
	}
	return append(dirs, full)
}

const negativeZero = "MLX's all() looks at bits and takes -0.0 for true; here it is zero, as in NumPy"

func moduleRoot(t *testing.T) string {
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, dir, parent, "no go.mod above the working directory")
		dir = parent
	}
}

func runGolden(t *testing.T, rt mlx.Runtime) {
	for _, dir := range fixtures(t) {
		t.Run(filepath.Base(filepath.Dir(dir)), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, "cases.json"))
			require.NoError(t, err)
			var cases []goldenCase
			require.NoError(t, json.Unmarshal(text, &cases))
			require.NotEmpty(t, cases)
			archives := archives{dir: dir, rt: rt, open: map[string]*tensorfile.Archive{}}
			defer archives.close()
			for _, c := range cases {
				t.Run(c.Group+"/"+c.Name, func(t *testing.T) { runCase(t, rt, &archives, c) })
			}
		})
	}
}

func runCase(t *testing.T, rt mlx.Runtime, files *archives, c goldenCase) {
	if why, ok := knownFailures[rt.Name()][c.Name]; ok {
		t.Skip(why)
	}
	if rt.Name() == "mlx-cpu" && strings.HasPrefix(c.Note, "native op unsupported") {
		t.Skip(c.Note)
	}
	if rt.Name() == "metal" && files.has(t, c, mlx.Float64) {
		t.Skip("Metal has no float64")
	}
	op, ok := operations[c.Op]
	require.True(t, ok, "no operation %q", c.Op)
	in := files.load(t, c.File, c.Inputs)
	want := files.load(t, c.File, c.Outputs)
	native := files.load(t, c.File, c.Native)
	var got []*mlx.Array
	require.NoError(t, mlx.Do(func() error {
		this := call{goldenCase: c, in: in, rt: rt}
		got = op(this)
		return ofViews(this, op, got)
	}))
	require.Len(t, got, len(want))
	if c.Check != "" {
		checks[c.Check](t, c, in, got, want)
		return
	}
	for i := range want {
		err := compare(got[i], want[i], c.RTol, c.ATol)
		if err != nil && i < len(native) && (rt.Name() != "host" || c.Op == "remainder" || c.Op == "floor_divide") {
			err = compare(got[i], native[i], c.RTol, c.ATol)
		}
		require.NoError(t, err, "output %d of %s %v", i, c.Op, c.Args)
	}
}

// archives reads arrays of safetensors files that stay open.
type archives struct {
	dir  string
	rt   mlx.Runtime
	open map[string]*tensorfile.Archive
}

// has tells whether an input of a case is of a type.
func (a *archives) has(t *testing.T, c goldenCase, d mlx.DType) bool {
	host := &archives{dir: a.dir, rt: mlx.Host(), open: map[string]*tensorfile.Archive{}}
	defer host.close()
	return slices.ContainsFunc(host.load(t, c.File, c.Inputs), func(x *mlx.Array) bool { return x.DType() == d })
}

func (a *archives) load(t *testing.T, file string, names []string) []*mlx.Array {
	out := make([]*mlx.Array, len(names))
	for i, name := range names {
		f := a.open[file]
		if f == nil {
			var err error
			f, err = tensorfile.Open(filepath.Join(a.dir, file))
			require.NoError(t, err)
			a.open[file] = f
		}
		x, err := f.Read(name)
		require.NoError(t, err)
		out[i] = mlx.FromBytesOn(a.rt, x.DType, x.Shape, x.Data)
	}
	return out
}

func (a *archives) close() {
	for _, f := range a.open {
		_ = f.Close()
	}
}
