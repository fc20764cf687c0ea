package main

import (
	"io"
	"os"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/workbench"
)

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find out whether everything works here",
		Long:  "Check the devices with a real kernel, the folders, and the terminal. Exit code 1 says that something does not work.",
		Args:  takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			result, err := a.do(cmd.Context(), workbench.DoctorJob{})
			if err != nil {
				return err
			}
			checks := append(result.(*workbench.DoctorResult).Checks, terminalCheck())
			if err := a.print(cmd, func(w io.Writer, opt report.Options) error { return report.Doctor(w, checks, opt) }); err != nil {
				return err
			}
			if slices.ContainsFunc(checks, func(c workbench.HealthCheck) bool { return !c.OK }) {
				return exit(workbench.ExitFailed)
			}
			return nil
		},
	}
	a.reportFlags(cmd, report.Tabular)
	return cmd
}

// terminalCheck tells what the terminal program would find. That there is no
// terminal is no fault.
func terminalCheck() workbench.HealthCheck {
	c := workbench.HealthCheck{Name: "terminal", OK: true}
	switch {
	case !isTerminal(os.Stdout) || !isTerminal(os.Stdin):
		c.Detail = "none here: the verbs work, the workbench does not open"
	case isDumb() || os.Getenv("TERM") == "" && runtime.GOOS != "windows": // whose terminals do not set it
		c.OK, c.Detail, c.Next = false, "TERM is "+quoteEmpty(os.Getenv("TERM")), "set TERM to what your terminal is, such as xterm-256color"
	default:
		c.Detail = "TERM=" + os.Getenv("TERM")
		if ct := os.Getenv("COLORTERM"); ct != "" {
			c.Detail += " COLORTERM=" + ct
		}
	}
	return c
}

func quoteEmpty(s string) string {
	if s == "" {
		return "not set"
	}
	return s
}
