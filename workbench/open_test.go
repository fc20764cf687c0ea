package workbench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Some shells redirect in UTF-16, which would be a page of errors.
func TestOpenRefusesUTF16(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.metal")
	for _, text := range []string{"\xff\xfek\x00", "\xfe\xff\x00k"} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		_, err := Open(path)
		require.ErrorContains(t, err, "a.metal: is encoded in UTF-16; save it as UTF-8")
	}
}

func TestKindOfStreams(t *testing.T) {
	for _, c := range []struct {
		path, text string
		kind       DocumentKind
	}{
		{Stdin, "# a norm\nzmlx: 1\n", SpecDocument},
		{Stdin, "\n{\"zmlx\": 1}", RecordDocument},
		{Stdin, "\ufeffzmlx: 1\n", SpecDocument},
		{Stdin, "\ufeff{}", RecordDocument},
		{Stdin, "kernel void f() { }", MetalDocument},
		{"/dev/fd/63", "kernel void f() { }", MetalDocument},
		{"a.txt", "kernel void f() { }", SpecDocument},
	} {
		require.Equal(t, c.kind, Document{Path: c.path, Text: c.text}.Kind(), "%s %q", c.path, c.text)
	}
}
