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
	"strconv"
	"strings"
	"time"

	"github.com/zmlx/zmlx/internal/atomicfile"
	"github.com/zmlx/zmlx/internal/xdgdirs"
	"github.com/zmlx/zmlx/profile"
)

const baselineSchema = "zmlx.baseline/1"

// Baseline is a bench that later ones are compared with. It keeps all
// samples.
type Baseline struct {
	Schema      string      `json:"schema"`
	Name        string      `json:"name"`
	Created     time.Time   `json:"created"`
	Reason      string      `json:"reason,omitempty"` // why these numbers are accepted
	Environment Environment `json:"environment"`
	Lines       []BenchLine `json:"lines"`
}

var baselineName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// SaveBaseline keeps results under a name in the state folder; an existing
// baseline of that name keeps the lines that the results do not have. It
// returns the file's path.
func SaveBaseline(name, reason string, created time.Time, results []*BenchResult) (string, error) {
	if !baselineName.MatchString(name) || strings.HasSuffix(name, ".json") {
		return "", usagef("use letters, digits, dots, dashes and underscores", "%q cannot name a baseline", name)
	}
	b := &Baseline{Schema: baselineSchema, Name: name, Created: created, Reason: reason}
	for _, r := range results {
		b.Environment = r.Environment
		for _, l := range r.Lines {
			if l.Status == StatusOK && len(l.Samples) > 0 {
				b.Lines = append(b.Lines, l)
			}
		}
	}
	if len(b.Lines) == 0 {
		return "", usagef("", "there is nothing to save: no case was measured")
	}
	if old, err := LoadBaseline(name); err == nil && old.Environment.Comparable(b.Environment) == "" {
		for _, l := range old.Lines {
			if b.find(l) == nil {
				b.Lines = append(b.Lines, l)
			}
		}
	}
	text, err := json.MarshalIndent(b, "", " ")
	if err != nil {
		return "", err
	}
	path := baselinePath(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fileError(err)
	}
	if err := atomicfile.WriteFile(path, text, 0o644); err != nil {
		return "", fileError(err)
	}
	return path, nil
}

func baselinePath(name string) string {
	return filepath.Join(xdgdirs.State(), "baselines", name+".json")
}

// LoadBaseline reads a baseline by its name or its file.
func LoadBaseline(name string) (*Baseline, error) {
	path := name
	if !strings.HasSuffix(name, ".json") {
		path = baselinePath(name)
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef(DidYouMean(name, baselineNames()), "there is no baseline %q", name)
	}
	if err != nil {
		return nil, fileError(err)
	}
	var b Baseline
	if err := json.Unmarshal(text, &b); err != nil || b.Schema != baselineSchema {
		return nil, &Error{Code: CodeFile, Message: path + " is no baseline", Next: "write one with --save"}
	}
	return &b, nil
}

func baselineNames() []string {
	entries, _ := os.ReadDir(filepath.Dir(baselinePath("x")))
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok {
			names = append(names, name)
		}
	}
	return names
}

// find returns the line of the same kernel, case, type and device. Cases are
// told by their parameters, as their numbers change when a spec is edited.
func (b *Baseline) find(l BenchLine) *BenchLine {
	for i := range b.Lines {
		o := &b.Lines[i]
		if o.Kernel == l.Kernel && o.Params == l.Params && o.DType == l.DType && o.Device == l.Device {
			return o
		}
	}
	return nil
}

// Compare gives each line of a result its baseline's numbers and returns why
// some could not be compared.
func (b *Baseline) Compare(r *BenchResult) []string {
	if why := b.Environment.Comparable(r.Environment); why != "" {
		return []string{fmt.Sprintf("baseline %s was %s: not compared", b.Name, why)}
	}
	var missing []string
	for i := range r.Lines {
		l := &r.Lines[i]
		if len(l.Samples) == 0 {
			continue
		}
		old := b.find(*l)
		if old == nil {
			missing = append(missing, fmt.Sprintf("baseline %s has no %s %s %s", b.Name, l.Kernel, l.Params, l.DType))
			continue
		}
		l.Baseline = rivalOf("baseline "+b.Name, &candidate{samples: old.Samples}, l.Samples, profile.Compare)
	}
	return missing
}

// Gate is a bound on how much slower a kernel may be than its baseline.
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
)

// ExitCode is the exit code that a verdict stands for.
func (v Verdict) ExitCode() int {
	switch v {
	case Passed:
		return ExitOK
	case Regression:
		return ExitFailed
	}
	return ExitInconclusive
}

// minGateSamples is how many samples a verdict needs on both sides.
const minGateSamples = 10

// Judge applies the gate to a line.
func (g Gate) Judge(l BenchLine) (Verdict, string) {
	switch {
	case l.Status != StatusOK:
		return Regression, l.Reason
	case l.Baseline == nil:
		return Inconclusive, "there is no comparable baseline"
	case len(l.Samples) < minGateSamples || len(l.Baseline.Samples) < minGateSamples:
		return Inconclusive, fmt.Sprintf("fewer than %d samples", minGateSamples)
	}
	s := l.Baseline.Shift
	switch {
	case s.Delta <= g.Limit:
		return Passed, ""
	case s.Lo > 0 && s.P < profile.Alpha:
		return Regression, fmt.Sprintf("%.1f %% slower than %s, between %.1f %% and %.1f %%", 100*s.Delta, l.Baseline.Name, 100*s.Lo, 100*s.Hi)
	}
	return Inconclusive, fmt.Sprintf("between %.1f %% and %.1f %% slower than %s: take more samples", 100*s.Lo, 100*s.Hi, l.Baseline.Name)
}
