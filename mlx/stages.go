package mlx

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Stage is one launch of a kernel that takes several. Its inputs are inputs of
// the kernel, or outputs of stages before it, by name.
type Stage struct {
	Kernel KernelSource
	Config LaunchConfig
}

// stageInfos are the arguments of each stage for a kernel's arguments.
func (k KernelSource) stageInfos(inputs []ArgInfo) ([][]ArgInfo, error) {
	known := map[string]ArgInfo{}
	for i, n := range k.InputNames[:min(len(inputs), len(k.InputNames))] {
		known[n] = inputs[i]
	}
	all := make([][]ArgInfo, len(k.Stages))
	for i, s := range k.Stages {
		for _, n := range s.Kernel.InputNames {
			info, ok := known[n]
			if !ok {
				return nil, &Error{Op: "metal_kernel", Code: BadArgument, Msg: fmt.Sprintf("launch %d takes %q, which nothing before it gives", i+1, n)}
			}
			all[i] = append(all[i], info)
		}
		for j, n := range s.Kernel.OutputNames {
			known[n] = ArgInfo{DType: s.Config.OutputDTypes[j], Shape: s.Config.OutputShapes[j]}
		}
	}
	return all, nil
}

// generateStages joins the texts of all stages. A header that is that of the
// stage before stands once.
func (k KernelSource) generateStages(inputs []ArgInfo) (Generated, error) {
	g, _, err := k.joinStages(inputs)
	return g, err
}

// joinStages also returns where each stage's own lines stand in the joined text.
func (k KernelSource) joinStages(inputs []ArgInfo) (Generated, []map[GeneratedLine]int, error) {
	infos, err := k.stageInfos(inputs)
	if err != nil {
		return Generated{}, nil, err
	}
	var all textBuilder
	var entry string
	places := make([]map[GeneratedLine]int, len(k.Stages))
	for i, s := range k.Stages {
		places[i] = map[GeneratedLine]int{}
		header := 0 // lines that stand with the stage before
		if i > 0 && s.Kernel.Header == k.Stages[i-1].Kernel.Header {
			for at, n := range places[i-1] {
				if at.Part == PartHeader {
					places[i][at], header = n, header+1
				}
			}
			s.Kernel.Header = ""
		}
		g, err := s.Kernel.Generate(infos[i], s.Config)
		if err != nil {
			return Generated{}, nil, err
		}
		entry = g.Entry
		all.add(fmt.Sprintf("// Launch %d of %d: (%s) -> (%s).\n", i+1, len(k.Stages), strings.Join(s.Kernel.InputNames, ", "), strings.Join(s.Kernel.OutputNames, ", ")), PartSignature)
		for _, at := range g.Lines {
			own := at
			if at.Part == PartSignature { // counts in the stage's whole text
				own.Line += header
			}
			places[i][own] = len(all.lines) + 1
			all.lines = append(all.lines, at)
		}
		all.text.WriteString(g.Text)
		all.add("\n", PartSignature)
	}
	return Generated{Text: all.text.String(), Entry: entry, Lines: all.lines}, places, nil
}

// stagedKernel runs the stages of a kernel in order.
type stagedKernel struct {
	src     KernelSource
	gen     Generated
	places  []map[GeneratedLine]int // of each stage's lines in gen
	kernels []Kernel
}

// compileStages compiles every stage of a kernel.
func compileStages(ctx context.Context, d Device, src KernelSource, inputs []ArgInfo, cfg LaunchConfig) (Kernel, error) {
	if err := src.validate(inputs, cfg); err != nil {
		return nil, err
	}
	gen, places, err := src.joinStages(inputs)
	if err != nil {
		return nil, err
	}
	infos, err := src.stageInfos(inputs)
	if err != nil {
		return nil, err
	}
	k := &stagedKernel{src: src, gen: gen, places: places}
	for i, s := range src.Stages {
		compiled, err := d.Compile(ctx, s.Kernel, infos[i], s.Config)
		if err != nil {
			return nil, err
		}
		k.kernels = append(k.kernels, compiled)
	}
	return k, nil
}

func (k *stagedKernel) Generated() Generated { return k.gen }

func (k *stagedKernel) Warnings() (all []Diagnostic) {
	for _, s := range k.kernels {
		all = append(all, s.Warnings()...)
	}
	return all
}

func (k *stagedKernel) CompileTime() (total time.Duration) {
	for _, s := range k.kernels {
		total += s.CompileTime()
	}
	return total
}

// Launch runs the stages. Its run time is the sum of theirs, and its lines are
// those of the joined text.
func (k *stagedKernel) Launch(ctx context.Context, inputs []*Array, cfg LaunchConfig, opt LaunchOptions) (*LaunchResult, error) {
	return k.each(inputs, cfg, opt, func(stage Kernel, args []*Array, cfg LaunchConfig, opt LaunchOptions) (*LaunchResult, error) {
		return stage.Launch(ctx, args, cfg, opt)
	})
}

// Time times each stage by itself, over what those before it gave. What is to be
// done before each launch is done before the first stage.
func (k *stagedKernel) Time(ctx context.Context, inputs []*Array, cfg LaunchConfig, opt LaunchOptions, n int) (*LaunchResult, error) {
	before := opt.Before
	opt.Before = nil
	return k.each(inputs, cfg, opt, func(stage Kernel, args []*Array, cfg LaunchConfig, opt LaunchOptions) (*LaunchResult, error) {
		opt.Before, before = before, nil
		return stage.(Timer).Time(ctx, args, cfg, opt, n)
	})
}

// each runs the stages in order and joins what they find.
func (k *stagedKernel) each(inputs []*Array, cfg LaunchConfig, opt LaunchOptions, run func(Kernel, []*Array, LaunchConfig, LaunchOptions) (*LaunchResult, error)) (*LaunchResult, error) {
	if err := k.src.validate(ArgInfos(inputs), cfg); err != nil {
		return nil, err
	}
	arrays := map[string]*Array{}
	for i, n := range k.src.InputNames {
		arrays[n] = inputs[i]
	}
	out := &LaunchResult{Outputs: make([]*Array, len(k.src.OutputNames)), CompileTime: k.CompileTime()}
	if opt.TrackWrites {
		out.UnwrittenElements = make([]int, len(out.Outputs))
	}
	for i, s := range k.src.Stages {
		var args []*Array
		for _, n := range s.Kernel.InputNames {
			args = append(args, arrays[n])
		}
		r, err := emptyStage(s.Config), error(nil)
		if r == nil {
			r, err = run(k.kernels[i], args, s.Config, opt.within(s.Config.Grid))
		}
		if err != nil {
			return nil, err
		}
		for j, l := range r.Lines { // stages count in texts of their own
			if n := k.places[i][GeneratedLine{l.Part, l.Line}]; n > 0 && l.File == "" {
				r.Lines[j].Part, r.Lines[j].Line = PartSignature, n
			}
		}
		for j, s := range r.Path {
			if n := k.places[i][GeneratedLine{s.Part, s.Line}]; n > 0 && s.File == "" {
				r.Path[j].Part, r.Path[j].Line = PartSignature, n
			}
		}
		out.add(r)
		for j, n := range s.Kernel.OutputNames {
			arrays[n] = r.Outputs[j]
			if at := slices.Index(k.src.OutputNames, n); at >= 0 {
				out.Outputs[at] = r.Outputs[j]
				if opt.TrackWrites && r.UnwrittenElements != nil {
					out.UnwrittenElements[at] = r.UnwrittenElements[j]
				}
			}
		}
	}
	return out, nil
}

// within leaves out to follow a thread that a stage does not have.
func (o LaunchOptions) within(grid [3]int) LaunchOptions {
	if t := o.Follow; t != nil && (int(t[0]) >= grid[0] || int(t[1]) >= grid[1] || int(t[2]) >= grid[2]) {
		o.Follow = nil
	}
	return o
}

// emptyStage is the result of a stage without elements, which has no grid and is
// not launched; nil for others.
func emptyStage(cfg LaunchConfig) *LaunchResult {
	empty := &LaunchResult{UnwrittenElements: make([]int, len(cfg.OutputShapes))}
	for i, shape := range cfg.OutputShapes {
		if core.NumElements(shape) > 0 {
			return nil
		}
		empty.Outputs = append(empty.Outputs, Zeros(shape, cfg.OutputDTypes[i]))
	}
	return empty
}

// add joins what a stage found.
func (r *LaunchResult) add(s *LaunchResult) {
	r.Findings = append(r.Findings, s.Findings...)
	r.Log = append(r.Log, s.Log...)
	r.RunTime += s.RunTime
	if r.Executor == "" || s.Executor == "interp" { // any part that fell back
		r.Executor, r.Fallback = s.Executor, s.Fallback
	}
	r.CopiedParts = max(r.CopiedParts, s.CopiedParts)
	r.Path = append(r.Path, s.Path...)
	if s.Writer != nil {
		r.Writer = s.Writer
	}
	for _, b := range s.Buffers {
		at := slices.IndexFunc(r.Buffers, func(o BufferCount) bool { return o.Name == b.Name })
		if at < 0 {
			r.Buffers = append(r.Buffers, b)
			continue
		}
		r.Buffers[at].add(b)
	}
	for _, l := range s.Lines {
		at := slices.IndexFunc(r.Lines, func(o LineCount) bool { return o.Part == l.Part && o.File == l.File && o.Line == l.Line })
		if at < 0 {
			r.Lines = append(r.Lines, l)
			continue
		}
		r.Lines[at].add(l)
	}
}

func (b *BufferCount) add(o BufferCount) {
	b.Bytes = max(b.Bytes, o.Bytes)
	b.Loads += o.Loads
	b.Stores += o.Stores
	b.LoadBytes += o.LoadBytes
	b.StoreBytes += o.StoreBytes
	b.Atomics += o.Atomics
	b.Transactions += o.Transactions
	b.Useful += o.Useful
	b.Segments += o.Segments
}

func (l *LineCount) add(o LineCount) {
	l.Instructions += o.Instructions
	l.Slots += o.Slots
	l.Loads += o.Loads
	l.Stores += o.Stores
	l.LoadBytes += o.LoadBytes
	l.StoreBytes += o.StoreBytes
	l.Transactions += o.Transactions
	l.BankConflicts += o.BankConflicts
	l.FLOPs += o.FLOPs
	l.Transcendental += o.Transcendental
	l.Atomics += o.Atomics
	l.Barriers += o.Barriers
	l.Branches += o.Branches
	l.Divergent += o.Divergent
}
