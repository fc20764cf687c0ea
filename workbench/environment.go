package workbench

import (
	"os"
	"runtime"

	"github.com/zmlx/zmlx/mlx"
)

// Environment is what a measurement depends on beside the kernel. Numbers
// from different environments are not compared.
type Environment struct {
	Device      string `json:"device"`
	Description string `json:"description"`
	Executor    string `json:"executor"`
	OS          string `json:"os"`
	Arch        string `json:"arch"`
	Cores       int    `json:"cores"`
	Go          string `json:"go"`
	Host        string `json:"host"`
}

func environment(d mlx.Device) Environment {
	info := d.Info()
	host, _ := os.Hostname()
	return Environment{Device: d.Name(), Description: info.Description, Executor: info.Executor,
		OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: info.Cores, Go: runtime.Version(), Host: host}
}

// Comparable says why numbers of two environments cannot be compared, "" if
// they can.
func (e Environment) Comparable(other Environment) string {
	switch {
	case e.Device != other.Device:
		return "measured on device " + other.Device
	case e.Host != other.Host:
		return "measured on another machine (" + other.Host + ")"
	case e.Description != other.Description || e.Cores != other.Cores || e.Executor != other.Executor:
		return "measured with another device configuration"
	}
	return ""
}
