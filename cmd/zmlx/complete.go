package main

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/zmlx/zmlx/workbench"
)

// choice finds the words that a flag's help leaves the choice of.
var choice = regexp.MustCompile(`[\w-]+(\|[\w-]+)+`)

// complete lets a shell propose the catalogue's kernels where a verb takes a
// spec, besides files, and for flags the words among which their help says to
// choose.
func complete(cmd *cobra.Command) {
	if strings.Contains(cmd.Use, "SPEC") || cmd.Name() == "zmlx" {
		cmd.ValidArgsFunction = cobra.FixedCompletions(workbench.CatalogNames(), cobra.ShellCompDirectiveDefault)
	}
	offer := func(f *pflag.Flag) {
		if words := choice.FindString(f.Usage); words != "" {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(strings.Split(words, "|"), cobra.ShellCompDirectiveNoFileComp))
		}
	}
	cmd.Flags().VisitAll(offer)
	cmd.PersistentFlags().VisitAll(offer)
	for _, verb := range cmd.Commands() {
		complete(verb)
	}
}
