package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/tui"
)

// openTerminal opens the terminal workbench.
func (a *app) openTerminal(cmd *cobra.Command, args []string) error {
	err := tui.Run(cmd.Context(), tui.Options{Engine: a.engine, Open: args, Device: a.device})
	if errors.Is(err, tui.ErrNoTTY) {
		return usageError{err}
	}
	return err
}
