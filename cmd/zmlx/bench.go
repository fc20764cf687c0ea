package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/workbench"
)

const benchExample = `  zmlx bench rmsnorm
  zmlx bench norm --dtype float16 --samples 60
  zmlx bench my.yaml --against other.yaml       # the same cases, in turn
  zmlx bench my.yaml --save main --reason "before vector loads"
  zmlx bench my.yaml --baseline main --fail-on median:5%
  zmlx bench my.yaml --baseline main --fail-on median:5% --accept "exact sums cost 7 %"
  zmlx bench my.yaml --baseline git:HEAD~1      # both versions, in turn
  zmlx bench my.yaml --cache cold               # as if nothing had touched the data before
  zmlx bench my.yaml --format json -o r.json; zmlx bench --load r.json --format markdown
  zmlx bench --all --format gobench > new.txt && benchstat old.txt new.txt`

type benchFlags struct {
	all                            bool
	load                           string
	against                        []string
	cases                          []int
	dtypes                         []string
	samples                        int
	patience                       time.Duration
	cache                          string
	seed                           uint64
	save, reason, baseline, failOn string
	accept, capture, plot          string
}

func (a *app) benchCommand() *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench SPEC…|GROUP…",
		Short: "Measure kernels against their reference ops and baselines",
		Long: `Check each case, then measure the right ones: all candidates in turn, all samples
kept. A kernel whose result is wrong gets no number, and a number above the
measured roof is an error. Baselines are kept in the state folder. Several
--device, with commas, are measured in turn too.

Between the samples work that never changes is timed. Where it is slower than at
its best, other work or heat disturbs the machine: such samples are kept in the
results and do not count, and more are taken while --patience lasts (0s: none).
A gate passes if the interval of the slowdown ends below it, and finds a
regression if the interval does not, and begins above zero. Ctrl-C shows what is
known; that is not saved, passes no gate, and goes beside an --output that is there.`,
		Example: benchExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.bench(cmd, args, f)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.all, "all", false, "measure the whole catalogue")
	flags.StringVar(&f.load, "load", "", "measure nothing: show and judge the results in this JSON or NDJSON `file`; --case, --dtype and --device select among them")
	flags.StringArrayVar(&f.against, "against", nil, "also measure this `spec`, of the same parameters, inputs and outputs (repeatable)")
	flags.IntSliceVar(&f.cases, "case", nil, "only these `cases`, from 1 (0: the spec's own parameters)")
	flags.StringSliceVar(&f.dtypes, "dtype", nil, "only these `types`, such as float16,bfloat16")
	flags.IntVar(&f.samples, "samples", workbench.DefaultSamples, "`number` of samples of each candidate")
	flags.DurationVar(&f.patience, "patience", workbench.DefaultPatience, "how long to go on, after --samples, for samples that other work did not disturb, and with --save or --baseline until what runs are compared by is known to 0.5 %; per document")
	flags.StringVar(&f.cache, "cache", "warm", "what is in the caches before each launch: the kernel's data (`warm`) or other data (cold)")
	flags.Uint64Var(&f.seed, "seed", 0, "`key` of the random inputs")
	flags.StringVar(&f.save, "save", "", "keep the results as a baseline of this `name`")
	flags.StringVar(&f.reason, "reason", "", "with --save: `why` these numbers are kept")
	flags.StringVar(&f.baseline, "baseline", "", "compare with a baseline: its `name`, a file of results, or git:REV for the spec at a revision")
	flags.StringVar(&f.failOn, "fail-on", "", "exit with 1 on a regression: a certain slowdown that may be `median:5%` or more; with 24 where neither that nor the contrary is certain")
	flags.StringVar(&f.accept, "accept", "", "take the regressions that --fail-on finds into the baseline, and note `why`")
	captureFlag(cmd, &f.capture)
	flags.StringVar(&f.plot, "plot", report.BenchPlots[0], "what --format svg shows: `"+strings.Join(report.BenchPlots, "|")+"`")
	a.deviceFlags(cmd)
	a.recordFlag(cmd)
	a.reportFlags(cmd, report.Benches)
	cmd.AddCommand(a.historyCommand())
	return cmd
}

// benchPlan is what the flags ask for.
type benchPlan struct {
	documents, against []workbench.Document
	gate               *workbench.Gate
	base               *workbench.Baseline
	revision           string // of git
}

func (a *app) planBench(given func(flag string) bool, args []string, f benchFlags) (p benchPlan, err error) {
	if !slices.Contains(report.BenchPlots, f.plot) {
		return p, usagef("unknown --plot %q: use %s", f.plot, strings.Join(report.BenchPlots, "|"))
	}
	if f.cache != "warm" && f.cache != "cold" {
		return p, usagef("unknown --cache %q: use warm or cold", f.cache)
	}
	names := workbench.Expand(args, workbench.SpecDocument)
	if f.all {
		names = append(names, workbench.CatalogNames()...)
	}
	switch {
	case len(names) == 0 && f.load == "":
		return p, usagef("nothing to measure: name specs or groups of the catalogue, or use --all")
	case len(names) > 0 && f.load != "":
		return p, usagef("--load shows results that are there; it takes no specs")
	}
	for _, flag := range []string{"against", "samples", "patience", "cache", "seed", "capture", "timeout"} {
		if f.load != "" && given(flag) {
			return p, usagef("--load measures nothing; leave out --%s", flag)
		}
	}
	if p.documents, err = openAll(names); err != nil {
		return p, err
	}
	if err = workbench.SameKernel(p.documents); err != nil {
		return p, err
	}
	if p.against, err = openAll(f.against); err != nil {
		return p, err
	}
	if f.samples < 1 {
		return p, usagef("--samples %d: take at least 1", f.samples)
	}
	if f.patience < 0 {
		return p, usagef("--patience %v: a duration of 0s or more", f.patience)
	}
	if given("save") {
		if err := workbench.CheckBaselineName(f.save); err != nil {
			return p, err
		}
	} else if given("reason") {
		return p, usagef("--reason needs --save: it says why these numbers are kept")
	}
	if given("fail-on") {
		g, err := workbench.ParseGate(f.failOn)
		if err != nil {
			return p, err
		}
		if f.baseline == "" {
			return p, usagef("--fail-on needs a --baseline to compare with")
		}
		p.gate = &g
	}
	revision, fromGit := strings.CutPrefix(f.baseline, "git:")
	switch {
	case fromGit && f.load != "":
		return p, usagef("--load has no specs that git could have another version of")
	case fromGit && revision == "":
		return p, usagef("--baseline git: names no revision: write git:HEAD~1")
	case fromGit:
		p.revision = revision
	case given("baseline"):
		if p.base, err = workbench.LoadBaseline(f.baseline); err != nil {
			return p, err
		}
	}
	if given("accept") {
		if p.gate == nil || p.base == nil || !p.base.Named() {
			return p, usagef("--accept needs --fail-on and a --baseline that was kept with --save")
		}
		if strings.TrimSpace(f.accept) == "" {
			return p, usagef("--accept needs a reason")
		}
	}
	return p, nil
}

func openAll(names []string) ([]workbench.Document, error) {
	var out []workbench.Document
	for _, name := range names {
		doc, err := workbench.Open(name)
		if err != nil {
			return nil, err
		}
		out = append(out, doc)
	}
	return out, nil
}

func (a *app) bench(cmd *cobra.Command, args []string, f benchFlags) error {
	plan, err := a.planBench(cmd.Flags().Changed, args, f)
	if err != nil {
		return err
	}
	var lines []workbench.BenchLine
	if f.load != "" {
		loaded, err := workbench.LoadBaseline(f.load)
		if err != nil {
			return err
		}
		if lines = a.selectLoaded(loaded.Lines, f); len(lines) == 0 {
			return usagef("%s has no such lines: --case, --dtype and --device select them, and without these it shows all", f.load)
		}
	}
	measured, codes, ended := a.measure(cmd.Context(), plan, f)
	lines = append(lines, measured...)
	if ended != nil { // what is known is written, whoever interrupted, and decides nothing
		if len(lines) == 0 {
			return ended
		}
		cmd.SetContext(context.WithoutCancel(cmd.Context()))
		plan.gate, f.save = nil, ""
	}
	if plan.base != nil {
		for _, why := range plan.base.Compare(lines) {
			a.warn(why)
		}
	}
	judged, code, err := a.judge(lines, plan, f)
	if err != nil {
		return err
	}
	if worst := workbench.WorstExit(append(codes, code)...); len(judged) == 0 && worst != workbench.ExitOK && !a.structured() {
		return exit(worst) // what is wrong has been said, and nothing was measured
	}
	if info, err := os.Stat(a.output); ended != nil && err == nil && info.Mode().IsRegular() { // what is there may be whole
		whole := a.output
		ext := filepath.Ext(whole)
		a.output = strings.TrimSuffix(whole, ext) + ".stopped" + ext
		for n := 2; ; n++ { // what an earlier stop left stays
			if _, err := os.Lstat(a.output); err != nil {
				break
			}
			a.output = fmt.Sprintf("%s.stopped-%d%s", strings.TrimSuffix(whole, ext), n, ext)
		}
		a.warn(fmt.Sprintf("%s stays as it was; what was measured before the end is in %s", whole, a.output))
	}
	if err := a.print(cmd, func(w io.Writer, opt report.Options) error { return report.Bench(w, judged, f.plot, opt) }); err != nil {
		return err
	}
	if f := report.Format(a.format); f == report.GoBench || f == report.SVG { // which have no room for what is wrong
		for _, l := range judged {
			if why := l.Trouble(); why != "" {
				a.warn(why)
			}
		}
	}
	if f.save != "" {
		path, err := workbench.SaveBaseline(f.save, f.reason, time.Now(), lines)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.err, "saved baseline %s in %s\n", f.save, path)
	}
	return cmp.Or(ended, exit(workbench.WorstExit(append(codes, code)...)))
}

// measure runs the plan's jobs. What is measured until one ends with an error comes
// with it.
func (a *app) measure(ctx context.Context, plan benchPlan, f benchFlags) (lines []workbench.BenchLine, codes []int, ended error) {
	warned := map[string]bool{}
	for _, doc := range plan.documents {
		job := workbench.BenchJob{Document: doc, Against: plan.against, Device: a.device, Seed: f.seed, Cases: f.cases, DTypes: f.dtypes, Samples: f.samples, Patience: f.patience,
			Cold: f.cache == "cold", Capture: f.capture}
		if f.save != "" || plan.base != nil {
			job.Resolution = workbench.GateResolution
		}
		if plan.revision != "" {
			old, err := workbench.OpenRevision(doc.Path, plan.revision)
			if err != nil {
				return lines, codes, err
			}
			job.Baseline = &old
		}
		result, err := a.do(ctx, job)
		r, _ := result.(*workbench.BenchResult)
		if r == nil {
			return lines, codes, err
		}
		report.Diagnostics(a.err, r.Diagnostics, nil, a.errOptions())
		for _, w := range r.Warnings {
			if what, _, _ := strings.Cut(w, ":"); !warned[what] { // once for all kernels
				warned[what] = true
				a.warn(w)
			}
		}
		lines, codes = append(lines, r.Lines...), append(codes, r.Status.ExitCode())
		if err != nil {
			return lines, codes, err
		}
		if err := workbench.AppendHistory(time.Now(), r); err != nil {
			a.warn(fmt.Sprintf("the history was not written: %v", err))
		}
	}
	return lines, codes, nil
}

// selectLoaded are the lines that --case, --dtype and --device name.
func (a *app) selectLoaded(lines []workbench.BenchLine, f benchFlags) []workbench.BenchLine {
	return slices.DeleteFunc(lines, func(l workbench.BenchLine) bool {
		return f.cases != nil && !slices.Contains(f.cases, l.Case) || f.dtypes != nil && !slices.Contains(f.dtypes, l.DType) ||
			a.device != "" && !slices.Contains(strings.Split(a.device, ","), l.Device)
	})
}

// judge applies the gate to all lines, and accepts what it finds if that is
// asked for.
func (a *app) judge(lines []workbench.BenchLine, plan benchPlan, f benchFlags) ([]report.Judged, int, error) {
	codes := []int{workbench.ExitOK}
	var judged []report.Judged
	var accepted []workbench.BenchLine
	for _, l := range lines {
		j := report.Judged{BenchLine: l}
		codes = append(codes, l.Status.ExitCode())
		if plan.gate != nil {
			j.Verdict, j.Why = plan.gate.Judge(l)
			if j.Verdict == workbench.Regression && f.accept != "" && l.Status == workbench.StatusOK {
				j.Verdict, j.Why = workbench.Accepted, f.accept+" ("+j.Why+")"
				accepted = append(accepted, l)
			}
			codes = append(codes, j.Verdict.ExitCode())
		}
		judged = append(judged, j)
	}
	if len(accepted) > 0 {
		path, err := plan.base.Accept(f.accept, time.Now(), accepted)
		if err != nil {
			return nil, 0, err
		}
		fmt.Fprintf(a.err, "regressions accepted into %s: %d\n", path, len(accepted))
	}
	return judged, workbench.WorstExit(codes...), nil
}

func (a *app) warn(text string) {
	fmt.Fprintf(a.err, "%s %s\n", a.paintErr().Warn("warning:"), text)
}

func (a *app) historyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history [KERNEL…]",
		Short: "Show what was measured before, kernel by kernel",
		RunE: func(cmd *cobra.Command, args []string) error {
			entries, err := workbench.History(args...)
			if err != nil {
				return err
			}
			if len(entries) == 0 {
				return usagef("there is no history of %s yet: zmlx bench makes it", namesOr(args, "any kernel"))
			}
			return a.print(cmd, func(w io.Writer, opt report.Options) error { return report.History(w, entries, opt) })
		},
	}
	a.reportFlags(cmd, report.Histories)
	return cmd
}

func namesOr(args []string, none string) string {
	if len(args) == 0 {
		return none
	}
	return strings.Join(args, ", ")
}
