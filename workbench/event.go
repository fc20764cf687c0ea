package workbench

import "time"

// Event is one of Started, Progress, Diagnosed, CaseDone, Measured, Tuned, Log and
// Finished.
type Event interface{ event() }

// Started is the first event of a run.
type Started struct {
	Label string    `json:"label"`
	At    time.Time `json:"at"`
}

// Progress says how far a step has come. Total is 0 where it is not known.
type Progress struct {
	Label string `json:"label"` // "case 2/5 float16": one line of a progress display
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
}

// Diagnosed brings the diagnostics of a compilation as soon as they are known.
type Diagnosed struct {
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// CaseDone brings the report of a case as soon as it is checked.
type CaseDone struct {
	Report CaseReport `json:"report"`
}

// Measured brings a bench's lines as far as they are sampled. Each one replaces
// the one before.
type Measured struct {
	Result *BenchResult `json:"result"`
}

// Tuned brings what a tuning knows so far. Each one replaces the one before.
type Tuned struct {
	Result *TuneResult `json:"result"`
}

// Log is a line that a kernel printed or that the engine has to say.
type Log struct {
	Text string `json:"text"`
}

// Finished is the last event of a run; it repeats what Wait returns.
type Finished struct {
	Result  Result        `json:"result,omitempty"`
	Err     *Error        `json:"error,omitempty"`
	Elapsed time.Duration `json:"elapsed"`
}

// late brings the result that a job has if its time limit passes now. Nobody else
// is told.
type late struct{ result Result }

func (Started) event()   {}
func (Progress) event()  {}
func (Diagnosed) event() {}
func (CaseDone) event()  {}
func (Measured) event()  {}
func (Tuned) event()     {}
func (Log) event()       {}
func (Finished) event()  {}
func (late) event()      {}
