package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/workbench"
)

const rootLong = `zmlx writes, runs, checks and measures GPU kernels in the Metal Shading Language,
on any machine. Without a verb it opens the terminal workbench.

Exit codes: 0 ok; 1 a check failed; 2 usage or spec error; 3 internal error;
20 compile error; 21 no such device; 22 timeout; 23 memory-safety finding;
24 inconclusive; 130 cancelled.`

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "zmlx [FILE]",
		Short:         "A workbench for GPU kernels in the Metal Shading Language",
		Long:          rootLong,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          a.rootArgs,
		RunE:          a.openTerminal,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if !slices.Contains([]string{"auto", "always", "never"}, a.color) {
				return usagef("unknown --color %q: use auto|always|never", a.color)
			}
			return nil
		},
	}
	root.PersistentFlags().StringVar(&a.color, "color", "auto", "colour the output: auto|always|never")
	root.Flags().StringVar(&a.device, "device", "", "`name` of the device that the workbench uses (default: the best one here)")
	root.SetFlagErrorFunc(flagHint)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(a.runCommand(), a.checkCommand(), a.benchCommand(), a.profileCommand(), a.exportCommand(), a.importCommand(), a.kernelsCommand(), a.newCommand(), a.devicesCommand(), a.doctorCommand(), a.versionCommand(), a.workerCommand())
	return root
}

// rootArgs accepts a document to open; anything else is a verb that does not
// exist.
func (a *app) rootArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || strings.ContainsAny(args[0], `/\.`) && len(args) == 1 {
		return nil
	}
	var verbs []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			verbs = append(verbs, c.Name())
		}
	}
	if slices.Contains(workbench.CatalogNames(), args[0]) {
		return usagef("unknown verb %q; %q is a kernel: try \"zmlx run %s\"", args[0], args[0], args[0])
	}
	hint := "the verbs are " + strings.Join(verbs, ", ")
	if n := workbench.Nearest(args[0], verbs); n != "" {
		hint = fmt.Sprintf("did you mean %q?", n)
	}
	return usagef("unknown verb %q; %s", args[0], hint)
}

// flagHint adds the nearest flag to an error about an unknown one.
func flagHint(cmd *cobra.Command, err error) error {
	_, name, ok := strings.Cut(err.Error(), "unknown flag: --")
	if !ok {
		return usageError{err}
	}
	var names []string
	for _, line := range strings.Fields(cmd.UsageString()) {
		if flag, ok := strings.CutPrefix(line, "--"); ok {
			names = append(names, strings.TrimRight(flag, ","))
		}
	}
	if n := workbench.Nearest(name, names); n != "" {
		return usagef("unknown flag --%s; did you mean --%s?", name, n)
	}
	return usagef("unknown flag --%s; \"%s --help\" lists them", name, cmd.CommandPath())
}
