package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/workbench"
)

func (a *app) devicesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "List the devices that can run kernels here",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			result, err := a.do(cmd.Context(), workbench.DevicesJob{})
			if err != nil {
				return err
			}
			list := report.NewListing("zmlx.devices/1", "devices", "device", "kind", "state", "facts")
			for _, d := range result.(*workbench.DevicesResult).Devices {
				state := "available"
				if !d.Available {
					state = "not available: " + d.Reason
				}
				facts := make([]string, len(d.Facts))
				for i, f := range d.Facts {
					facts[i] = f.Name + " " + f.Value
				}
				list.Add(d, d.Name, d.Kind, state, strings.Join(facts, ", "))
			}
			return a.print(func(w io.Writer, opt report.Options) error { return list.Write(w, opt) })
		},
	}
	a.reportFlags(cmd, report.Tabular)
	return cmd
}
