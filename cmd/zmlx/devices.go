package main

import (
	"context"
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
		Args:  takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			devices, err := a.listDevices(cmd.Context())
			if err != nil {
				return err
			}
			if a.device != "" && !measure {
				return usagef("--device says what to measure: it needs --measure")
			}
			if measure {
				names := []string{a.device}
				if a.device == "" {
					names = available(devices)
				}
				for _, name := range names {
					if _, err := a.do(cmd.Context(), workbench.MeasureJob{Device: name}); err != nil {
						return err
					}
				}
				if devices, err = a.listDevices(cmd.Context()); err != nil {
					return err
				}
			}
			return a.print(cmd, func(w io.Writer, opt report.Options) error { return report.Devices(w, devices, opt) })
		},
	}
	cmd.Flags().BoolVar(&measure, "measure", false, "measure bandwidth, arithmetic and launch latency, and keep the results")
	a.deviceFlags(cmd)
	a.reportFlags(cmd, report.Tabular)
	return cmd
}

func available(devices []workbench.DeviceInfo) (names []string) {
	for _, d := range devices {
		if d.Available {
			names = append(names, d.Name)
		}
	}
	return names
}

func (a *app) listDevices(ctx context.Context) ([]workbench.DeviceInfo, error) {
	result, err := a.do(ctx, workbench.DevicesJob{})
	if err != nil {
		return nil, err
	}
	return result.(*workbench.DevicesResult).Devices, nil
}
