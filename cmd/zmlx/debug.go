package main

import (
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/workbench"
)

const debugExample = `  zmlx debug rmsnorm --thread 5
  zmlx debug my.yaml --case 3 --dtype float16   # the thread that goes wrong, if one does
  zmlx debug my.yaml --element 'y[3,17]' --format json
  zmlx debug saxpy.metal --buffer 0=x.npy --bytes 1=float:2.5 \
      --out-buffer 2=float32:1024 --grid 1024 --threadgroup 256`

func (a *app) debugCommand() *cobra.Command {
	var (
		launch          launchFlags
		thread, element string
	)
	cmd := &cobra.Command{
		Use:   "debug SPEC|RECORD|FILE.metal",
		Short: "Show what one thread of a kernel does, line by line, with all values",
		Long: `Launch a kernel on the host and follow one of its threads: each line that it goes
through, what it loads there from buffers and threadgroup memory, what it stores, in
variables too, and what functions return. Without --thread and --element it is the
thread that makes the first memory-safety finding, or that computes the first element
which differs from the reference, or the grid's first. The other threads run as well,
so that barriers, SIMD-group functions and atomics give what they give in any launch.`,
		Example: debugExample,
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			job, err := a.launchJob(cmd, args[0], launch)
			if err != nil {
				return err
			}
			if job.Follow, err = followed(thread, element); err != nil {
				return err
			}
			result, err := a.do(cmd.Context(), job)
			if err != nil {
				return err
			}
			r := result.(*workbench.RunResult)
			report.Diagnostics(a.err, r.Diagnostics, r.Findings, a.errOptions())
			if err := a.print(cmd, func(w io.Writer, opt report.Options) error { return report.Path(w, r, opt) }); err != nil {
				return err
			}
			return exit(r.Status.ExitCode())
		},
	}
	launch.register(cmd)
	cmd.Flags().StringVar(&thread, "thread", "", "`position` of the thread in the grid, such as 5 or 3,17,0")
	cmd.Flags().StringVar(&element, "element", "", "the thread that stores this `element` of an output last, such as y[3,17]")
	a.deviceFlags(cmd)
	a.recordFlag(cmd)
	a.reportFlags(cmd, report.Tabular)
	return cmd
}

// followed says which thread is wanted.
func followed(thread, element string) (*workbench.Follow, error) {
	f := &workbench.Follow{Element: element}
	switch {
	case thread == "":
		return f, nil
	case element != "":
		return nil, usagef("--thread and --element both name a thread; give one of them")
	}
	f.Thread = &[3]uint32{}
	parts := strings.Split(thread, ",")
	for i, p := range parts {
		n, err := strconv.ParseUint(strings.TrimSpace(p), 10, 32)
		if err != nil || len(parts) > len(f.Thread) {
			return nil, usagef("--thread %q: write its position in the grid, one to three whole numbers, such as 3,17,0", thread)
		}
		f.Thread[i] = uint32(n)
	}
	return f, nil
}
