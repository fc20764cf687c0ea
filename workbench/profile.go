package workbench

import (
	"cmp"
	"slices"
	"strings"
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
	// CountsOnly leaves out what differs from run to run: times, the timeline,
	// and the check of the result that goes with them.
	CountsOnly bool     `json:"counts_only,omitempty"`
	Chips      []string `json:"chips,omitempty"` // Apple GPUs to model the launch on; see package profile/chip
}

// Label implements Job.
func (j ProfileJob) Label() string { return "profile " + j.Document.Path }

// ProfileResult says what a launch did.
type ProfileResult struct {
	File     string          `json:"file"`
	Text     string          `json:"text"` // of the document, or of a record's source, as it was profiled
	Name     string          `json:"name"`
	Device   string          `json:"device"`
	Case     string          `json:"case,omitempty"`
	Status   Status          `json:"status"`
	Lines    []ProfileLine   `json:"lines"`
	Totals   Counts          `json:"totals"`
	Buffers  []BufferTraffic `json:"buffers"`
	Roof     *MeasureResult  `json:"roof,omitempty"` // of the device, if it was measured
	Memory   MemoryUse       `json:"memory"`
	Cost     *kernels.Cost   `json:"cost,omitempty"` // what the spec's formula says that it takes
	Geometry Geometry        `json:"geometry"`
	// Estimates are modelled times on the chips that the job names.
	Estimates []chip.Estimate `json:"estimates,omitempty"`
	Advice    []string        `json:"advice"` // what to do next, the most important first
	RunMS     float64         `json:"run_ms"` // median of launches without counting, the first left out
	Launches  []float64       `json:"launches_ms"`
	// Timeline shows everything between the request and the last launch; the
	// launch that counts comes after it.
	Timeline    *trace.Timeline `json:"timeline"`
	Diagnostics []Diagnostic    `json:"diagnostics"`
	Findings    []Finding       `json:"findings"`
}

// Outcome implements Result.
func (r *ProfileResult) Outcome() Status { return r.Status }

// ProfileLine is what one line of the document did over all threads. Line is
// 0 for text that the document does not have.
type ProfileLine struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Part Part   `json:"part"`
	Text string `json:"text"` // the line itself
	Counts
}

// Counts are events, each counted once a thread unless it says otherwise.
type Counts struct {
	Instructions   int64 `json:"instructions"`
	Slots          int64 `json:"slots"` // lanes of the SIMD-groups that executed them, active or not
	Loads          int64 `json:"loads"`
	Stores         int64 `json:"stores"`
	LoadBytes      int64 `json:"load_bytes"`
	StoreBytes     int64 `json:"store_bytes"`
	Transactions   int64 `json:"transactions"`   // segments of 128 bytes that SIMD-groups touch
	BankConflicts  int64 `json:"bank_conflicts"` // further passes for threadgroup memory
	FLOPs          int64 `json:"flops"`          // a fused multiply-add counts 2
	Transcendental int64 `json:"transcendental"`
	Atomics        int64 `json:"atomics"`
	Barriers       int64 `json:"barriers"`  // once a SIMD-group
	Branches       int64 `json:"branches"`  // once a SIMD-group
	Divergent      int64 `json:"divergent"` // branches on which a SIMD-group disagrees
}

func (c *Counts) add(o Counts) {
	c.Instructions += o.Instructions
	c.Slots += o.Slots
	c.Loads += o.Loads
	c.Stores += o.Stores
	c.LoadBytes += o.LoadBytes
	c.StoreBytes += o.StoreBytes
	c.Transactions += o.Transactions
	c.BankConflicts += o.BankConflicts
	c.FLOPs += o.FLOPs
	c.Transcendental += o.Transcendental
	c.Atomics += o.Atomics
	c.Barriers += o.Barriers
	c.Branches += o.Branches
	c.Divergent += o.Divergent
}

func countsOf(l mlx.LineCount) Counts {
	return Counts{l.Instructions, l.Slots, l.Loads, l.Stores, l.LoadBytes, l.StoreBytes, l.Transactions, l.BankConflicts,
		l.FLOPs, l.Transcendental, l.Atomics, l.Barriers, l.Branches, l.Divergent}
}

// MemoryUse compares what a kernel must move with what it moves.
type MemoryUse struct {
	Needed    int64  `json:"needed"`    // bytes of all inputs and outputs, once
	Touched   int64  `json:"touched"`   // bytes of the distinct transactions: what a cache without end would move
	Moved     int64  `json:"moved"`     // bytes of all transactions: what no cache would move
	Useful    int64  `json:"useful"`    // bytes of those that lanes asked for
	Intensity Number `json:"intensity"` // floating-point operations per needed byte
}

// Geometry is the size of a launch.
type Geometry struct {
	Threads      int64 `json:"threads"`
	Threadgroups int64 `json:"threadgroups"`
}

func geometryOf(cfg mlx.LaunchConfig) Geometry {
	g := Geometry{1, 1}
	for i, n := range cfg.Grid {
		group := max(1, min(n, cfg.Threadgroup[i]))
		g.Threads *= int64(n)
		g.Threadgroups *= int64((n + group - 1) / group)
	}
	return g
}

// Work is what was counted, for package chip.
func (r *ProfileResult) Work() chip.Work {
	w := chip.Work{Threads: r.Geometry.Threads, Threadgroups: r.Geometry.Threadgroups, Slots: r.Totals.Slots, FLOPs: r.Totals.FLOPs,
		Transcendental: r.Totals.Transcendental, BankConflicts: r.Totals.BankConflicts}
	for _, b := range r.Buffers {
		w.Buffers = append(w.Buffers, chip.Buffer{Touched: b.Segments * exec.TransactionBytes, Useful: b.Useful, Moved: b.Moved})
	}
	return w
}

// findChips looks chips up by name; "all" is each of them.
func findChips(names []string) ([]chip.Chip, error) {
	var out []chip.Chip
	for _, name := range names {
		c, ok := chip.Find(name)
		switch {
		case name == "all":
			out = append(out, chip.Chips...)
		case ok:
			out = append(out, c)
		default:
			return nil, usagef(cmp.Or(DidYouMean(name, chip.IDs()), "say m4-max, or m4-max-32 for the one with 32 cores"), "there is no chip %q", name)
		}
	}
	return out, nil
}

// BufferTraffic is what a launch did with one buffer, or with threadgroup
// memory.
type BufferTraffic struct {
	mlx.BufferCount
	Moved     int64  `json:"moved_bytes"` // of its transactions
	Coalesced Number `json:"coalesced"`   // share of them that lanes asked for: 1 is perfect
	Reread    Number `json:"reread"`      // how often each touched segment was moved: 1 is once
}

func trafficOf(c mlx.BufferCount) BufferTraffic {
	b := BufferTraffic{BufferCount: c, Moved: c.Transactions * exec.TransactionBytes}
	if c.Transactions > 0 {
		b.Coalesced = Number(float64(c.Useful) / float64(b.Moved))
		b.Reread = Number(float64(c.Transactions) / float64(c.Segments))
	}
	return b
}

// planOf makes a launch of a spec's variant or of a record.
func (t *task) planOf(doc Document, v Variant, seed uint64) (plan *launchPlan, name, label string, ds []Diagnostic, err error) {
	switch doc.Kind() {
	case RecordDocument:
		rec, err := kernels.ParseRecord(doc.Path, []byte(doc.Text))
		if err != nil {
			_, ds, err := faults(doc, err)
			return nil, doc.Path, "", ds, err
		}
		inputs, err := rec.Arrays()
		if err != nil {
			return nil, rec.Name, "", nil, fileError(err)
		}
		return &launchPlan{kernel: rec.Kernel, config: rec.Config, inputs: inputs, texts: recordTexts(doc, rec)}, rec.Name, "", nil, nil
	case MetalDocument:
		return nil, "", "", nil, usagef("", "profile takes a spec or a record, not a .metal file")
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
	return &launchPlan{src.Kernel, src.Config, inputs, specTexts(doc, src), src, src.Empty()}, src.Spec.Name, variantLabel(src), ds, nil
}

func (t *task) profile(job ProfileJob) (*ProfileResult, error) {
	var rec *trace.Recorder
	if !job.CountsOnly {
		rec = trace.NewRecorder(t.engine.now)
	}
	track := rec.Track("engine")
	whole := track.Begin("profile")
	stopMemory := sync.OnceFunc(profile.TraceMemory(track, 2*time.Millisecond))
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
		if err := t.checkProfiled(plan, outputs, out); err != nil {
			return nil, err
		}
	}
	if err := t.launchCounted(k, plan, found, out); err != nil {
		return nil, err
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

// checkProfiled takes the time of a kernel away whose result is wrong. Records
// do not say how to compute what they expect.
func (t *task) checkProfiled(plan *launchPlan, outputs []*mlx.Array, out *ProfileResult) error {
	if plan.src == nil {
		return nil
	}
	t.push(Progress{Label: "check"})
	comparisons, err := check.Outputs(t.ctx, plan.src, plan.inputs, outputs)
	if err != nil {
		return deviceError(err)
	}
	for _, c := range comparisons {
		if !c.OK() {
			out.Status, out.RunMS, out.Launches = StatusMismatch, 0, []float64{}
		}
	}
	return nil
}

// countedSteps bounds a launch that counts where the launches before found
// something: a loop that does not end has shown enough by then.
const countedSteps = 1 << 24

// launchCounted launches once more for the counts.
func (t *task) launchCounted(k mlx.Kernel, plan *launchPlan, found bool, out *ProfileResult) error {
	opt := mlx.LaunchOptions{Count: true, Workers: t.engine.workers, Progress: t.progress("count")}
	if found {
		opt.StepBudget = countedSteps
	}
	r, err := k.Launch(t.ctx, plan.inputs, plan.config, opt)
	if err != nil {
		return deviceError(err)
	}
	out.Geometry = geometryOf(plan.config)
	out.Findings = plan.texts.findings(r.Findings)
	if s := findingStatus(r.Findings); s != StatusOK {
		out.Status = s
	}
	for _, a := range append(slices.Clone(plan.inputs), r.Outputs...) {
		out.Memory.Needed += int64(a.NBytes())
	}
	out.Lines = profileLines(plan.texts, r.Lines)
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
	return nil
}

// SourceLine is a line of the profiled text with what it did, if it did
// anything.
type SourceLine struct {
	Line   int
	Text   string
	Counts *Counts
}

// Source is the profiled text with its counts.
func (r *ProfileResult) Source() []SourceLine {
	counts := map[int]*Counts{}
	for i, l := range r.Lines {
		if l.File == r.File && (l.Part == PartSource || counts[l.Line] == nil) {
			counts[l.Line] = &r.Lines[i].Counts
		}
	}
	var out []SourceLine
	for i, text := range strings.Split(strings.TrimRight(r.Text, "\n"), "\n") {
		out = append(out, SourceLine{i + 1, text, counts[i+1]})
	}
	return out
}

// profileLines places counts in the document. What generated text does is one
// line, the last.
func profileLines(texts documentTexts, counts []mlx.LineCount) []ProfileLine {
	lines := []ProfileLine{}
	generated := ProfileLine{File: texts.doc.Path, Part: PartSignature}
	for _, l := range counts {
		p := ProfileLine{File: l.File, Line: l.Line, Part: Part(l.Part), Counts: countsOf(l)}
		if l.File == "" {
			shown := texts.in(l.Part)
			p.Line, _ = shown.place(l.Part, l.Line, 1)
			p.File, p.Text = texts.doc.Path, strings.TrimSpace(shown.line(p.Line))
		}
		if p.Line == 0 || l.Part == mlx.PartSignature {
			generated.add(p.Counts)
			continue
		}
		lines = append(lines, p)
	}
	if generated.Counts != (Counts{}) {
		lines = append(lines, generated)
	}
	return lines
}
