package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/internal/atomicfile"
	"github.com/zmlx/zmlx/workbench"
)

const tuneExample = `  zmlx tune rmsnorm
  zmlx tune my.yaml --case 2 --dtype float16    # other cases have other winners
  zmlx tune my.yaml --param N=4194304 --device metal
  zmlx tune my.yaml --write                     # the winner becomes the spec's own`

type tuneFlags struct {
	spec    specFlags
	samples int
	write   bool
}

func (a *app) tuneCommand() *cobra.Command {
	var f tuneFlags
	cmd := &cobra.Command{
		Use:   "tune SPEC",
		Short: "Find the fastest of the configurations that a spec's tune lists",
		Long: `Compile and check every configuration of the parameters that tune: lists in a
spec, then sample the right ones in turn and give up those that are certainly
slower than the leader. What won is measured once more beside the spec's own
values, and is called faster only if that tells. Ctrl-C shows what is known.

The result is for this device, and for the sizes of the case.`,
		Example: tuneExample,
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.tune(cmd, args[0], f)
		},
	}
	f.spec.register(cmd)
	cmd.Flags().IntVar(&f.samples, "samples", workbench.DefaultSamples, "`number` of samples of each configuration that may still win")
	cmd.Flags().BoolVar(&f.write, "write", false, "set the spec's parameters to the fastest configuration")
	a.deviceFlags(cmd)
	a.recordFlag(cmd)
	a.reportFlags(cmd, report.Tabular)
	return cmd
}

func (a *app) tune(cmd *cobra.Command, name string, f tuneFlags) error {
	if f.samples < 1 {
		return usagef("--samples %d: take at least 1", f.samples)
	}
	if f.write && f.spec.index != 0 {
		return usagef("--write sets the spec's own parameters, and --case %d has values of its own: write them there", f.spec.index)
	}
	doc, err := a.open(cmd.Context(), name)
	if err != nil {
		return err
	}
	if f.write && doc.Path == workbench.Stdin {
		return usagef("--write needs a file, and this came through standard input")
	}
	if _, err := os.Stat(doc.Path); f.write && err != nil {
		return usagef("--write needs a file, and %s is none: zmlx kernels show %[1]s --only spec -o %[1]s.yaml makes one", name)
	}
	job := workbench.TuneJob{Document: doc, Device: a.device, Samples: f.samples, Seed: f.spec.seed}
	if err := f.spec.apply(&job.Variant); err != nil {
		return err
	}
	result, ended := a.do(cmd.Context(), job)
	r, _ := result.(*workbench.TuneResult)
	if r == nil {
		return ended
	}
	report.Diagnostics(a.err, r.Diagnostics, nil, a.errOptions())
	for _, w := range r.Warnings {
		a.warn(w)
	}
	if len(r.Trials) == 0 && !a.structured() {
		return exit(r.Status.ExitCode()) // what is wrong has been said
	}
	if ended != nil { // what is known is written, whoever interrupted
		cmd.SetContext(context.WithoutCancel(cmd.Context()))
	}
	if err := a.print(cmd, func(w io.Writer, opt report.Options) error { return report.Tune(w, r, opt) }); err != nil {
		return err
	}
	if ended == nil && r.Best != nil {
		ended = a.keepBest(doc, r.Best, f.write)
	}
	return cmp.Or(ended, exit(r.Status.ExitCode()))
}

// keepBest writes the winner into its spec, or says how to.
func (a *app) keepBest(doc workbench.Document, best *workbench.Gain, write bool) error {
	if !write {
		if _, err := os.Stat(doc.Path); err == nil {
			fmt.Fprintf(a.err, "next: zmlx tune %s --write sets it in the spec\n", doc.Path)
		}
		return nil
	}
	if len(best.Fixes) == 0 {
		return usagef("%s has no place to set %s in: set it there by hand", doc.Path, best.Config)
	}
	now, err := workbench.OpenFile(doc.Path)
	if err != nil {
		return err
	}
	if now != doc {
		return usagef("%s is another text by now than that which was tuned: set %s there by hand", doc.Path, best.Config)
	}
	if err := atomicfile.WriteFile(doc.Path, []byte(doc.With(best.Fixes)), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(a.err, "wrote %s into %s\n", best.Config, doc.Path)
	return nil
}
