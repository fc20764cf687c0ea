package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/zmlx/zmlx/workbench"
)

// Devices prints devices with their properties.
func Devices(w io.Writer, devices []workbench.DeviceInfo, opt Options) error {
	if opt.Format == Table {
		return deviceBlocks(w, devices, opt.Paint)
	}
	list := NewListing("zmlx.devices/1", "devices", "device", "kind", "available", "reason", "facts")
	for _, d := range devices {
		facts := make([]string, len(d.Facts))
		for i, f := range d.Facts {
			facts[i] = f.Name + " " + f.Value
		}
		list.Add(d, d.Name, d.Kind, fmt.Sprint(d.Available), d.Reason, strings.Join(facts, ", "))
	}
	return list.Write(w, opt)
}

func deviceBlocks(w io.Writer, devices []workbench.DeviceInfo, paint Paint) error {
	for i, d := range devices {
		if i > 0 {
			fmt.Fprintln(w)
		}
		state := paint.Good("✓ available")
		if !d.Available {
			state = paint.Warn("✗ not available: " + d.Reason)
		}
		fmt.Fprintf(w, "%s  %s  %s\n", paint.Bold(d.Name), d.Kind, state)
		for _, f := range d.Facts {
			if _, err := fmt.Fprintf(w, "  %s %s\n", paint.Dim(fmt.Sprintf("%-24s", f.Name)), f.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// Doctor prints what works and what does not.
func Doctor(w io.Writer, checks []workbench.HealthCheck, opt Options) error {
	list := NewListing("zmlx.doctor/1", "checks", "check", "state", "detail")
	for _, c := range checks {
		state := workbench.StatusOK
		if !c.OK {
			state = "problem"
		}
		shown := string(state)
		if opt.Format == Table {
			shown = opt.Paint.Status(state)
		}
		detail := c.Detail
		if c.Next != "" {
			detail += "; " + c.Next
		}
		list.Add(c, c.Name, shown, detail)
	}
	return list.Write(w, opt)
}
