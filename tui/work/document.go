package work

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/internal/atomicfile"
	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/highlight"
	"github.com/zmlx/zmlx/workbench"
)

// MaxBytes bounds the files that can be opened.
const MaxBytes = 16 << 20

// Document is an open text.
type Document struct {
	ID     string // the path, or "catalog:NAME"
	Path   string // "" if it is on no disk yet
	Name   string // for people
	Editor *editor.Editor

	Draft    *Draft  // text of an earlier run that was never saved, to be decided on
	Conflict *string // what is on disk now, where both it and the text changed

	disk     string // the text as last read or written
	touched  int    // how often the file was seen to change
	seen     int    // the version that was last given to the engine
	Compiled Compiled
}

// Title is the name with a sign for unsaved text.
func (d *Document) Title() string {
	if d.Editor.Modified() {
		return d.Name + " ●"
	}
	return d.Name
}

// Input is what jobs get.
func (d *Document) Input() workbench.Document {
	path := d.Path
	if path == "" {
		path = d.Name
	}
	return workbench.Document{Path: path, Text: d.Editor.Text()}
}

// Argument is how the document is named on a command line.
func (d *Document) Argument() string {
	switch {
	case strings.HasPrefix(d.Path, "-"):
		return shellQuote("./" + d.Path)
	case d.Path != "":
		return shellQuote(d.Path)
	}
	return strings.TrimSuffix(d.Name, ".yaml")
}

// Refuses gives the reason why a verb cannot be done with the shown document, ""
// if it can.
func (s *Space) Refuses(verb string) string {
	if s.Doc == nil {
		return "no kernel is open"
	}
	switch kind := s.Doc.Input().Kind(); {
	case kind == workbench.MetalDocument && slices.Contains([]string{"bench", "tune", "profile", "debug", "check --sanitize"}, verb):
		return "a .metal file is only compiled here, as it says nothing of a launch; zmlx run takes one from flags"
	case kind == workbench.RecordDocument && verb == "bench":
		return "only specs can be measured; profile takes launch records, too"
	case kind == workbench.RecordDocument && verb == "tune":
		return "only specs say what is to be tuned"
	}
	return ""
}

// CommandLine is the command that does what a verb does with the shown
// document, "" if there is none.
func (s *Space) CommandLine(verb string) string {
	if s.Refuses(verb) != "" {
		return ""
	}
	line := "zmlx " + verb + " " + s.Doc.Argument()
	if s.Doc.Input().Kind() == workbench.MetalDocument {
		line += metalFlags(s.Metal)
	}
	if s.Device != "" {
		line += " --device " + s.Device
	}
	if s.Seed != 0 {
		line += fmt.Sprintf(" --seed %d", s.Seed)
	}
	return line
}

// VariantLine is CommandLine for a variant of the document.
func (s *Space) VariantLine(verb string, v workbench.Variant) string {
	line := s.CommandLine(verb)
	if line == "" {
		return ""
	}
	if v.Case > 0 {
		line += fmt.Sprintf(" --case %d", v.Case)
	}
	if v.DType != "" {
		line += " --dtype " + v.DType
	}
	return line
}

// metalFlags are the flags that give a command these options.
func metalFlags(o workbench.MetalOptions) (flags string) {
	for _, dir := range o.IncludeDirs {
		flags += " -I " + shellQuote(dir)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Defines)) {
		flags += " -D " + shellQuote(name+"="+o.Defines[name])
	}
	if o.Std != "" {
		flags += " --std " + o.Std
	}
	return flags
}

func shellQuote(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Lexer is what colours a file.
func Lexer(path string) highlight.Lexer {
	switch filepath.Ext(path) {
	case ".metal", ".h":
		return highlight.MetalLexer
	}
	return highlight.Spec{}
}

type opened struct {
	id, path, name, text string
	disk                 string // what of the text is saved
	draft                *Draft
	err                  error
	fresh                bool // the file does not exist yet
}

// Open shows a document; one that is open already keeps its edits.
func (s *Space) Open(e Entry) tea.Cmd {
	id, path, name := "catalog:"+e.Name, "", e.Name+".yaml"
	if e.Path != "" {
		path = e.Path
		if abs, err := filepath.Abs(e.Path); err == nil {
			id = abs
		}
		name = filepath.Base(path)
	}
	for _, d := range s.docs {
		if d.ID == id {
			s.Doc = d
			return s.recompile()
		}
	}
	drafts := s.Drafts
	s.Opening++
	return func() tea.Msg {
		msg := opened{id: id, path: path, name: name, text: e.Text}
		if path != "" {
			msg.text, msg.err = readFile(path)
			if errors.Is(msg.err, fs.ErrNotExist) {
				msg.fresh, msg.text, msg.err = true, e.Text, nil
			}
		}
		if !msg.fresh {
			msg.disk = msg.text
		}
		if msg.err == nil {
			msg.draft = readDraft(drafts, id, msg.text, msg.disk)
		}
		return msg
	}
}

// readFile reads a text of bounded size.
func readFile(path string) (string, error) {
	switch info, err := os.Stat(path); { // before it is opened, since a pipe would wait for somebody
	case err != nil:
		return "", err
	case info.IsDir():
		return "", fmt.Errorf("%s is a folder: name a spec in it", path)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is no file with a text", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return "", err
	}
	if len(data) > MaxBytes {
		return "", fmt.Errorf("%s is larger than %d MB: is it a spec?", path, MaxBytes>>20)
	}
	if strings.IndexByte(string(data[:min(len(data), 8192)]), 0) >= 0 {
		return "", fmt.Errorf("%s is not a text", path)
	}
	return string(data), nil
}

func (s *Space) opened(msg opened) tea.Cmd {
	s.Opening--
	if msg.err != nil {
		s.Notify(Failure, msg.err.Error())
		return nil
	}
	if i := slices.IndexFunc(s.docs, func(d *Document) bool { return d.ID == msg.id }); i >= 0 {
		s.Doc = s.docs[i]
		return s.recompile()
	}
	d := &Document{ID: msg.id, Path: msg.path, Name: msg.name, disk: msg.disk, seen: -1, Draft: msg.draft}
	d.Editor = editor.New(msg.text, Lexer(msg.path))
	if msg.fresh {
		if msg.text != "" {
			d.Editor.MarkUnsaved()
		}
		s.Notify(Info, msg.path+" does not exist yet; saving creates it")
	}
	s.docs = append(s.docs, d)
	s.Doc = d
	return s.recompile()
}

// Unsaved lists the documents with unsaved text.
func (s *Space) Unsaved() []*Document {
	var out []*Document
	for _, d := range s.docs {
		if d.Editor.Modified() {
			out = append(out, d)
		}
	}
	return out
}

// Find gives the open document of an entry, nil if it is not open.
func (s *Space) Find(e Entry) *Document {
	for _, d := range s.docs {
		if e.Path == "" && d.ID == "catalog:"+e.Name || e.Path != "" && d.Path == e.Path {
			return d
		}
	}
	return nil
}

type saved struct {
	doc      *Document
	path, id string
	text     string
	version  int
	err      error
	draftErr error // the draft could not be removed
	then     tea.Cmd
}

// Save writes a document to a path ("" is its own) and goes on with then.
func (s *Space) Save(d *Document, path string, then tea.Cmd) tea.Cmd {
	if path == "" {
		path = d.Path
	}
	text, version, known, own := d.Editor.Text(), d.Editor.Version(), d.disk, path == d.Path
	id := d.ID
	if abs, err := filepath.Abs(path); err == nil {
		id = abs
	}
	dropOld, drop := s.removal(d.ID), s.removal(id) // before it is said that the text is saved, as one may quit then
	return func() tea.Msg {
		msg := saved{doc: d, path: path, id: id, text: text, version: version, then: then}
		if now, err := readFile(path); err == nil && (own && now != known || !own) && now != text {
			what := "it changed on disk since it was opened"
			if !own {
				what = "it exists already"
			}
			msg.err = &ConflictError{Path: path, Disk: now, What: what, Own: own}
			return msg
		}
		switch msg.err = atomicfile.WriteFile(path, []byte(text), 0o644); {
		case msg.err == nil:
			msg.draftErr = errors.Join(dropOld(), drop())
		case errors.Is(msg.err, fs.ErrNotExist):
			msg.err = fmt.Errorf("%s is not saved: there is no folder %s; make it, or :save-as another path", path, filepath.Dir(id))
		}
		return msg
	}
}

// ConflictError says that saving would overwrite somebody else's text.
type ConflictError struct {
	Path, Disk, What string
	Own              bool
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s was not overwritten: %s", e.Path, e.What)
}

func (s *Space) saved(msg saved) tea.Cmd {
	d := msg.doc
	var conflict *ConflictError
	if errors.As(msg.err, &conflict) && conflict.Own {
		d.Conflict = &conflict.Disk
	}
	if msg.err != nil {
		s.Notify(Failure, msg.err.Error())
		return nil
	}
	d.Path, d.disk, d.Conflict = msg.path, msg.text, nil
	d.ID, d.Name = msg.id, filepath.Base(msg.path)
	d.Editor.MarkSavedAt(msg.version)
	s.Notify(Success, "saved "+msg.path)
	if msg.draftErr != nil {
		s.Notify(Failure, "the draft of "+msg.path+" could not be removed: "+msg.draftErr.Error())
	}
	return tea.Batch(msg.then, s.reloadEntries(msg.path))
}

// reloadEntries lists files anew if one was added.
func (s *Space) reloadEntries(path string) tea.Cmd {
	for _, e := range s.Entries {
		if e.Path == path {
			return nil
		}
	}
	return s.LoadCatalog()
}

// FileChanged says that a file was written by somebody.
type FileChanged struct{ Path string }

type diskRead struct {
	doc  *Document
	text string
	err  error
}

// rested says that a file has not been touched for a while.
type rested struct {
	doc     *Document
	touched int
}

// fileChanged waits until whoever writes the file is done: most programs
// empty it first.
func (s *Space) fileChanged(msg FileChanged) tea.Cmd {
	for _, d := range s.docs {
		if d.Path == "" || d.ID != msg.Path && d.Path != msg.Path {
			continue
		}
		d.touched++
		now := rested{d, d.touched}
		return tea.Tick(s.ReloadAfter, func(time.Time) tea.Msg { return now })
	}
	return nil
}

func (s *Space) rested(msg rested) tea.Cmd {
	if msg.touched != msg.doc.touched {
		return nil
	}
	return s.Reread(msg.doc)
}

// Reread looks whether a document changed on disk and takes the change over,
// as an edit that can be undone. With unsaved text it asks first.
func (s *Space) Reread(d *Document) tea.Cmd {
	if d.Path == "" {
		return nil
	}
	return func() tea.Msg {
		text, err := readFile(d.Path)
		return diskRead{d, text, err}
	}
}

func (s *Space) diskRead(msg diskRead) tea.Cmd {
	d := msg.doc
	text := d.Editor.Text()
	switch {
	case errors.Is(msg.err, fs.ErrNotExist) && !d.Editor.Modified():
		d.Editor.MarkUnsaved()
		s.Notify(Failure, d.Name+" is gone from the disk: saving writes it again")
		return s.keepDraft(d)
	case msg.err != nil: // half-way replaced: the text here stays
		return nil
	case msg.text == text:
		d.disk, d.Conflict = msg.text, nil
		d.Editor.MarkSaved()
		return nil
	case msg.text == d.disk:
		d.Conflict = nil
		return nil
	case d.Editor.Modified() && text != d.disk:
		d.Conflict = &msg.text
		s.Notify(Failure, d.Name+" changed on disk, and here too: choose which one to keep")
		return nil
	}
	s.TakeDisk(d, msg.text)
	s.Notify(Info, d.Name+" was reloaded: it changed on disk")
	return s.Edited()
}

// TakeDisk takes over the text that is on disk; undo brings the other back.
func (s *Space) TakeDisk(d *Document, text string) {
	d.Editor.Reload(text)
	d.Editor.MarkSaved()
	d.disk, d.Conflict = text, nil
}

// KeepMine settles a conflict for the text in the editor: the next save
// overwrites the file.
func (s *Space) KeepMine(d *Document) {
	if d.Conflict != nil {
		d.disk, d.Conflict = *d.Conflict, nil
		d.Editor.MarkUnsaved()
	}
}
