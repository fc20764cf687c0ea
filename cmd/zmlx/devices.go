package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/workbench"
)

func (a *app) devicesCommand() *cobra.Command {
	var measure bool
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "List the devices that can run kernels here",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if measure {
				if _, err := a.do(cmd.Context(), workbench.MeasureJob{Device: a.device}); err != nil {
					return err
				}
			}
			result, err := a.do(cmd.Context(), workbench.DevicesJob{})
			if err != nil {
				return err
			}
			devices := result.(*workbench.DevicesResult).Devices
			return a.print(func(w io.Writer, opt report.Options) error { return report.Devices(w, devices, opt) })
		},
	}
	cmd.Flags().BoolVar(&measure, "measure", false, "measure bandwidth, arithmetic and launch latency, and keep the results")
	a.deviceFlags(cmd)
	a.reportFlags(cmd, report.Tabular)
	return cmd
}
