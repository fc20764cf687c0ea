package profile

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Conditions are what the machine does beside a measurement. What is not known
// is 0; only Linux tells.
type Conditions struct {
	Load      float64 `json:"load,omitempty"`      // mean number of running tasks over the last minute
	Throttled int64   `json:"throttled,omitempty"` // how often heat has slowed a core down since the start of the machine
	Celsius   float64 `json:"celsius,omitempty"`   // the hottest zone
}

// ReadConditions asks the system.
func ReadConditions() Conditions { return readConditions("/") }

func readConditions(root string) (c Conditions) {
	number := func(path string) float64 {
		text, _ := os.ReadFile(path)
		fields := strings.Fields(string(text) + " 0")
		f, _ := strconv.ParseFloat(fields[0], 64)
		return f
	}
	each := func(pattern string, visit func(v float64)) {
		paths, _ := filepath.Glob(filepath.Join(root, pattern))
		for _, p := range paths {
			visit(number(p))
		}
	}
	c.Load = number(filepath.Join(root, "proc/loadavg"))
	each("sys/devices/system/cpu/cpu*/thermal_throttle/core_throttle_count", func(v float64) { c.Throttled += int64(v) })
	each("sys/class/thermal/thermal_zone*/temp", func(v float64) { c.Celsius = max(c.Celsius, v/1000) })
	return c
}

// Warnings says why a measurement between two readings may not be trusted.
func (c Conditions) Warnings(after Conditions) []string {
	var out []string
	if cores := runtime.NumCPU(); c.Load > float64(cores)/2 {
		out = append(out, fmt.Sprintf("the machine was busy before the start: load %.1f on %d cores", c.Load, cores))
	}
	if n := after.Throttled - c.Throttled; n > 0 {
		out = append(out, fmt.Sprintf("heat slowed cores down meanwhile, times: %d", n))
	}
	return out
}
