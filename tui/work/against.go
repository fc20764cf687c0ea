package work

import (
	"context"
	"errors"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/workbench"
)

// What the generated text can be compared with, beside other kernels.
const (
	LastRun = "last-run"
	OnDisk  = "disk"
)

// Against is a generated text that others are compared with.
type Against struct {
	Name string
	Text string
}

type compared struct {
	against Against
	err     error
}

// CompareWith compiles what other generated texts are then compared with: the
// shown document as it is on disk, or another kernel. LastRun compares again
// with what the last check ran.
func (s *Space) CompareWith(name string) tea.Cmd {
	doc := workbench.Document{Path: name}
	switch {
	case name == LastRun:
		s.Against = nil
		return nil
	case name == OnDisk:
		if s.Doc == nil {
			return nil
		}
		where := " on disk"
		if s.Doc.Path == "" {
			where = " of the catalogue"
		}
		if doc = (workbench.Document{Path: s.Doc.Name + where, Text: s.Doc.disk}); doc.Text == "" {
			s.Notify(Failure, s.Doc.Name+" has no text on disk to compare with")
			return nil
		}
	default:
		for _, e := range s.Entries {
			if e.Name == name && e.Path == "" {
				doc.Text = e.Text
			}
		}
	}
	device := s.Device
	return func() tea.Msg {
		if doc.Text == "" {
			text, err := readFile(name)
			if err != nil {
				return compared{err: err}
			}
			doc.Text = text
		}
		return s.generate(s.Ctx, doc, device)
	}
}

// generate compiles a document for its generated text.
func (s *Space) generate(ctx context.Context, doc workbench.Document, device string) compared {
	result, err := s.Engine.Start(ctx, workbench.CompileJob{Document: doc, Device: device, Metal: s.Metal}).Wait()
	c, _ := result.(*workbench.CompileResult)
	switch {
	case err != nil:
		return compared{err: err}
	case c == nil || c.Generated.Text == "":
		return compared{err: errors.New(doc.Path + " does not compile: there is nothing to compare with")}
	}
	return compared{against: Against{doc.Path, c.Generated.Text}}
}

func (s *Space) compared(msg compared) {
	if msg.err != nil {
		s.Notify(Failure, msg.err.Error())
		return
	}
	s.Against = &msg.against
}
