package sema

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every public function of the table has a line in testdata/library.
func TestEveryFamilyIsTested(t *testing.T) {
	files, err := filepath.Glob("testdata/library/*.txt")
	require.NoError(t, err)
	var all strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		all.Write(text)
	}
	for _, f := range families {
		for _, name := range strings.Fields(f.Names) {
			if !strings.HasPrefix(name, "__") && !strings.Contains(all.String(), name+"(") && !strings.Contains(all.String(), name+"<") {
				t.Error(name)
			}
		}
	}
}
