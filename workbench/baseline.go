package workbench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/zmlx/zmlx/internal/atomicfile"
	"github.com/zmlx/zmlx/internal/xdgdirs"
	"github.com/zmlx/zmlx/profile"
)

// The schemas of files that hold measured lines.
const (
	baselineSchema = "zmlx.baseline/1"
	BenchSchema    = "zmlx.bench/1"
)

// Baseline is a bench that later ones are compared with. It keeps all
// samples.
type Baseline struct {
	Schema   string       `json:"schema"`
	Name     string       `json:"name"`
	Created  time.Time    `json:"created"`
	Reason   string       `json:"reason,omitempty"` // why these numbers are accepted
	Lines    []BenchLine  `json:"lines"`
	Accepted []Acceptance `json:"accepted,omitempty"` // the latest last

	path string // of its file
}

// Acceptance is a regression that somebody has accepted. Its line's numbers are
// the baseline's since then.
type Acceptance struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	Line   string    `json:"line"`
	Shift  float64   `json:"shift"` // 0.05 is 5 % slower
}

var baselineName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// CheckBaselineName says why a baseline cannot be saved under a name: before there
// are results that would be lost.
func CheckBaselineName(name string) error {
	_, err := oldBaseline(name)
	return err
}

// oldBaseline is the baseline that saving under a name adds to, nil if there is
// none yet.
func oldBaseline(name string) (*Baseline, error) {
	if !baselineName.MatchString(name) || strings.HasSuffix(name, ".json") {
		return nil, usagef("use letters, digits, dots, dashes and underscores", "%q cannot name a baseline", name)
	}
	if _, err := os.Stat(baselinePath(name)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	old, err := LoadBaseline(name)
	if err != nil {
		return nil, &Error{Code: CodeFile, Message: err.Error(), Next: "delete the file, or save under another name"}
	}
	return old, nil
}

// SaveBaseline keeps lines under a name in the state folder; an existing
// baseline of that name keeps its other lines. It returns the file's path.
func SaveBaseline(name, reason string, created time.Time, lines []BenchLine) (string, error) {
	unlock, err := lockBaselines()
	if err != nil {
		return "", err
	}
	defer unlock()
	old, err := oldBaseline(name)
	if err != nil {
		return "", err
	}
	b := &Baseline{Schema: baselineSchema, Name: name, Created: created, Reason: reason, path: baselinePath(name)}
	for _, l := range lines {
		if l.Status == StatusOK && len(l.Samples) > 0 {
			l.Baseline = nil
			b.Lines = append(b.Lines, l)
		}
	}
	if len(b.Lines) == 0 {
		return "", usagef("", "there is nothing to save: no case was measured")
	}
	if old != nil {
		b.Accepted = old.Accepted
		for _, l := range old.Lines {
			if found, _ := b.find(l); found == nil {
				b.Lines = append(b.Lines, l)
			}
		}
	}
	return b.write()
}

// Accept makes regressed lines the baseline's and notes why, in the file that it
// was read from, as that is by now. It returns the file's path.
func (b *Baseline) Accept(reason string, at time.Time, lines []BenchLine) (string, error) {
	unlock, err := lockBaselines()
	if err != nil {
		return "", err
	}
	defer unlock()
	now, err := LoadBaseline(b.path)
	if err != nil {
		return "", err
	}
	for _, l := range lines {
		old, _ := now.find(l)
		if old == nil || l.Baseline == nil {
			continue
		}
		now.Accepted = append(now.Accepted, Acceptance{at, reason, l.label(), l.Baseline.Shift.Delta})
		*old = l
		old.Baseline = nil
	}
	return now.write()
}

// lockBaselines keeps other processes from changing baselines: what they add is read
// again and stays.
func lockBaselines() (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(baselinePath("x")), 0o755); err != nil {
		return nil, fileError(err)
	}
	unlock, err = lockedfile.MutexAt(filepath.Join(filepath.Dir(baselinePath("x")), ".lock")).Lock()
	if err != nil {
		return nil, fileError(err)
	}
	return unlock, nil
}

// Named tells that the baseline was kept with SaveBaseline, and not only
// printed.
func (b *Baseline) Named() bool { return b.Schema == baselineSchema }

func (b *Baseline) write() (string, error) {
	text, err := json.MarshalIndent(b, "", " ")
	if err != nil {
		return "", err
	}
	if err := atomicfile.WriteFile(b.path, text, 0o644); err != nil {
		return "", fileError(err)
	}
	return b.path, nil
}

// label names the line: "rmsnorm R=1 D=64 float16 on host".
func (l BenchLine) label() string {
	label := fmt.Sprintf("%s %s %s on %s", l.Kernel, l.Params, l.DType, l.Device)
	if l.Cold {
		label += " with cold caches"
	}
	return label
}

func baselinePath(name string) string {
	return filepath.Join(xdgdirs.State(), "baselines", name+".json")
}

// find returns the line of the same kernel, case, type and device in a
// comparable environment, or why there is none. Cases are told by their
// parameters, as their numbers change when a spec is edited.
func (b *Baseline) find(l BenchLine) (*BenchLine, string) {
	why := fmt.Sprintf("baseline %s has no %s", b.Name, l.label())
	for i := range b.Lines {
		o := &b.Lines[i]
		if o.Kernel != l.Kernel || o.Params != l.Params || o.DType != l.DType || o.Device != l.Device || o.Cold != l.Cold {
			continue
		}
		if differs := l.Environment.Comparable(o.Environment); differs != "" {
			why = fmt.Sprintf("baseline %s: %s was %s: not compared", b.Name, l.label(), differs)
			continue
		}
		return o, ""
	}
	return nil, why
}

// Compare gives each line of a result its baseline's numbers and returns why
// some could not be compared.
func (b *Baseline) Compare(lines []BenchLine) []string {
	var missing []string
	for i := range lines {
		l := &lines[i]
		if l.Status != StatusOK {
			continue
		}
		old, why := b.find(*l)
		if len(l.Samples) == 0 { // all outputs are empty, now
			if old != nil && len(old.Samples) > 0 {
				r := newRival("baseline "+b.Name, old.Samples, profile.Shift{})
				l.Baseline = &r
				missing = append(missing, fmt.Sprintf("baseline %s has numbers for %s, which has none now: %s", b.Name, l.label(), l.Reason))
			}
			continue
		}
		if old == nil {
			missing = append(missing, why)
			continue
		}
		if len(old.Samples) == 0 {
			missing = append(missing, fmt.Sprintf("baseline %s has no number for %s", b.Name, l.label()))
			continue
		}
		r := newRival("baseline "+b.Name, old.Samples, profile.CompareRuns(old.Run(), l.Run()))
		pace := l.Run().PaceAgainst(old.Run())
		r.Run = &OtherRun{Busy: old.Busy, Pace: pace, Ranks: profile.Compare(atPace(old.Samples, pace), l.Samples)}
		l.Baseline = &r
	}
	return missing
}

// Gate is the smallest slowdown against a baseline that must not pass.
type Gate struct {
	Limit float64 // 0.05 is 5 %
}

// ParseGate reads "median:5%".
func ParseGate(text string) (Gate, error) {
	metric, limit, _ := strings.Cut(text, ":")
	percent, ok := strings.CutSuffix(limit, "%")
	f, err := strconv.ParseFloat(percent, 64)
	if metric != "median" || !ok || err != nil || f < 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return Gate{}, usagef(`write "median:5%"`, "%q is no gate", text)
	}
	return Gate{Limit: f / 100}, nil
}

// Verdict is what a gate says about a line.
type Verdict string

// The verdicts. A slowdown that is not certain, or that comes from too few
// samples, is inconclusive and not a pass.
const (
	Passed       Verdict = "passed"
	Regression   Verdict = "regression"
	Inconclusive Verdict = "inconclusive"
	Accepted     Verdict = "accepted" // a regression that somebody takes, with a reason
)

// ExitCode is the exit code that a verdict stands for.
func (v Verdict) ExitCode() int {
	switch v {
	case Passed, Accepted:
		return ExitOK
	case Regression:
		return ExitFailed
	}
	return ExitInconclusive
}

// minGateSamples is how many samples a verdict needs on both sides.
const minGateSamples = 10

// Judge applies the gate to a line. It is a test of non-inferiority: a line
// passes if the interval of its shift excludes a slowdown of the gate's size, and
// regresses if it does not and there is one for certain. So a slowdown of just
// that size is found as surely as the interval says, where asking for a median
// beyond it would toss a coin.
func (g Gate) Judge(l BenchLine) (Verdict, string) {
	switch {
	case l.Status != StatusOK:
		return Regression, l.Reason
	case len(l.Samples) == 0 && l.Baseline == nil:
		return Passed, "" // all outputs are empty
	case l.Baseline == nil:
		return Inconclusive, "there is no comparable baseline"
	case len(l.Samples) < minGateSamples || len(l.Baseline.Samples) < minGateSamples:
		return Inconclusive, fmt.Sprintf("fewer than %d samples", minGateSamples)
	}
	if other := l.Baseline.Run; other != nil { // pairs that were taken in turn are disturbed alike
		switch {
		case other.Busy:
			return Inconclusive, "the machine was disturbed most of the time when " + l.Baseline.Name + " was measured"
		case l.Busy:
			return Inconclusive, "the machine was disturbed most of the time"
		case other.Pace > 1+otherPace:
			return Inconclusive, fmt.Sprintf("the machine itself was %.0f %% slower than when %s was measured", 100*(other.Pace-1), l.Baseline.Name)
		case other.Pace > 0 && 1/other.Pace > 1+otherPace:
			return Inconclusive, fmt.Sprintf("the machine itself was %.0f %% slower when %s was measured", 100*(1/other.Pace-1), l.Baseline.Name)
		}
	}
	s := l.Baseline.Shift
	slowdown := fmt.Sprintf("%.1f %% slower than %s, between %.1f %% and %.1f %%", 100*s.Delta, l.Baseline.Name, 100*s.Lo, 100*s.Hi)
	switch {
	case s.Delta < 0:
		slowdown = fmt.Sprintf("%.1f %% faster than %s, between %.1f %% faster and %.1f %% slower", -100*s.Delta, l.Baseline.Name, -100*s.Lo, 100*s.Hi)
	case s.Delta >= 1:
		slowdown = fmt.Sprintf("%.4g× slower than %s, between %.4g× and %.4g×", 1+s.Delta, l.Baseline.Name, 1+s.Lo, 1+s.Hi)
	}
	switch other := l.Baseline.Run; {
	case s.Hi < g.Limit && other != nil && other.Ranks.Significant() && other.Ranks.Delta >= g.Limit:
		return Inconclusive, fmt.Sprintf("the quickest launches take as long as in %s, all together %.1f %% longer: launches differ now, see the samples or measure both in turn with --baseline git:REV",
			l.Baseline.Name, 100*other.Ranks.Delta)
	case s.Hi < g.Limit:
		return Passed, ""
	case s.Delta > 0 && s.Significant():
		return Regression, slowdown
	case other == nil: // in turn already
		return Inconclusive, slowdown + ": take more samples, or measure on a quieter machine"
	}
	return Inconclusive, slowdown + ": take more samples, or measure both in turn with --baseline git:REV"
}

// otherPace is how much a machine's pace may differ between two runs that are
// compared: not all kernels follow the probes all the way.
const otherPace = 0.1

// Run is what the line is compared by with those of other processes: all that was
// measured, as those who disturb a machine do not only do so beside the probes.
func (l BenchLine) Run() profile.Run {
	r := profile.Run{Samples: slices.Concat(l.Samples, l.Disturbed), Probes: l.Probes}
	if l.RoofGBps > 0 {
		r.Copying = float64(l.GBps) / l.RoofGBps
	}
	return r
}

// atPace is what samples would have been at another pace of the machine, where
// that is known.
func atPace(samples []float64, pace float64) []float64 {
	out := slices.Clone(samples)
	for i := range out {
		if pace > 0 {
			out[i] *= pace
		}
	}
	return out
}
