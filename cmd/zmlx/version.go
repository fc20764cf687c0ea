package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  takes(0, 0),
		Run:   func(*cobra.Command, []string) { fmt.Fprintln(a.out, "zmlx", version()) },
	}
}

// version is the module's version, or the commit that was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (text == "" || text == "(devel)") {
			text = "devel " + s.Value[:min(12, len(s.Value))]
		}
	}
	if text == "" {
		text = "devel"
	}
	return text + " " + info.GoVersion
}
