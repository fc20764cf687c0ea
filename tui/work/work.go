// Package work holds what the screens share: the open documents, what the
// engine says about them, and the runs.
//
// A Space does no input or output of its own: its methods return commands,
// which run outside of Update, and Update takes in what they bring.
package work

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/workbench"
)

// Engine starts jobs.
type Engine interface {
	Start(ctx context.Context, job workbench.Job) Run
}

// Run is a job at work, as workbench.Run.
type Run interface {
	Events() <-chan workbench.Event
	Wait() (workbench.Result, error)
	Cancel()
}

// Starter is the real engine, in this process or in a child.
type Starter interface {
	Start(ctx context.Context, job workbench.Job) *workbench.Run
}

// Workbench makes an Engine of the real one.
func Workbench(e Starter) Engine { return wrapped{e} }

type wrapped struct{ engine Starter }

func (w wrapped) Start(ctx context.Context, job workbench.Job) Run { return w.engine.Start(ctx, job) }

// Entry is a spec that can be opened.
type Entry struct {
	Name  string
	Doc   string // a line about it
	Path  string // of a file; "" for one of the catalogue
	Text  string // of the catalogue, or of a file that does not exist yet
	Group string
}

// Recorder keeps what was done: it looks at a run that ended at once, and returns
// what writes it, nil if that is not kept.
type Recorder func(job workbench.Job, elapsed time.Duration, result workbench.Result, failed error) (write func() error)

// recorded is the end of such a write.
type recorded struct{ err error }

// Options configure a Space.
type Options struct {
	Ctx     context.Context
	Engine  Engine
	Catalog func() ([]Entry, error)
	Device  string
	Seed    uint64
	Metal   workbench.MetalOptions // of .metal files
	Record  Recorder               // of runs that ended; nil for none
	Drafts  string                 // the folder in which unsaved text survives a crash; "" for none
	Now     func() time.Time

	// How long typing must rest before the text is compiled, and before
	// unsaved text is written to safety; and how long a file that changes on
	// disk must rest before it is read.
	CompileAfter, DraftAfter, ReloadAfter time.Duration
}

// Space is the shared state.
type Space struct {
	Options
	Entries []Entry
	Doc     *Document // the one that is shown, nil if none
	Inspect bool      // compilations also give IR and WAT
	Opening int       // documents that are on their way
	Job     *Job      // the last check, nil if there was none
	Bench   *Job      // the last measurement, nil if there was none
	Debug   *Job      // the last thread that was followed, nil if none was
	Tuning  *Job      // the last tuning, nil if there was none
	Profile *Job      // the last profile, or a saved timeline, which has no document; nil if there was none
	Roof    *Job      // the last measurement of a device, nil if there was none
	// ProfileBefore is the profile before the last one, of the same document or one that was saved.
	ProfileBefore *workbench.ProfileResult
	cost          cost // what is shown beside the lines
	order         draftOrder
	Devices       []workbench.DeviceInfo
	Against       *Against // what generated texts are compared with; nil is the last run

	docs    []*Document
	jobs    int
	ended   time.Time // when the last run did
	Notices []Notice  // for whoever shows them; taken by the shell
}

// New makes a Space.
func New(o Options) *Space {
	if o.Ctx == nil {
		o.Ctx = context.Background()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Space{Options: o}
}

// Level orders notices.
type Level uint8

// The levels.
const (
	Info Level = iota
	Success
	Failure
)

// Notice is a line for the user.
type Notice struct {
	Level Level
	Text  string
}

// Notify adds a notice.
func (s *Space) Notify(l Level, text string) {
	s.Notices = append(s.Notices, Notice{l, text})
}

type catalogLoaded struct {
	entries []Entry
	err     error
}

// LoadCatalog reads what can be opened.
func (s *Space) LoadCatalog() tea.Cmd {
	if s.Catalog == nil {
		return nil
	}
	return func() tea.Msg {
		entries, err := s.Catalog()
		return catalogLoaded{entries, err}
	}
}

// SetCatalog takes over what can be opened.
func (s *Space) SetCatalog(entries []Entry, err error) {
	s.Entries = entries
	if err != nil {
		s.Notify(Failure, err.Error())
	}
}

type devicesFound struct {
	devices []workbench.DeviceInfo
	err     error
}

// FindDevices looks which devices there are.
func (s *Space) FindDevices() tea.Cmd {
	if s.Engine == nil {
		return nil
	}
	return func() tea.Msg {
		result, err := s.Engine.Start(s.Ctx, workbench.DevicesJob{}).Wait()
		if r, ok := result.(*workbench.DevicesResult); ok && r != nil {
			return devicesFound{r.Devices, err}
		}
		return devicesFound{nil, err}
	}
}

// Update takes in the message of a command of this package; it tells whether
// it was one.
func (s *Space) Update(msg tea.Msg) (cmd tea.Cmd, mine bool) {
	switch msg := msg.(type) {
	case catalogLoaded:
		s.SetCatalog(msg.entries, msg.err)
		return nil, true
	case opened:
		return s.opened(msg), true
	case saved:
		return s.saved(msg), true
	case FileChanged:
		return s.fileChanged(msg), true
	case rested:
		return s.rested(msg), true
	case diskRead:
		return s.diskRead(msg), true
	case drafted:
		if msg.err != nil {
			s.Notify(Failure, "cannot keep unsaved text safe: "+msg.err.Error())
		}
		return nil, true
	case settled:
		return s.settled(msg), true
	case compiled:
		s.compiled(msg)
		return nil, true
	case jobEvents:
		return s.jobEvents(msg), true
	case recorded:
		if msg.err != nil {
			s.Notify(Failure, msg.err.Error())
		}
		return nil, true
	case traceRead:
		s.traceRead(msg)
		return nil, true
	case traceSaved:
		if msg.err != nil {
			s.Notify(Failure, msg.err.Error())
		} else {
			s.Notify(Success, "wrote "+msg.path)
		}
		return nil, true
	case compared:
		s.compared(msg)
		return nil, true
	case devicesFound:
		s.Devices = msg.devices
		if msg.err != nil {
			s.Notify(Failure, msg.err.Error())
		}
		return nil, true
	}
	return nil, false
}
