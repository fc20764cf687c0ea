package workbench

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/autotune"
	"github.com/zmlx/zmlx/profile"
)

// TuneSchema names the form of a TuneResult in JSON.
const TuneSchema = "zmlx.tune/1"

// TuneResult says which configuration is the fastest. Status is that of the
// spec's own.
type TuneResult struct {
	File        string       `json:"file"`
	Name        string       `json:"name"`
	Device      string       `json:"device"`
	Executor    string       `json:"executor,omitempty"`
	Case        int          `json:"case"`
	Params      string       `json:"params"` // of the case
	DType       string       `json:"dtype"`
	Status      Status       `json:"status"`
	Configs     int          `json:"configs"`           // how many there are
	Trials      []Trial      `json:"trials"`            // those with times first, the fastest first
	Best        *Gain        `json:"best,omitempty"`    // nil: nothing is certainly faster than the spec's own
	Partial     bool         `json:"partial,omitempty"` // the race is not over
	Warnings    []string     `json:"warnings"`          // about the machine
	Diagnostics []Diagnostic `json:"diagnostics"`
	Environment Environment  `json:"environment"`
}

// Outcome implements Result.
func (r *TuneResult) Outcome() Status { return r.Status }

// Own is the trial of the values that the spec has.
func (r *TuneResult) Own() *Trial {
	if i := slices.IndexFunc(r.Trials, func(t Trial) bool { return t.Own }); i >= 0 {
		return &r.Trials[i]
	}
	return nil
}

// trial is that of a configuration, of which each has one.
func (r *TuneResult) trial(config string) *Trial {
	return &r.Trials[slices.IndexFunc(r.Trials, func(t Trial) bool { return t.Config == config })]
}

// Trial is what is known of one configuration. Times are of one launch, in
// milliseconds. Those of a configuration that was given up are fewer.
type Trial struct {
	Config    string            `json:"config"` // "TG=64 ROWS=2"
	Values    map[string]string `json:"values"` // as Variant.Params
	Own       bool              `json:"own,omitempty"`
	Status    Status            `json:"status"`
	Reason    string            `json:"reason,omitempty"` // why there is no time
	CompileMS float64           `json:"compile_ms"`
	Samples   []float64         `json:"samples_ms"`
	Summary   *profile.Summary  `json:"summary,omitempty"`
	Shift     *profile.Shift    `json:"shift,omitempty"` // against the spec's own, in turn; of the leader, measured anew
}

// Gain is by how much the configuration that won the race is faster than the
// spec's own. Both were measured anew for it, in turn: of many configurations
// the one that looks fastest looks faster than it is.
type Gain struct {
	Config string            `json:"config"`
	Values map[string]string `json:"values"`
	Shift  profile.Shift     `json:"shift"`
	Fixes  []Fix             `json:"fixes"` // set it in the document; none where that has no place for it
}

// Conclusion says in a line what is known.
func (r *TuneResult) Conclusion() string {
	own := r.Own()
	switch {
	case own == nil && r.Status == StatusSpecError:
		return "the spec is wrong"
	case own == nil || own.Status != StatusOK:
		return "nothing was compared: the spec's own configuration is not right"
	case r.Partial && own.Summary == nil:
		right := 0
		for _, t := range r.Trials {
			if t.Status == StatusOK {
				right++
			}
		}
		return fmt.Sprintf("stopped with %d of %d configurations checked, of which %d are right: nothing is measured yet", len(r.Trials), r.Configs, right)
	case r.Partial:
		return fmt.Sprintf("stopped in round %d: nothing is certain yet", len(own.Samples)+1)
	case own.Summary == nil:
		return fmt.Sprintf("nothing was compared: %s, the spec's own, is the only right configuration", own.Config)
	case r.Best == nil:
		return fmt.Sprintf("nothing is certainly faster than %s, the spec's own", own.Config)
	}
	s := r.Best.Shift
	return fmt.Sprintf("%s takes %.1f %% less time than %s, the spec's own (measured anew; 95 %% interval %.1f to %.1f %%)", r.Best.Config, -100*s.Delta, own.Config, -100*s.Hi, -100*s.Lo)
}

// list puts the entrants into the result.
func (r *TuneResult) list(entrants []*entrant, race *autotune.Race) {
	for i, e := range entrants {
		trial := e.trial
		if race != nil && len(race.Samples(i)) > 0 {
			trial.Samples = race.Samples(i)
			s := profile.Summarise(trial.Samples)
			trial.Summary = &s
			if !trial.Own {
				shift := race.Against(i)
				trial.Shift = &shift
			}
		}
		r.Trials = append(r.Trials, trial)
	}
	slices.SortStableFunc(r.Trials, func(a, b Trial) int {
		switch {
		case a.Summary != nil && b.Summary != nil:
			return cmp.Compare(a.Summary.Median, b.Summary.Median)
		case a.Summary != nil:
			return -1
		case b.Summary != nil:
			return 1
		}
		return 0
	})
}
