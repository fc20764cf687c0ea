package workbench

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/autotune"
	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile"
)

// TuneJob looks for the fastest of the configurations that a spec's tune lists,
// for one variant. Its result is a TuneResult; Tuned events bring what is known
// before its end.
type TuneJob struct {
	Document Document `json:"document"`
	Variant  Variant  `json:"variant"`
	Device   string   `json:"device,omitempty"`
	Seed     uint64   `json:"seed"`
	Samples  int      `json:"samples,omitempty"` // of each configuration that may still win; 0 is DefaultSamples
}

// Label implements Job.
func (j TuneJob) Label() string { return "tune " + j.Document.Path }

// entrant is a configuration with what is timed for it; without a kernel it is
// not in the race.
type entrant struct {
	trial  Trial
	kernel *candidate
}

func (t *task) tune(job TuneJob) (*TuneResult, error) {
	out := &TuneResult{File: job.Document.Path, Name: job.Document.Path, Case: job.Variant.Case, Status: StatusOK, Trials: []Trial{}, Warnings: []string{}, Diagnostics: []Diagnostic{}}
	if job.Document.Kind() != SpecDocument {
		return nil, notSpec(job.Document.Path, "tuned")
	}
	src, diagnostics, err := resolve(job.Document, job.Variant)
	if err != nil {
		return nil, err
	}
	if out.Diagnostics = diagnostics; src == nil {
		out.Status = StatusSpecError
		return out, nil
	}
	out.Name, out.Params, out.DType = src.Spec.Name, src.Case.String(), src.DType.String()
	if src.Empty() {
		return nil, usagef("tune a larger case", "all outputs of %s are empty", out.Name)
	}
	configs, err := autotune.Space(src)
	if err != nil {
		return nil, usagef("", "%v", err)
	}
	device, err := t.engine.device(job.Device)
	if err != nil {
		return nil, err
	}
	out.Device, out.Environment = device.Name(), environment(device)
	before := t.engine.conditions()
	var entrants []*entrant
	var inputs []*mlx.Array
	out.Configs = len(configs)
	live := t.live(out)
	for i, c := range configs {
		t.push(Progress{Label: "check", Done: int64(i), Total: int64(len(configs))})
		e, err := t.enter(job, out, device, src, c, &inputs)
		if err != nil {
			return nil, err
		}
		if entrants = append(entrants, e); i == 0 {
			e.trial.Own, out.Status = true, e.trial.Status
		}
		if entrants[0].kernel == nil { // there is nothing that others could be faster than
			out.list(entrants, nil)
			return out, nil
		}
		live(entrants, nil, i+1 == len(configs))
	}
	own := entrants[0]
	race, err := t.race(job, device, entrants, live)
	if err != nil {
		return nil, err
	}
	out.list(entrants, race)
	if leader := race.Leader(); leader != 0 {
		err = t.confirm(job, src.Spec, own, entrants[leader], out)
	}
	out.Warnings = append(out.Warnings, before.Warnings(t.engine.conditions())...)
	return out, err
}

// enter compiles and checks a configuration, and readies it for the race. Inputs
// are drawn once for all that take the same.
func (t *task) enter(job TuneJob, out *TuneResult, device mlx.Device, src *kernels.Source, config kernels.Case, inputs *[]*mlx.Array) (*entrant, error) {
	whole, e := src.Case, &entrant{trial: Trial{Config: config.String(), Values: map[string]string{}, Samples: []float64{}}}
	for _, v := range config.Values {
		whole = whole.With(v.Name, v.Value)
		e.trial.Values[v.Name] = v.Value.String()
	}
	r, err := check.Spec(t.ctx, device, src.Spec, check.Job{Case: whole, DType: src.DType}, check.Options{Seed: job.Seed, Workers: t.engine.workers})
	if err != nil {
		return nil, err
	}
	report := caseReport(CheckJob{Document: job.Document}, job.Variant.Case, r, specTexts(job.Document, r.Results.Source))
	e.trial.Status, e.trial.CompileMS = report.Status, report.CompileMS
	if report.Status != StatusOK {
		e.trial.Reason = report.why()
		if *inputs == nil { // the spec's own
			out.Diagnostics = report.Diagnostics
		}
		return e, nil
	}
	if r.Results.Source.Empty() {
		e.trial.Reason = "all outputs are empty"
		return e, nil
	}
	same := func(a, b *mlx.Array) bool { return a.DType() == b.DType() && slices.Equal(a.Shape(), b.Shape()) }
	if !slices.EqualFunc(*inputs, r.Results.Inputs, same) {
		*inputs = r.Results.Inputs
	}
	e.kernel, err = t.kernelCandidate(BenchJob{}, device, r.Results.Source, *inputs, &out.Executor)
	return e, err
}

// why says in a line why a case has no right result.
func (r CaseReport) why() string {
	for _, d := range r.Diagnostics {
		if d.Severity == SeverityError {
			return d.Message
		}
	}
	for _, f := range r.Findings {
		return f.Message
	}
	for _, o := range r.Outputs {
		if o.Mismatches > 0 {
			return fmt.Sprintf("%d of %d elements of %s are wrong", o.Mismatches, o.Elements, o.Name)
		}
	}
	return noReference
}

// live returns what tells those who look on how the entrants stand, without race
// before there is one: now and then, and in any case if it must.
func (t *task) live(out *TuneResult) func(entrants []*entrant, race *autotune.Race, must bool) {
	next := t.engine.now().Add(liveEvery)
	return func(entrants []*entrant, race *autotune.Race, must bool) {
		start := t.engine.now()
		if !must && !start.After(next) {
			return
		}
		so := *out
		so.Trials, so.Partial = nil, true
		so.list(entrants, race)
		t.push(Tuned{&so})
		next = t.engine.now().Add(max(liveEvery, 20*t.engine.now().Sub(start)))
	}
}

// race samples the entrants until it is decided, or has gone on for as many
// rounds as the job has samples, and tells how it stands.
func (t *task) race(job TuneJob, device mlx.Device, entrants []*entrant, live func([]*entrant, *autotune.Race, bool)) (*autotune.Race, error) {
	pacer, err := t.newPacer(device)
	if err != nil {
		return nil, err
	}
	race := autotune.NewRace(len(entrants))
	for i, e := range entrants {
		t.push(Progress{Label: "warm up", Done: int64(i), Total: int64(len(entrants))})
		if e.kernel == nil {
			race.GiveUp(i)
			continue
		}
		e.kernel.pacer = pacer
		if err := e.kernel.warmUp(t.ctx); err != nil {
			return nil, deviceError(err)
		}
	}
	defer heldCollector()()
	rounds := cmp.Or(job.Samples, DefaultSamples)
	for round := 0; round < rounds && !race.Decided(); round++ {
		turn := race.Turn()
		for k, i := range turn { // of thousands a round takes long
			t.push(Progress{Label: fmt.Sprintf("race of %d", len(turn)), Done: int64(round*len(turn) + k), Total: int64(rounds * len(turn))})
			c := entrants[i].kernel
			if err := c.sample(t.ctx); err != nil {
				return nil, err
			}
			race.Take(i, c.samples[len(c.samples)-1])
			collectGarbage() // a round of many leaves as many arrays
		}
		race.EndRound()
		live(entrants, race, false)
	}
	return race, nil
}

// confirm measures the leader and the spec's own anew, as often as it takes to be
// certain at least, and says so in the leader's trial, of which the race said more.
func (t *task) confirm(job TuneJob, spec *kernels.Spec, own, leader *entrant, out *TuneResult) error {
	defer heldCollector()()
	rounds := max(cmp.Or(job.Samples, DefaultSamples), minGateSamples)
	pair := []*candidate{own.kernel, leader.kernel}
	from := [2]int{len(pair[0].samples), len(pair[1].samples)}
	for round := range rounds {
		t.push(Progress{Label: "confirm " + leader.trial.Config, Done: int64(round), Total: int64(rounds)})
		for i := range pair {
			if err := pair[(i+round)%2].sample(t.ctx); err != nil {
				return err
			}
		}
		collectGarbage()
	}
	shift := profile.ComparePaired(pair[0].samples[from[0]:], pair[1].samples[from[1]:])
	out.trial(leader.trial.Config).Shift = &shift
	if shift.Significant() && shift.Delta < 0 {
		out.Best = &Gain{leader.trial.Config, leader.trial.Values, shift, setting(spec, leader.trial.Values)}
	}
	return nil
}

// setting are the changes of a document that set parameters.
func setting(spec *kernels.Spec, values map[string]string) []Fix {
	fixes := []Fix{}
	for _, name := range keys(values) {
		at := spec.Written(name)
		if at.Line == 0 {
			return []Fix{}
		}
		fixes = append(fixes, Fix{at.Line, at.Column, at.Line, at.Column + at.Length, values[name]})
	}
	return fixes
}
