package work

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/profile/trace"
	"github.com/zmlx/zmlx/workbench"
)

type traceRead struct {
	path   string
	result *workbench.ProfileResult
	err    error
}

type traceSaved struct {
	path string
	err  error
}

// OpenTrace shows a saved timeline as the last profile.
func (s *Space) OpenTrace(path string) tea.Cmd {
	s.Opening++
	return func() tea.Msg {
		r, err := workbench.OpenTrace(path)
		return traceRead{path, r, err}
	}
}

func (s *Space) traceRead(msg traceRead) {
	s.Opening--
	if msg.err != nil {
		s.Notify(Failure, msg.err.Error())
		return
	}
	if j := s.Profile; j != nil {
		if !j.Done {
			s.CancelJob()
		}
		s.ProfileBefore = j.Profile
	}
	s.jobs++
	s.Profile = &Job{ID: s.jobs, Label: msg.path, Done: true, Profile: msg.result}
	s.Notify(Success, fmt.Sprintf("%s: %d spans in %s", msg.path, msg.result.Timeline.Len(), plot.Duration(msg.result.Timeline.End())))
}

// SaveTrace writes a timeline to a file.
func (s *Space) SaveTrace(path string, t *trace.Timeline) tea.Cmd {
	return func() tea.Msg { return traceSaved{path, workbench.SaveTrace(path, t)} }
}

// TraceLine is the command that shows the saved timeline that was opened last, "" if
// what was profiled last is a kernel.
func (s *Space) TraceLine() string {
	if j := s.Profile; j != nil && j.Doc == nil {
		return "zmlx profile " + shellQuote(j.Label)
	}
	return ""
}
