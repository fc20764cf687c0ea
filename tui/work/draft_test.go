package work

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/tui/editor"
)

// Commands run at once: a draft that is written late does not outlive the saving
// of its text, and one that was begun after it is not taken away.
func TestDraftsKeepTheirOrder(t *testing.T) {
	path, drafts := filepath.Join(t.TempDir(), "k.yaml"), t.TempDir()
	require.NoError(t, os.WriteFile(path, []byte("a"), 0o600))
	s := &Space{Options: Options{Drafts: drafts, Now: time.Now}}
	d := &Document{ID: path, Path: path, Name: "k.yaml", disk: "a", Editor: editor.New("a", Lexer(path))}
	edit := d.Editor.Reload

	edit("b")
	late := s.keepDraft(d)
	edit("c")
	msg := s.Save(d, "", nil)()
	late()
	require.Empty(t, ListDrafts(drafts), "before it is known that the text is saved")
	s.saved(msg.(saved))
	require.False(t, d.Editor.Modified())

	edit("d")
	saving := s.Save(d, "", nil)
	edit("e")
	s.keepDraft(d)()
	saving()
	require.Equal(t, "e", readDraft(drafts, path, "d", "d").Text)
}

// What undo leaves of a restored draft is the text on disk, which is saved.
func TestUndoTakesRestoringBack(t *testing.T) {
	s := &Space{}
	d := &Document{ID: "k.yaml", disk: "a", Editor: editor.New("a", Lexer("k.yaml")), Draft: &Draft{Text: "b"}}
	s.Restore(d)
	require.Equal(t, "b", d.Editor.Text())
	require.True(t, d.Editor.Modified())
	d.Editor.Undo()
	require.Equal(t, "a", d.Editor.Text())
	require.False(t, d.Editor.Modified())
}

// A draft says whether the file is another one by now than when it was edited.
func TestDraftsKnowWhatTheyAreOf(t *testing.T) {
	path, drafts := filepath.Join(t.TempDir(), "k.yaml"), t.TempDir()
	open := func() opened {
		s := &Space{Options: Options{Drafts: drafts}}
		return s.Open(Entry{Path: path})().(opened)
	}
	edit := func(disk string) {
		s := &Space{Options: Options{Drafts: drafts, Now: time.Now}}
		d := &Document{ID: path, Path: path, disk: disk, Editor: editor.New(disk, Lexer(path))}
		d.Editor.Reload("mine")
		s.keepDraft(d)()
	}
	edit("")
	require.False(t, open().draft.Overtaken, "there is no file still")
	require.NoError(t, os.WriteFile(path, []byte("a"), 0o600))
	require.True(t, open().draft.Overtaken, "somebody made the file")
	edit("a")
	require.False(t, open().draft.Overtaken)
	require.NoError(t, os.WriteFile(path, []byte("theirs"), 0o600))
	require.True(t, open().draft.Overtaken)
}
