package wasm

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/ir/irgen"
)

func openCache(t *testing.T, dir, version string, limit int64) *codeCache {
	e, err := theEngine()
	require.NoError(t, err)
	c := newCodeCache(dir, version, limit, func(files wazero.CompilationCache) (wazero.Runtime, error) { return newRuntime(e.ctx, files) })
	require.NotNil(t, c)
	return c
}

// encoded returns the module of a random program.
func encoded(t *testing.T, seed uint64) []byte {
	c := irgen.New(seed, 30)
	p, err := ir.Optimize(c.Program)
	require.NoError(t, err)
	p, err = ir.Flatten(p, p.Entries[0], func(ir.Block) bool { return true })
	require.NoError(t, err)
	l := c.Launch
	l.Entry = p.Entries[0]
	v, err := variantOf(p, l, nil)
	require.NoError(t, err)
	g, _, err := prepare(p, l.Entry, v, l.LocalBytes, factsOf(l), v.ragged)
	require.NoError(t, err)
	m, err := g.lower()
	require.NoError(t, err)
	return m.Encode()
}

// hit compiles in a new cache over dir, as another process would, and reports
// whether the code came from disk.
func hit(t *testing.T, dir, version string, module []byte) bool {
	e, err := theEngine()
	require.NoError(t, err)
	c := openCache(t, dir, version, 1<<30)
	code, hit, err := c.compile(e.ctx, module)
	require.NoError(t, err)
	inst, err := c.rt.InstantiateModule(e.ctx, code, wazero.NewModuleConfig().WithName(""))
	require.NoError(t, err)
	require.NoError(t, inst.Close(e.ctx))
	require.NoDirExists(t, filepath.Dir(c.staging))
	return hit
}

func codeFiles(t *testing.T, dir string) []string {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	return files
}

func TestCodeCache(t *testing.T) {
	dir, module := filepath.Join(t.TempDir(), "kernels"), encoded(t, 3)
	require.False(t, hit(t, dir, "v1", module))
	require.True(t, hit(t, dir, "v1", module))
	require.False(t, hit(t, dir, "v1", encoded(t, 4)), "another module")
	require.False(t, hit(t, dir, "v2", module), "another version")
	require.True(t, hit(t, dir, "v1", module))
}

func TestCodeCacheDamage(t *testing.T) {
	dir, module := t.TempDir(), encoded(t, 3)
	require.False(t, hit(t, dir, "v1", module))
	files := codeFiles(t, dir)
	require.Len(t, files, 1)
	good, err := os.ReadFile(files[0])
	require.NoError(t, err)
	for name, damage := range map[string]func([]byte) []byte{
		"empty":     func([]byte) []byte { return nil },
		"torn":      func(b []byte) []byte { return b[:len(b)/2] },
		"short":     func(b []byte) []byte { return b[:len(b)-1] },
		"flipped":   func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
		"in header": func(b []byte) []byte { b[40] ^= 1; return b },
		"longer":    func(b []byte) []byte { return append(b, 0) },
	} {
		require.NoError(t, os.WriteFile(files[0], damage(append([]byte(nil), good...)), 0o600))
		require.False(t, hit(t, dir, "v1", module), name)
		require.True(t, hit(t, dir, "v1", module), "%s: rebuilt", name)
	}
	// The code of one module is not taken for that of another.
	other := encoded(t, 4)
	require.False(t, hit(t, dir, "v1", other))
	for _, f := range codeFiles(t, dir) {
		require.NoError(t, os.WriteFile(f, good, 0o600))
	}
	require.False(t, hit(t, dir, "v1", other))
}

func TestCodeCacheLimit(t *testing.T) {
	dir := t.TempDir()
	for seed := range uint64(3) {
		require.False(t, hit(t, dir, "v1", encoded(t, 10+seed)))
		for _, f := range codeFiles(t, dir) { // each is older than the next
			info, err := os.Stat(f)
			require.NoError(t, err)
			require.NoError(t, os.Chtimes(f, time.Time{}, info.ModTime().Add(-time.Hour)))
		}
	}
	total := int64(0)
	for _, f := range codeFiles(t, dir) {
		info, err := os.Stat(f)
		require.NoError(t, err)
		total += info.Size()
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x.1.tmp"), nil, 0o600))
	require.NoError(t, os.Chtimes(filepath.Join(dir, "x.1.tmp"), time.Time{}, time.Now().Add(-2*time.Hour)))
	c := openCache(t, dir, "v1", total)
	_, _, err := c.compile(context.Background(), encoded(t, 20))
	require.NoError(t, err)
	require.LessOrEqual(t, c.size, total*3/4)
	require.NoFileExists(t, filepath.Join(dir, "x.1.tmp"))
	require.False(t, hit(t, dir, "v1", encoded(t, 10)), "the oldest is gone")
	require.True(t, hit(t, dir, "v1", encoded(t, 20)))
}

// What is no file, or larger than all files may be, is not read.
func TestCodeCacheForeign(t *testing.T) {
	dir, module := t.TempDir(), encoded(t, 3)
	require.False(t, hit(t, dir, "v1", module))
	file := codeFiles(t, dir)[0]
	require.NoError(t, os.Truncate(file, 1<<40))
	require.False(t, hit(t, dir, "v1", module))
	require.True(t, hit(t, dir, "v1", module))
	require.NoError(t, os.Remove(file))
	require.NoError(t, os.Symlink(os.DevNull, file))
	require.False(t, hit(t, dir, "v1", module))
	require.True(t, hit(t, dir, "v1", module))
}

// Without a place to write, or without a known version, kernels run all the same.
func TestCodeCacheTrouble(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.False(t, hit(t, filepath.Join(file, "below"), "v1", encoded(t, 3)))
	require.Nil(t, newCodeCache(t.TempDir(), "", 1, nil))
	require.Nil(t, newCodeCache("", "v1", 1, nil))
}

// Machine code in a folder that another user made under the name of wazero's is not run.
func TestCodeCacheTaken(t *testing.T) {
	c := openCache(t, t.TempDir(), "v1", 1<<30)
	root := filepath.Dir(c.staging)
	require.NoDirExists(t, root)
	require.NoError(t, os.Mkdir(root, 0o700))
	defer os.RemoveAll(root)
	_, _, err := c.compile(context.Background(), encoded(t, 3))
	require.ErrorIs(t, err, os.ErrExist)
	require.DirExists(t, root)
}

// TestCodeCacheProcesses runs processes over one folder at the same time.
func TestCodeCacheProcesses(t *testing.T) {
	const variable = "ZMLX_TEST_CODE_CACHE"
	if dir := os.Getenv(variable); dir != "" {
		hits := 0
		for seed := range uint64(6) {
			if hit(t, dir, "v1", encoded(t, seed)) {
				hits++
			}
		}
		t.Log("hits:", hits)
		return
	}
	dir := t.TempDir()
	child := func() int {
		cmd := exec.Command(os.Args[0], "-test.run=^TestCodeCacheProcesses$", "-test.v")
		cmd.Env = append(os.Environ(), variable+"="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v: %s", err, out)
			return -1
		}
		_, rest, _ := strings.Cut(string(out), "hits: ")
		n, err := strconv.Atoi(strings.Fields(rest + " ?")[0])
		if err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return n
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { child() })
	}
	wg.Wait()
	require.Equal(t, 6, child())
	require.Len(t, codeFiles(t, dir), 6)
}
