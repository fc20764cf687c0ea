package main

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/workbench"
)

const rootLong = `zmlx writes, runs, checks and measures GPU kernels in the Metal Shading Language,
on any machine. Without a verb it opens the terminal workbench, with the files or
kernels of the catalogue that are named.

Exit codes: 0 ok; 1 a check failed; 2 usage or spec error; 3 internal error;
20 compile error; 21 no such device; 22 timeout; 23 memory-safety finding;
24 inconclusive; 130 cancelled.`

func (a *app) rootCommand() *cobra.Command {
	var metal metalFlags
	root := &cobra.Command{
		Use:           "zmlx [FILE|KERNEL]…",
		Short:         "A workbench for GPU kernels in the Metal Shading Language",
		Long:          rootLong,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		Args:          rootArgs,
		RunE:          func(cmd *cobra.Command, args []string) error { return a.openTerminal(cmd, args, &metal) },
		PersistentPreRunE: func(_ *cobra.Command, args []string) error {
			if !slices.Contains([]string{"auto", "always", "never"}, a.color) {
				return usagef("unknown --color %q: use auto|always|never", a.color)
			}
			if a.timeout < 0 {
				return usagef("--timeout %v: write a time that is not negative", a.timeout)
			}
			return a.spare(args)
		},
	}
	root.PersistentFlags().StringVar(&a.color, "color", "auto", "colour the output: auto|always|never")
	root.Flags().StringVar(&a.device, "device", "", "`name` of the device that the workbench uses (default: the best one here)")
	metal.register(root, false)
	a.recordFlag(root)
	root.SetVersionTemplate("zmlx {{.Version}}\n")
	root.SetFlagErrorFunc(flagHint)
	root.SetHelpCommand(helpCommand(root))
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(a.runCommand(), a.checkCommand(), a.benchCommand(), a.tuneCommand(), a.profileCommand(), a.debugCommand(), a.sessionCommand(), a.exportCommand(), a.importCommand(), a.kernelsCommand(), a.newCommand(), a.devicesCommand(), a.doctorCommand(), versionCommand(), a.workerCommand())
	complete(root)
	return root
}

// rootArgs accepts documents to open; anything else is a verb that does not
// exist.
func rootArgs(root *cobra.Command, args []string) error {
	for _, arg := range args {
		if _, err := os.Stat(arg); err != nil && !strings.ContainsAny(arg, `/\.`) && !slices.Contains(workbench.CatalogNames(), arg) {
			return unknownVerb(root, arg)
		}
	}
	return nil
}
