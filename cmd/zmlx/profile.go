package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/workbench"
)

const profileExample = `  zmlx profile rmsnorm --case 3
  zmlx profile my.yaml --param D=4096 --fail-on 'bank_conflicts>0'
  zmlx profile slow.launch.json --format chrome -o trace.json   # open it in Perfetto`

func (a *app) profileCommand() *cobra.Command {
	var spec specFlags
	var failOn []string
	cmd := &cobra.Command{
		Use:   "profile SPEC|RECORD",
		Short: "Count what each line of a kernel does, and say what to do next",
		Long: `Launch a kernel with counters on: instructions, memory transactions after
coalescing, bank conflicts, operations, barriers and divergence, line by line.
Counts are exact and the same in every run, so that they can be gates in CI.`,
		Example: profileExample,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var gates []workbench.CountGate
			for _, text := range failOn {
				g, err := workbench.ParseCountGate(text)
				if err != nil {
					return err
				}
				gates = append(gates, g)
			}
			doc, err := workbench.Open(args[0])
			if err != nil {
				return err
			}
			job := workbench.ProfileJob{Document: doc, Device: a.device, Seed: spec.seed}
			if err := spec.apply(&job.Variant); err != nil {
				return err
			}
			return a.profileJob(cmd, job, gates)
		},
	}
	spec.register(cmd)
	cmd.Flags().StringArrayVar(&failOn, "fail-on", nil, "exit with 1 if a total is beyond a bound: `bank_conflicts>0` (repeatable)")
	a.deviceFlags(cmd)
	a.reportFlags(cmd, report.Profiles)
	return cmd
}

func (a *app) profileJob(cmd *cobra.Command, job workbench.ProfileJob, gates []workbench.CountGate) error {
	result, err := a.do(cmd.Context(), job)
	if err != nil {
		return err
	}
	r := result.(*workbench.ProfileResult)
	report.Diagnostics(a.err, r.Diagnostics, r.Findings, a.paintErr())
	if err := a.print(func(w io.Writer, opt report.Options) error { return report.Profile(w, r, opt) }); err != nil {
		return err
	}
	codes := []int{r.Status.ExitCode()}
	for _, g := range gates {
		if why := g.Fails(r); why != "" && r.Status == workbench.StatusOK {
			a.warn(why)
			codes = append(codes, workbench.ExitFailed)
		}
	}
	return exit(workbench.WorstExit(codes...))
}
