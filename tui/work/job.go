package work

import (
	"errors"
	"reflect"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/workbench"
)

// frame is how often the events of a run reach the screen at most.
const frame = 33 * time.Millisecond

// still is how long the screen stays as it is while a run tells nothing: the
// time that it takes is on it.
const still = time.Second

// maxLog bounds what is kept of a run's log.
const maxLog = 100_000

// Job is a check or a measurement of a document, under way or done.
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
	Result   *workbench.CheckResult // of a check
	Bench    *workbench.BenchResult // of a measurement
	Tuned    *workbench.TuneResult  // of a tuning
	Profile  *workbench.ProfileResult
	Path     *workbench.RunResult // of a thread that was followed
	Roof     *workbench.MeasureResult
	Err      *workbench.Error
	Log      []string
	Done     bool

	job workbench.Job
	run Run
}

type jobEvents struct {
	job    *Job
	events []workbench.Event
	open   bool
}

// Check runs and compares all cases of the shown document, and on request looks
// for data races and reads of what nothing wrote.
func (s *Space) Check(sanitize bool) tea.Cmd {
	d := s.Doc
	if d == nil || s.Engine == nil {
		return nil
	}
	if r := d.Compiled.Result; r != nil {
		d.Compiled.Previous = r.Generated
	}
	s.Job = s.start("check", workbench.CheckJob{Document: d.Input(), Device: s.Device, Seed: s.Seed, Keep: true, Sanitize: sanitize, Metal: s.Metal})
	if d.Input().Kind() == workbench.MetalDocument { // what it includes may have changed since
		return tea.Batch(nextEvents(s.Job), s.compile(d))
	}
	return nextEvents(s.Job)
}

// Measure times all cases of the shown document. If its text differs from
// what is on disk, that is the baseline.
func (s *Space) Measure() tea.Cmd {
	d := s.Doc
	if d == nil || s.Engine == nil {
		return nil
	}
	job := workbench.BenchJob{Document: d.Input(), Device: s.Device, Seed: s.Seed, Patience: workbench.DefaultPatience}
	if d.Editor.Modified() {
		job.Baseline = &workbench.Document{Path: job.Document.Path, Text: d.disk}
	}
	s.Bench = s.start("bench", job)
	return nextEvents(s.Bench)
}

// Follow follows a thread of a variant of the shown document: the one that stores an
// element, or the one that goes wrong.
func (s *Space) Follow(v workbench.Variant, element string) tea.Cmd {
	d := s.Doc
	if d == nil || s.Engine == nil {
		return nil
	}
	s.Debug = s.start("debug", workbench.RunJob{Document: d.Input(), Variant: v, Seed: s.Seed, Follow: &workbench.Follow{Element: element}})
	return nextEvents(s.Debug)
}

// Tune looks for the fastest configuration of a variant of the shown document.
func (s *Space) Tune(v workbench.Variant) tea.Cmd {
	d := s.Doc
	if d == nil || s.Engine == nil {
		return nil
	}
	s.Tuning = s.start("tune", workbench.TuneJob{Document: d.Input(), Variant: v, Device: s.Device, Seed: s.Seed})
	return nextEvents(s.Tuning)
}

// Examine profiles a variant of the shown document. The profile before it is
// kept, to be compared with.
func (s *Space) Examine(v workbench.Variant) tea.Cmd {
	d := s.Doc
	if d == nil || s.Engine == nil {
		return nil
	}
	if j := s.Profile; j != nil && j.Profile != nil && (j.Doc == d || j.Doc == nil) {
		s.ProfileBefore = j.Profile
	} else if j != nil && j.Doc != d {
		s.ProfileBefore = nil
	}
	s.Profile = s.start("profile", workbench.ProfileJob{Document: d.Input(), Variant: v, Device: s.Device, Seed: s.Seed})
	return nextEvents(s.Profile)
}

// MeasureDevice measures what the device can do at most.
func (s *Space) MeasureDevice() tea.Cmd {
	if s.Engine == nil {
		return nil
	}
	s.Roof = s.start("measure", workbench.MeasureJob{Device: s.Device})
	s.Roof.Label = "measure the device"
	return nextEvents(s.Roof)
}

// start begins a job; what was under way ends, since runs disturb each other.
func (s *Space) start(verb string, job workbench.Job) *Job {
	s.CancelJob()
	s.jobs++
	j := &Job{ID: s.jobs, Device: s.Device, Started: s.Now(), job: job}
	if d := s.Doc; d != nil {
		j.Doc, j.Version, j.Label = d, d.Editor.Version(), verb+" "+d.Name
	}
	j.run = s.Engine.Start(s.Ctx, job)
	return j
}

// Active is the run that is under way, nil if there is none.
func (s *Space) Active() *Job {
	for _, j := range []*Job{s.Job, s.Debug, s.Bench, s.Tuning, s.Profile, s.Roof} {
		if j != nil && !j.Done {
			return j
		}
	}
	return nil
}

// CancelJob stops the run that is under way; it tells whether there was one.
func (s *Space) CancelJob() bool {
	j := s.Active()
	if j != nil {
		j.run.Cancel()
	}
	return j != nil
}

// Running tells whether a run is under way.
func (s *Space) Running() bool { return s.Active() != nil }

// endGrace is how long after the end of a run a key to cancel it was still meant for it.
const endGrace = time.Second

// JustEnded tells whether a run ended a moment ago.
func (s *Space) JustEnded() bool { return s.Now().Sub(s.ended) < endGrace }

// nextEvents waits for an event, though not for long, and gathers what follows
// within a frame.
func nextEvents(j *Job) tea.Cmd {
	return func() tea.Msg {
		msg := jobEvents{job: j, open: true}
		timer := time.NewTimer(still)
		defer timer.Stop()
		for {
			select {
			case e, ok := <-j.run.Events():
				if !ok {
					msg.open = false
					return msg
				}
				if len(msg.events) == 0 {
					timer.Reset(frame)
				}
				msg.events = append(msg.events, e)
			case <-timer.C:
				return msg
			}
		}
	}
}

// record keeps a run that ended, if such runs are kept.
func (s *Space) record(j *Job, e workbench.Finished) tea.Cmd {
	if s.Record == nil {
		return nil
	}
	var failed error
	if e.Err != nil {
		failed = e.Err
	}
	write := s.Record(j.job, e.Elapsed, e.Result, failed)
	if write == nil {
		return nil
	}
	return func() tea.Msg { return recorded{write()} }
}

func (s *Space) jobEvents(msg jobEvents) tea.Cmd {
	j := msg.job
	var keep tea.Cmd
	for _, e := range msg.events {
		switch e := e.(type) {
		case workbench.Progress:
			if e.Label != j.Step.Label {
				j.StepFrom = s.Now()
			}
			j.Step = e
		case workbench.CaseDone:
			j.Reports = append(j.Reports, e.Report)
		case workbench.Measured:
			j.Bench = e.Result
		case workbench.Tuned:
			j.Tuned = e.Result
		case workbench.Log:
			if j.Log = append(j.Log, e.Text); len(j.Log) > maxLog {
				j.Log = append(j.Log[:0], j.Log[maxLog/4:]...)
			}
		case workbench.Finished:
			j.Err, j.Elapsed, keep = e.Err, e.Elapsed, s.record(j, e)
			switch r := e.Result.(type) {
			case *workbench.CheckResult:
				if r != nil {
					j.Result, j.Reports, j.Device = r, r.Cases, r.Device
				}
			case *workbench.BenchResult:
				j.Bench = r
			case *workbench.TuneResult:
				j.Tuned = r
			case *workbench.ProfileResult:
				j.Profile = r
			case *workbench.RunResult:
				j.Path = r
			case *workbench.MeasureResult:
				j.Roof = r
			}
		}
	}
	if msg.open {
		return tea.Batch(keep, nextEvents(j))
	}
	j.Done, s.ended = true, s.Now()
	j.shed()
	switch j {
	case s.Job:
		j.Doc.mark(j)
	case s.Profile:
		s.showCost()
	case s.Roof:
		s.announce(j)
		return tea.Batch(keep, s.roofFound(j.Roof))
	case s.Bench, s.Tuning, s.Debug:
	default:
		return keep // another one has taken its place
	}
	s.announce(j)
	return keep
}

// roofFound gives the last profile its device's roof.
func (s *Space) roofFound(m *workbench.MeasureResult) tea.Cmd {
	if m == nil {
		return nil
	}
	if j := s.Profile; j != nil && j.Profile != nil && j.Profile.Device == m.Device {
		with := *j.Profile
		with.Roof = m
		j.Profile = &with
	}
	return s.FindDevices()
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
	if !j.Done || j.Err != nil {
		return false
	}
	for _, r := range []workbench.Result{j.Result, j.Bench, j.Tuned, j.Profile, j.Path, j.Roof} {
		if !reflect.ValueOf(r).IsNil() && r.Outcome() == workbench.StatusOK {
			return true
		}
	}
	return false
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

// keepBytes bounds the arrays that are kept for the error maps.
const keepBytes = 48 << 20

// shed drops the arrays that are too much to keep, the last ones first.
func (j *Job) shed() {
	total := 0
	for _, r := range j.Reports {
		for i := range r.Outputs {
			o := &r.Outputs[i]
			if o.Got == nil || o.Want == nil {
				continue
			}
			if total += len(o.Got.Data) + len(o.Want.Data); total > keepBytes {
				o.Got, o.Want = nil, nil
			}
		}
	}
}

// cancelled tells whether an error is a cancellation.
func cancelled(err error) bool {
	var e *workbench.Error
	return errors.As(err, &e) && e.Code == workbench.CodeCancelled
}
