package work

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/internal/atomicfile"
)

// Draft is unsaved text as it is kept for after a crash.
type Draft struct {
	ID   string    `json:"id"`
	Text string    `json:"text"`
	Of   string    `json:"of"` // the digest of the saved text that was edited
	At   time.Time `json:"at"`

	Overtaken bool `json:"-"` // the saved text is another one by now
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

type drafted struct{ err error }

// draftOrder holds drafts to what was asked for last: commands run at once, and
// the writing of a draft may end after its text was saved.
type draftOrder struct {
	asked int // so far, by the one who makes commands
	mu    sync.Mutex
	done  map[string]int // the last one carried out, by document
}

// next orders what a command is to do to a document's draft.
func (o *draftOrder) next(id string, do func() error) func() error {
	o.asked++
	n := o.asked
	return func() error {
		o.mu.Lock()
		defer o.mu.Unlock()
		if n < o.done[id] {
			return nil
		}
		if o.done == nil {
			o.done = map[string]int{}
		}
		o.done[id] = n
		return do()
	}
}

// removal removes a document's draft.
func (s *Space) removal(id string) func() error {
	dir := s.Drafts
	return s.order.next(id, func() error { return removeDraft(dir, id) })
}

// writing writes the draft of a document's text as it is now.
func (s *Space) writing(d *Document) func() error {
	dir, draft := s.Drafts, Draft{ID: d.ID, Text: d.Editor.Text(), Of: digest(d.disk), At: s.Now()}
	return s.order.next(d.ID, func() error { return writeDraft(dir, draft) })
}

func draftCommand(do func() error) tea.Cmd { return func() tea.Msg { return drafted{do()} } }

func draftPath(dir, id string) string {
	return filepath.Join(dir, digest(id)+".json")
}

// readDraft gives the draft of a document, if there is one that differs from
// the text that opens; disk is what is saved of it.
func readDraft(dir, id, text, disk string) *Draft {
	if dir == "" {
		return nil
	}
	data, err := os.ReadFile(draftPath(dir, id))
	if err != nil {
		return nil
	}
	var d Draft
	if json.Unmarshal(data, &d) != nil || d.ID != id || d.Text == text {
		return nil
	}
	d.Overtaken = d.Of != digest(disk)
	return &d
}

func writeDraft(dir string, d Draft) error {
	if dir == "" {
		return nil
	}
	data, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return atomicfile.WriteFile(draftPath(dir, d.ID), data, 0o600)
}

func removeDraft(dir, id string) error {
	if dir == "" {
		return nil
	}
	if err := os.Remove(draftPath(dir, id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// keepDraft writes (or, if all is saved, removes) the draft of a document.
func (s *Space) keepDraft(d *Document) tea.Cmd {
	if s.Drafts == "" || d.Draft != nil { // the old draft is still to be decided on
		return nil
	}
	if !d.Editor.Modified() {
		return draftCommand(s.removal(d.ID))
	}
	return draftCommand(s.writing(d))
}

// Restore takes a document's draft over; undo brings the text on disk back.
func (s *Space) Restore(d *Document) tea.Cmd {
	if d.Draft != nil {
		d.Editor.Reload(d.Draft.Text)
		d.Draft = nil
	}
	return s.Edited()
}

// DropDraft deletes a document's draft.
func (s *Space) DropDraft(d *Document) tea.Cmd {
	d.Draft = nil
	return draftCommand(s.removal(d.ID))
}

// Rescue writes the drafts of all unsaved text at once, when the program has
// to end. It is the one method that does input and output itself.
func (s *Space) Rescue() error {
	var errs []error
	for _, d := range s.Unsaved() {
		if d.Draft == nil {
			errs = append(errs, s.writing(d)())
		}
	}
	return errors.Join(errs...)
}

// Discard gives unsaved text up, with its drafts.
func (s *Space) Discard() tea.Cmd {
	var removals []func() error
	for _, d := range s.Unsaved() {
		d.Editor.MarkSaved()
		removals = append(removals, s.removal(d.ID))
	}
	return draftCommand(func() error {
		var errs []error
		for _, remove := range removals {
			errs = append(errs, remove())
		}
		return errors.Join(errs...)
	})
}

// ListDrafts lists the documents that have drafts, the latest first.
func ListDrafts(dir string) []Entry {
	if dir == "" {
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	var drafts []Draft
	for _, f := range files {
		var d Draft
		if data, err := os.ReadFile(f); err == nil && json.Unmarshal(data, &d) == nil && d.ID != "" {
			drafts = append(drafts, d)
		}
	}
	slices.SortFunc(drafts, func(a, b Draft) int { return b.At.Compare(a.At) })
	var out []Entry
	for _, d := range drafts {
		if name, ok := strings.CutPrefix(d.ID, "catalog:"); ok {
			out = append(out, Entry{Name: name})
		} else {
			out = append(out, Entry{Name: filepath.Base(d.ID), Path: d.ID})
		}
	}
	return out
}
