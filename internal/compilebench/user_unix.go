//go:build unix

package compilebench

import (
	"time"

	"golang.org/x/sys/unix"
)

// userTime is the processor time of this process.
func userTime() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano())
}
