package main

import (
	"os"

	"github.com/spf13/cobra"
)

// openTerminal opens the terminal workbench.
func (a *app) openTerminal(cmd *cobra.Command, args []string) error {
	if !isTerminal(os.Stdin) || !isTerminal(os.Stdout) {
		return usagef("the workbench needs a terminal; the verbs work without one: \"zmlx --help\" lists them")
	}
	return usagef("the workbench is not part of this build")
}
