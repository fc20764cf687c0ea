package work

import (
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/workbench"
)

// frame is how often the events of a run reach the screen at most.
const frame = 33 * time.Millisecond

// maxLog bounds what is kept of a run's log.
const maxLog = 100_000

// Job is a check of a document, under way or done.
type Job struct {
	ID      int
	Doc     *Document
	Version int // of the text
	Label   string
	Device  string
	Started time.Time
	Elapsed time.Duration

	Step     workbench.Progress // the present one
	StepFrom time.Time
	Reports  []workbench.CaseReport
	Result   *workbench.CheckResult
	Err      *workbench.Error
	Log      []string
	Done     bool

	run Run
}

type jobEvents struct {
	job    *Job
	events []workbench.Event
	open   bool
}

// Check runs and compares all cases of the shown document.
func (s *Space) Check() tea.Cmd {
	d := s.Doc
	if d == nil || s.Engine == nil {
		return nil
	}
	s.CancelJob()
	s.jobs++
	if r := d.Compiled.Result; r != nil {
		d.Compiled.Previous = r.Generated
	}
	j := &Job{ID: s.jobs, Doc: d, Version: d.Editor.Version(), Label: "check " + d.Name, Device: s.Device, Started: s.Now()}
	j.run = s.Engine.Start(s.Ctx, workbench.CheckJob{Document: d.Input(), Device: s.Device, Seed: s.Seed})
	s.Job = j
	return nextEvents(j)
}

// CancelJob stops the run that is under way; it tells whether there was one.
func (s *Space) CancelJob() bool {
	if s.Job == nil || s.Job.Done {
		return false
	}
	s.Job.run.Cancel()
	return true
}

// Running tells whether a run is under way.
func (s *Space) Running() bool { return s.Job != nil && !s.Job.Done }

// nextEvents waits for an event and gathers what follows within a frame.
func nextEvents(j *Job) tea.Cmd {
	return func() tea.Msg {
		msg := jobEvents{job: j}
		e, ok := <-j.run.Events()
		if !ok {
			return msg
		}
		msg.events, msg.open = append(msg.events, e), true
		timer := time.NewTimer(frame)
		defer timer.Stop()
		for {
			select {
			case e, ok := <-j.run.Events():
				if !ok {
					msg.open = false
					return msg
				}
				msg.events = append(msg.events, e)
			case <-timer.C:
				return msg
			}
		}
	}
}

func (s *Space) jobEvents(msg jobEvents) tea.Cmd {
	j := msg.job
	for _, e := range msg.events {
		switch e := e.(type) {
		case workbench.Progress:
			if e.Label != j.Step.Label {
				j.StepFrom = s.Now()
			}
			j.Step = e
		case workbench.CaseDone:
			j.Reports = append(j.Reports, e.Report)
		case workbench.Log:
			if j.Log = append(j.Log, e.Text); len(j.Log) > maxLog {
				j.Log = append(j.Log[:0], j.Log[maxLog/4:]...)
			}
		case workbench.Finished:
			j.Err, j.Elapsed = e.Err, e.Elapsed
			if r, ok := e.Result.(*workbench.CheckResult); ok && r != nil {
				j.Result, j.Reports, j.Device = r, r.Cases, r.Device
			}
		}
	}
	if msg.open {
		return nextEvents(j)
	}
	j.Done = true
	j.Doc.mark(j)
	if s.Job == j {
		s.announce(j)
	}
	return nil
}

// announce says how a check ended.
func (s *Space) announce(j *Job) {
	level, text := Failure, j.Verdict()
	if j.OK() {
		level = Success
	}
	if j.Err != nil && j.Err.Code == workbench.CodeCancelled {
		level = Info
	}
	s.Notify(level, j.Label+": "+text)
}

// OK tells whether everything agreed.
func (j *Job) OK() bool {
	return j.Done && j.Err == nil && j.Result != nil && j.Result.Status == workbench.StatusOK
}

// Findings lists what the kernel did wrong while it ran.
func (j *Job) Findings() []workbench.Finding {
	var out []workbench.Finding
	for _, r := range j.Reports {
		out = append(out, r.Findings...)
	}
	return out
}

// ETA estimates how much longer the present step takes, and how fast it goes
// in units per second; ok is false while nothing can be said.
func (j *Job) ETA(now time.Time) (rate float64, left time.Duration, ok bool) {
	spent := now.Sub(j.StepFrom)
	if j.Step.Done <= 0 || spent < 100*time.Millisecond {
		return 0, 0, false
	}
	rate = float64(j.Step.Done) / spent.Seconds()
	left = time.Duration(float64(j.Step.Total-j.Step.Done) / rate * float64(time.Second))
	return rate, max(left, 0), true
}

// cancelled tells whether an error is a cancellation.
func cancelled(err error) bool {
	var e *workbench.Error
	return errors.As(err, &e) && e.Code == workbench.CodeCancelled
}
