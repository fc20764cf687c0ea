package main

import (
	"errors"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/sessions"
	"github.com/zmlx/zmlx/tui"
	"github.com/zmlx/zmlx/workbench/worker"
)

// openTerminal opens the terminal workbench. Native devices are in a child
// process, so that whatever happens to them the document and the terminal stay.
func (a *app) openTerminal(cmd *cobra.Command, args []string, metal *metalFlags) error {
	options := tui.Options{Open: args, Device: a.device, Record: a.keep}
	if err := metal.apply(&options.Metal, true); err != nil {
		return err
	}
	if a.record != "" {
		if err := sessions.Ready(a.record); err != nil {
			return recordError(err)
		}
	}
	engine := worker.NewEngine(a.engine, worker.NewClient(worker.Options{Command: workerProcess}))
	defer engine.Close()
	options.Engine = engine
	err := tui.Run(cmd.Context(), options)
	if errors.Is(err, tui.ErrNoTTY) {
		return usageError{err}
	}
	return err
}

func workerProcess() *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return exec.Command(self, "worker")
}
