package work

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/tui/editor"
)

func openFile(t *testing.T, text string) (*Space, *Document) {
	path := filepath.Join(t.TempDir(), "k.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return &Space{}, &Document{ID: path, Path: path, Name: "k.yaml", disk: text, Editor: editor.New(text, Lexer(path))}
}

// What somebody else wrote is overwritten once it was said which text to keep,
// and not where that was left for later.
func TestSavingAsksUntilAConflictIsSettled(t *testing.T) {
	s, d := openFile(t, "a")
	save := func() { s.saved(s.Save(d, "", nil)().(saved)) }
	d.Editor.Reload("mine")
	require.NoError(t, os.WriteFile(d.Path, []byte("theirs"), 0o600))
	s.diskRead(s.Reread(d)().(diskRead))
	asked := d.Conflict
	require.Equal(t, "theirs", *asked)
	save()
	require.NotSame(t, asked, d.Conflict, "it is asked once more")
	require.Equal(t, "theirs", diskText(t, d))
	s.KeepMine(d)
	save()
	require.Nil(t, d.Conflict)
	require.Equal(t, "mine", diskText(t, d))
}

// The text of a file that is gone is unsaved until it is there again; as nobody
// edited it, another text of the file is taken over without a question.
func TestFileIsGone(t *testing.T) {
	s, d := openFile(t, "a")
	reread := func() { s.diskRead(s.Reread(d)().(diskRead)) }
	for _, again := range []string{"a", "b"} {
		require.NoError(t, os.Remove(d.Path))
		reread()
		require.True(t, d.Editor.Modified())
		require.Contains(t, s.Notices[len(s.Notices)-1].Text, "k.yaml is gone from the disk")
		require.NoError(t, os.WriteFile(d.Path, []byte(again), 0o600))
		reread()
		require.False(t, d.Editor.Modified())
		require.Nil(t, d.Conflict)
		require.Equal(t, again, d.Editor.Text())
	}
}

func diskText(t *testing.T, d *Document) string {
	text, err := readFile(d.Path)
	require.NoError(t, err)
	return text
}

// Where a file cannot be written as its folder is gone, it is said what helps.
func TestFolderIsGone(t *testing.T) {
	s, d := openFile(t, "a")
	folder := filepath.Dir(d.Path)
	require.NoError(t, os.RemoveAll(folder))
	s.saved(s.Save(d, "", nil)().(saved))
	require.Equal(t, d.Path+" is not saved: there is no folder "+folder+"; make it, or :save-as another path", s.Notices[len(s.Notices)-1].Text)
}
