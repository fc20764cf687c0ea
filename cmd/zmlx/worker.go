package main

import (
	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/workbench/worker"
)

// workerCommand is the child process that the terminal program talks to.
func (a *app) workerCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "worker",
		Short:  "Run jobs from a pipe",
		Hidden: true,
		Args:   takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if isTerminal(cmd.InOrStdin()) {
				return usagef("this verb is for zmlx itself: it speaks a protocol over a pipe")
			}
			in, out, err := worker.Pipe()
			if err != nil {
				return err
			}
			return worker.Serve(cmd.Context(), in, out, a.engine)
		},
	}
}
