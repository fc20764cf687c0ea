package report

import (
	"io"

	"github.com/google/pprof/profile"

	"github.com/zmlx/zmlx/workbench"
)

// pprofCounts are the sample types, the default one first.
var pprofCounts = []struct {
	name, unit string
	of         func(workbench.Counts) int64
}{
	{"instructions", "count", func(c workbench.Counts) int64 { return c.Instructions }},
	{"lane_slots", "count", func(c workbench.Counts) int64 { return c.Slots }},
	{"flops", "count", func(c workbench.Counts) int64 { return c.FLOPs }},
	{"transcendental", "count", func(c workbench.Counts) int64 { return c.Transcendental }},
	{"accessed", "bytes", func(c workbench.Counts) int64 { return c.LoadBytes + c.StoreBytes }},
	{"transactions", "count", func(c workbench.Counts) int64 { return c.Transactions }},
	{"bank_conflicts", "count", func(c workbench.Counts) int64 { return c.BankConflicts }},
	{"atomics", "count", func(c workbench.Counts) int64 { return c.Atomics }},
	{"barriers", "count", func(c workbench.Counts) int64 { return c.Barriers }},
	{"divergent_branches", "count", func(c workbench.Counts) int64 { return c.Divergent }},
}

// pprof writes the counts by line in pprof's format. Each line is a location
// of the kernel's function, so -lines and -list show them.
func pprof(w io.Writer, r *workbench.ProfileResult) error {
	p := &profile.Profile{DefaultSampleType: pprofCounts[0].name, Comments: []string{r.Name + " " + r.Case}}
	for _, c := range pprofCounts {
		p.SampleType = append(p.SampleType, &profile.ValueType{Type: c.name, Unit: c.unit})
	}
	functions := map[string]*profile.Function{}
	for _, l := range r.Lines {
		name := r.Name
		if l.Line == 0 {
			name += " (generated)"
		}
		f := functions[name+l.File]
		if f == nil {
			f = &profile.Function{ID: uint64(len(functions) + 1), Name: name, SystemName: name, Filename: l.File}
			functions[name+l.File] = f
			p.Function = append(p.Function, f)
		}
		at := &profile.Location{ID: uint64(len(p.Location) + 1), Line: []profile.Line{{Function: f, Line: int64(l.Line)}}}
		p.Location = append(p.Location, at)
		s := &profile.Sample{Location: []*profile.Location{at}}
		for _, c := range pprofCounts {
			s.Value = append(s.Value, c.of(l.Counts))
		}
		p.Sample = append(p.Sample, s)
	}
	return p.Write(w)
}
