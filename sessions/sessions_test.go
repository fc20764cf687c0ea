package sessions

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func entry(label string) Entry {
	return Entry{At: time.Unix(1e9, 0).UTC(), Tool: "zmlx 1", Label: label, Elapsed: time.Second, Job: json.RawMessage(`{"kind":"RunJob","value":{}}`),
		Result: json.RawMessage(`{"a":1}`), Outputs: map[string]string{"y": "00"}}
}

func TestAppendAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.zmlx")
	require.NoError(t, Append(path, entry("run a")))
	require.NoError(t, Append(path, entry("run b")))
	s, err := Load(path)
	require.NoError(t, err)
	require.Equal(t, Session{Header{Schema, time.Unix(1e9, 0).UTC()}, []Entry{entry("run a"), entry("run b")}, 0}, *s)
}

func TestTornLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.zmlx")
	require.NoError(t, Append(path, entry("run a")))
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"at":"2001-`)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, Append(path, entry("run b")))
	s, err := Load(path)
	require.NoError(t, err)
	require.Equal(t, 1, s.Torn)
	require.Equal(t, []Entry{entry("run a"), entry("run b")}, s.Entries)
}

func TestSeveralWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.zmlx")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { require.NoError(t, Append(path, entry("run "+strings.Repeat("b", 5000)))) })
	}
	all.Wait()
	s, err := Load(path)
	require.NoError(t, err)
	require.Len(t, s.Entries, 20)
	require.Zero(t, s.Torn)
}

// A file that is something else is neither read nor changed.
func TestOtherFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.yaml")
	for _, text := range []string{"zmlx: 1\n", `{"schema":"zmlx.bench/1"}`, "\x00\x01", strings.Repeat("x", 1<<20)} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		_, err := Load(path)
		require.ErrorContains(t, err, "this is no session")
		require.ErrorContains(t, Append(path, entry("run a")), "this is no session")
		kept, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(kept))
	}
	require.NoError(t, os.WriteFile(path, []byte(`{"schema":"zmlx.session/2"}`), 0o644))
	_, err := Load(path)
	require.ErrorContains(t, err, `another version of zmlx wrote this session ("zmlx.session/2", not "zmlx.session/1")`)
	require.ErrorContains(t, Append(path, entry("run a")), "another version of zmlx")
	_, err = Load(t.TempDir())
	require.ErrorContains(t, err, "is no regular file")
	require.ErrorContains(t, Append(t.TempDir(), entry("run a")), "is no regular file")
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	_, err = Load(path)
	require.ErrorContains(t, err, "this is no session")
	require.NoError(t, Append(path, entry("run a")), "an empty file becomes one")
	_, err = Load(path)
	require.NoError(t, err)
	_, err = Load(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestLongEntries(t *testing.T) {
	defer func(n int) { maxEntry = n }(maxEntry)
	maxEntry = 1 << 20
	path := filepath.Join(t.TempDir(), "s.zmlx")
	long := entry("run a")
	long.Result = json.RawMessage(`"` + strings.Repeat("x", maxEntry) + `"`)
	require.ErrorContains(t, Append(path, long), "run a is not recorded: it takes 1 MB")
	require.NoFileExists(t, path)
	require.NoError(t, Append(path, entry("run a")))
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(strings.Repeat("y", 3*maxEntry) + "\n")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	s, err := Load(path)
	require.NoError(t, err)
	require.Equal(t, 1, s.Torn)
	require.Len(t, s.Entries, 1)
}
