package workbench

import (
	"cmp"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/profile"
	"github.com/zmlx/zmlx/profile/chip"
	"github.com/zmlx/zmlx/profile/trace"
)

// ProfileJob finds out what each line of a kernel does and where the time
// between the request and the answer goes. Counts come from the embedded
// device and are the same in every run. Its result is a ProfileResult.
type ProfileJob struct {
	Document Document `json:"document"`
	Variant  Variant  `json:"variant"`
	Device   string   `json:"device,omitempty"`
	Seed     uint64   `json:"seed"`
	// CountsOnly leaves out what differs from run to run: times and the timeline. A
	// result is compared where there is something to compare it with.
	CountsOnly bool     `json:"counts_only,omitempty"`
	Chips      []string `json:"chips,omitempty"` // Apple GPUs to model the launch on; see package profile/chip
}

// Label implements Job.
func (j ProfileJob) Label() string { return "profile " + j.Document.Path }

// planOf makes a launch of a spec's variant or of a record.
func (t *task) planOf(doc Document, v Variant, seed uint64) (plan *launchPlan, name, label string, ds []Diagnostic, err error) {
	switch doc.Kind() {
	case RecordDocument:
		rec, ds, err := openRecord(doc, v, seed)
		if rec == nil {
			return nil, doc.Path, "", ds, err
		}
		inputs, err := recordInputs(rec)
		if err != nil {
			return nil, rec.Name, "", nil, err
		}
		return &launchPlan{kernel: rec.Kernel, config: rec.Config, inputs: inputs, texts: recordTexts(doc, rec), rec: rec}, rec.Name, "", nil, nil
	case MetalDocument:
		return nil, "", "", nil, usagef("zmlx new writes a spec to put the kernel into", "profile takes a spec or a record, not a .metal file")
	}
	src, ds, err := resolve(doc, v)
	if src == nil || err != nil {
		return nil, doc.Path, "", ds, err
	}
	inputs, err := src.Draw(seed, nil)
	if err != nil {
		_, more, err := faults(doc, err)
		return nil, src.Spec.Name, "", append(ds, more...), err
	}
	return &launchPlan{kernel: src.Kernel, config: src.Config, inputs: inputs, texts: specTexts(doc, src), src: src, empty: src.Empty()}, src.Spec.Name, variantLabel(src), ds, nil
}

func (t *task) profile(job ProfileJob) (*ProfileResult, error) {
	var rec *trace.Recorder
	if !job.CountsOnly {
		rec = trace.NewRecorder(t.engine.now)
	}
	track := rec.Track("engine")
	whole := track.Begin("profile")
	stopMemory := sync.OnceFunc(profile.TraceMemory(track))
	defer stopMemory()
	chips, err := findChips(job.Chips)
	if err != nil {
		return nil, err
	}
	out := &ProfileResult{File: job.Document.Path, Status: StatusOK, Lines: []ProfileLine{}, Buffers: []BufferTraffic{}, Advice: []string{},
		Launches: []float64{}, Timeline: &trace.Timeline{}, Findings: []Finding{}}
	device, err := t.engine.device(job.Device)
	if err != nil {
		return nil, err
	}
	out.Device = device.Name()
	if !job.CountsOnly {
		out.Roof = lastMeasure(device)
	}
	step := track.Begin("parse spec and draw inputs")
	plan, name, label, ds, err := t.planOf(job.Document, job.Variant, job.Seed)
	step.End()
	if err != nil {
		return nil, err
	}
	out.Name, out.Case, out.Diagnostics = name, label, append([]Diagnostic{}, ds...)
	if plan == nil {
		out.Status = StatusSpecError
		return out, nil
	}
	out.Text = job.Document.Text
	if plan.src != nil {
		out.Cost = plan.src.Cost
	}
	if plan.texts.parts != nil {
		out.Text = plan.texts.parts[mlx.PartSource]
	}
	if plan.empty {
		return nil, usagef("choose another case", "all outputs of this case are empty: there is nothing to profile")
	}
	step = track.Begin("compile")
	k, ds, err := compileKernel(trace.NewContext(t.ctx, track), device, plan.kernel, mlx.ArgInfos(plan.inputs), plan.config, plan.texts)
	step.End()
	if err != nil {
		return nil, err
	}
	out.Diagnostics = append(out.Diagnostics, ds...)
	if k == nil {
		out.Status = StatusCompileError
		return out, nil
	}
	found := false
	if !job.CountsOnly {
		outputs, err := t.launchTraced(k, plan, track, out)
		if err != nil {
			return nil, err
		}
		found = len(out.Launches) == 1 // they stopped at the first finding
		stopMemory()
		whole.End()
		out.Timeline = rec.Timeline()
		if found {
			out.withoutTime()
		} else if err := t.checkProfiled(job.Document, plan, outputs, out); err != nil {
			return nil, err
		}
		if out.Status == StatusSpecError {
			return out, nil
		}
	}
	counted, err := t.launchCounted(k, plan, found, out)
	if err != nil {
		return nil, err
	}
	if job.CountsOnly && out.Status == StatusOK && (plan.src == nil || plan.src.Spec.Reference != nil) {
		if err := t.checkProfiled(job.Document, plan, counted, out); err != nil {
			return nil, err
		}
	}
	out.Advice = advise(out)
	for _, c := range chips {
		out.Estimates = append(out.Estimates, chip.Model(out.Work(), c))
	}
	return out, nil
}

// A profile launches until the launches have taken tracedTime, but not more
// often than mostTraced; the first one is cold.
const (
	tracedTime = 200 * time.Millisecond
	mostTraced = 8
)

// launchTraced launches for the time. It returns the outputs, with poison where
// the kernel has written nothing.
func (t *task) launchTraced(k mlx.Kernel, plan *launchPlan, track *trace.Track, out *ProfileResult) (outputs []*mlx.Array, err error) {
	begin := t.engine.now()
	for i := 0; i < 2 || i < mostTraced && t.engine.now().Sub(begin) < tracedTime; i++ {
		t.push(Progress{Label: "launch", Done: int64(i), Total: mostTraced})
		span := track.Begin([]string{"launch", "first launch"}[max(0, 1-i)])
		r, err := k.Launch(trace.NewContext(t.ctx, track), plan.inputs, plan.config, mlx.LaunchOptions{Poison: i == 0, Workers: t.engine.workers, Progress: t.progress("launch")})
		span.End()
		if err != nil {
			return nil, deviceError(err)
		}
		if i == 0 {
			outputs = r.Outputs
		}
		out.Launches = append(out.Launches, ms(r.RunTime))
		if len(r.Findings) > 0 { // no need to see them again; the counted launch tells where
			break
		}
	}
	warm := out.Launches[min(1, len(out.Launches)-1):]
	out.RunMS = profile.Summarise(warm).Median
	return outputs, nil
}

// checkProfiled takes the time of a kernel away whose result is wrong or not
// known to be right.
func (t *task) checkProfiled(doc Document, plan *launchPlan, outputs []*mlx.Array, out *ProfileResult) (err error) {
	t.push(Progress{Label: "check"})
	var comparisons []check.Comparison
	if plan.src != nil {
		comparisons, err = check.Outputs(t.ctx, plan.src, plan.inputs, outputs)
	} else {
		comparisons, err = check.RecordOutputs(t.ctx, plan.rec, plan.inputs, outputs)
	}
	var ps kernels.Problems
	switch {
	case errors.As(err, &ps):
		out.Status = StatusSpecError
		if plan.rec != nil || plan.src.Spec.Reference == nil {
			out.Status, ps[0].Warning = StatusInconclusive, true
		}
		out.Diagnostics = append(out.Diagnostics, problems(doc, ps)...)
		out.withoutTime()
	case err != nil:
		return deviceError(err)
	}
	for _, c := range comparisons {
		if !c.OK() {
			out.Status = StatusMismatch
			out.withoutTime()
		}
	}
	return nil
}

// withoutTime takes the time of a kernel away that may not be right.
func (r *ProfileResult) withoutTime() { r.RunMS, r.Launches = 0, []float64{} }

// countedSteps bounds a launch that counts where the launches before found
// something: a loop that does not end has shown enough by then.
const countedSteps = 1 << 24

// launchCounted launches once more for the counts, and returns the outputs.
func (t *task) launchCounted(k mlx.Kernel, plan *launchPlan, found bool, out *ProfileResult) ([]*mlx.Array, error) {
	opt := mlx.LaunchOptions{Count: true, Poison: true, Workers: t.engine.workers, Progress: t.progress("count")}
	if found {
		opt.StepBudget = countedSteps
	}
	r, err := k.Launch(t.ctx, plan.inputs, plan.config, opt)
	if err != nil {
		return nil, deviceError(err)
	}
	out.Geometry = geometryOf(plan.config)
	out.Findings = plan.texts.findings(r.Findings)
	if s := findingStatus(r.Findings); s != StatusOK {
		out.Status = s
	}
	for _, a := range append(slices.Clone(plan.inputs), r.Outputs...) {
		out.Memory.Needed += int64(a.NBytes())
	}
	if plan.src != nil && plan.src.Spec.Generate != nil {
		if err := generatedLines(plan.src, r.Lines, out); err != nil {
			return nil, err
		}
	} else {
		out.Lines = profileLines(plan.texts, r.Lines)
	}
	for _, l := range out.Lines {
		out.Totals.add(l.Counts)
	}
	for _, b := range r.Buffers {
		out.Buffers = append(out.Buffers, trafficOf(b))
		out.Memory.Useful += b.Useful
		out.Memory.Touched += b.Segments * exec.TransactionBytes
	}
	out.Memory.Moved = out.Totals.Transactions * exec.TransactionBytes
	if out.Memory.Needed > 0 {
		out.Memory.Intensity = Number(float64(out.Totals.FLOPs) / float64(out.Memory.Needed))
	}
	return r.Outputs, nil
}

// generatedLines places counts in the Metal text that a spec's expression
// becomes, as the document has one line for all of it.
func generatedLines(src *kernels.Source, counts []mlx.LineCount, out *ProfileResult) error {
	text, at, err := generatedText(src, out.File)
	if err != nil {
		return err
	}
	out.Text = text.doc.Text
	program := src.Place(mlx.PartSource, 1, 1, 0).Line
	for _, l := range counts {
		p := ProfileLine{File: l.File, Line: l.Line, Part: Part(l.Part), Counts: countsOf(l)}
		if l.File == "" {
			p.File, p.Part = text.doc.Path, PartSignature
			if l.Part != mlx.PartSignature { // whose lines are the text's already
				p.Line = at[mlx.GeneratedLine{Part: l.Part, Line: l.Line}]
			}
			p.Document = program
			p.Text = text.text(p.Line)
		}
		out.Lines = append(out.Lines, p)
	}
	slices.SortStableFunc(out.Lines, byLine)
	return nil
}

// generatedText is the Metal text that a spec's expression becomes as a document,
// and which of its lines are which.
func generatedText(src *kernels.Source, file string) (documentTexts, map[mlx.GeneratedLine]int, error) {
	g, err := src.Text()
	if err != nil {
		return documentTexts{}, nil, err
	}
	at := map[mlx.GeneratedLine]int{}
	for i, l := range g.Lines {
		at[l] = i + 1
	}
	return documentTexts{doc: Document{Path: file + ":generated", Text: g.Text}}, at, nil
}

func byLine(a, b ProfileLine) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Part, b.Part), cmp.Compare(a.Line, b.Line))
}

// profileLines places counts in the document. What generated text does is one
// line, the last.
func profileLines(texts documentTexts, counts []mlx.LineCount) []ProfileLine {
	lines := []ProfileLine{}
	generated := ProfileLine{File: texts.in(mlx.PartSource).doc.Path, Part: PartSignature}
	for _, l := range counts {
		p := ProfileLine{File: l.File, Line: l.Line, Part: Part(l.Part), Counts: countsOf(l)}
		if l.File == "" {
			shown := texts.in(l.Part)
			p.Line, _ = shown.place(l.Part, l.Line, 1)
			p.File, p.Text = shown.doc.Path, shown.text(p.Line)
		}
		if p.Line == 0 || l.Part == mlx.PartSignature {
			generated.add(p.Counts)
			continue
		}
		same := func(o ProfileLine) bool { return o.File == p.File && o.Line == p.Line && o.Part == p.Part }
		if i := slices.IndexFunc(lines, same); i >= 0 { // of a Go function, which becomes several lines
			lines[i].add(p.Counts)
			continue
		}
		lines = append(lines, p)
	}
	slices.SortStableFunc(lines, byLine)
	if generated.Counts != (Counts{}) {
		lines = append(lines, generated)
	}
	return lines
}
