package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/workbench"
)

const benchExample = `  zmlx bench rmsnorm
  zmlx bench norm --dtype float16 --samples 60
  zmlx bench my.yaml --save main --reason "before vector loads"
  zmlx bench my.yaml --baseline main --fail-on median:5%
  zmlx bench my.yaml --baseline git:HEAD~1      # both versions, in turn
  zmlx bench --all --format gobench > new.txt && benchstat old.txt new.txt`

type benchFlags struct {
	all                            bool
	cases                          []int
	dtypes                         []string
	samples                        int
	seed                           uint64
	save, reason, baseline, failOn string
}

func (a *app) benchCommand() *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench SPEC…|GROUP…",
		Short: "Measure kernels against their reference ops and baselines",
		Long: `Check each case, then measure the right ones: all candidates in turn, all samples
kept. A kernel whose result is wrong gets no number, and a number above the
measured roof is an error. Baselines are kept in the state folder.`,
		Example: benchExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.bench(cmd, args, f)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.all, "all", false, "measure the whole catalogue")
	flags.IntSliceVar(&f.cases, "case", nil, "only these `cases`, from 1 (0: the spec's own parameters)")
	flags.StringSliceVar(&f.dtypes, "dtype", nil, "only these `types`, such as float16,bfloat16")
	flags.IntVar(&f.samples, "samples", workbench.DefaultSamples, "`number` of samples of each candidate")
	flags.Uint64Var(&f.seed, "seed", 0, "`key` of the random inputs")
	flags.StringVar(&f.save, "save", "", "keep the results as a baseline of this `name`")
	flags.StringVar(&f.reason, "reason", "", "with --save: `why` these numbers are accepted")
	flags.StringVar(&f.baseline, "baseline", "", "compare with a baseline: its `name`, its file, or git:REV for the spec at a revision")
	flags.StringVar(&f.failOn, "fail-on", "", "exit with 1 on a regression beyond `median:5%`, with 24 where it is not certain")
	a.deviceFlags(cmd)
	a.reportFlags(cmd, report.Benches)
	cmd.AddCommand(a.historyCommand())
	return cmd
}

func (a *app) bench(cmd *cobra.Command, args []string, f benchFlags) error {
	names := workbench.ExpandGroups(args)
	if f.all {
		names = append(names, workbench.CatalogNames()...)
	}
	if len(names) == 0 {
		return usagef("nothing to measure: name specs or groups of the catalogue, or use --all")
	}
	var gate *workbench.Gate
	if f.failOn != "" {
		g, err := workbench.ParseGate(f.failOn)
		if err != nil {
			return err
		}
		if f.baseline == "" {
			return usagef("--fail-on needs a --baseline to compare with")
		}
		gate = &g
	}
	revision, fromGit := strings.CutPrefix(f.baseline, "git:")
	var base *workbench.Baseline
	if f.baseline != "" && !fromGit {
		var err error
		if base, err = workbench.LoadBaseline(f.baseline); err != nil {
			return err
		}
	}
	var results []*workbench.BenchResult
	for _, name := range names {
		doc, err := workbench.Open(name)
		if err != nil {
			return err
		}
		job := workbench.BenchJob{Document: doc, Device: a.device, Seed: f.seed, Cases: f.cases, DTypes: f.dtypes, Samples: f.samples}
		if fromGit {
			old, err := workbench.OpenRevision(doc.Path, revision)
			if err != nil {
				return err
			}
			job.Baseline = &old
		}
		result, err := a.do(cmd.Context(), job)
		if err != nil {
			return err
		}
		r := result.(*workbench.BenchResult)
		report.Diagnostics(a.err, r.Diagnostics, nil, a.paintErr())
		if base != nil {
			for _, why := range base.Compare(r) {
				a.warn(why)
			}
		}
		if err := workbench.AppendHistory(time.Now(), r); err != nil {
			a.warn(fmt.Sprintf("the history was not written: %v", err))
		}
		results = append(results, r)
	}
	return a.finishBench(results, gate, f)
}

// finishBench prints and saves the results and chooses the exit code.
func (a *app) finishBench(results []*workbench.BenchResult, gate *workbench.Gate, f benchFlags) error {
	codes := []int{workbench.ExitOK}
	lines := []report.Judged{}
	for _, r := range results {
		codes = append(codes, r.Status.ExitCode())
		for _, l := range r.Lines {
			j := report.Judged{BenchLine: l}
			if gate != nil {
				j.Verdict, j.Why = gate.Judge(l)
				codes = append(codes, j.Verdict.ExitCode())
			}
			lines = append(lines, j)
		}
	}
	env := results[0].Environment
	if err := a.print(func(w io.Writer, opt report.Options) error { return report.Bench(w, env, lines, opt) }); err != nil {
		return err
	}
	if f.save != "" {
		path, err := workbench.SaveBaseline(f.save, f.reason, time.Now(), results)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.err, "saved baseline %s in %s\n", f.save, path)
	}
	return exit(workbench.WorstExit(codes...))
}

func (a *app) warn(text string) {
	fmt.Fprintf(a.err, "%s %s\n", a.paintErr().Warn("warning:"), text)
}

func (a *app) historyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history [KERNEL…]",
		Short: "Show what was measured before, kernel by kernel",
		RunE: func(_ *cobra.Command, args []string) error {
			entries, err := workbench.History(args...)
			if err != nil {
				return err
			}
			if len(entries) == 0 {
				return usagef("there is no history of %s yet: zmlx bench makes it", namesOr(args, "any kernel"))
			}
			return a.print(func(w io.Writer, opt report.Options) error { return report.History(w, entries, opt) })
		},
	}
	a.reportFlags(cmd, report.Tabular)
	return cmd
}

func namesOr(args []string, none string) string {
	if len(args) == 0 {
		return none
	}
	return strings.Join(args, ", ")
}
