package workbench

import (
	"os"
	"path/filepath"

	"github.com/zmlx/zmlx/mlx"
)

// captureVariable lets Metal record; it looks when the program starts.
const captureVariable = "MTL_CAPTURE_ENABLED"

// capture runs f and records the device's work in it to a .gputrace file, if a
// path is given.
func capture(d mlx.Device, path string, f func() error) error {
	if path == "" {
		return f()
	}
	return d.(mlx.Capturer).Capture(path, f)
}

// capturerAmong is the device that can capture, or the first where none can.
func capturerAmong(devices []mlx.Device) mlx.Device {
	for _, d := range devices {
		if _, ok := d.(mlx.Capturer); ok {
			return d
		}
	}
	return devices[0]
}

// checkCapture refuses before anything is done what capture could not do.
func checkCapture(d mlx.Device, path string) error {
	if path == "" {
		return nil
	}
	if _, ok := d.(mlx.Capturer); !ok {
		return &Error{Code: CodeDevice, Message: "the device " + d.Name() + " records no GPU trace",
			Next: "Xcode's traces come from --device metal; zmlx profile shows what each line does on any device"}
	}
	if filepath.Ext(path) != ".gputrace" {
		return usagef("Xcode opens files that end in .gputrace", "--capture %s", path)
	}
	if _, err := os.Lstat(path); err == nil {
		return &Error{Code: CodeFile, Message: path + " is there already", Next: "Metal writes new files only: remove it, or choose another name"}
	}
	if os.Getenv(captureVariable) == "" {
		return usagef("set "+captureVariable+"=1 and run again", "Metal records only where the environment allowed it when the program started")
	}
	return nil
}
