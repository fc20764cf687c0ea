//go:build unix

// Package cputime tells how long the processor worked for this process, whatever
// else the machine does meanwhile.
package cputime

import (
	"time"

	"golang.org/x/sys/unix"
)

// User is the processor time that this process took, outside of the system.
func User() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano())
}

// All is User and what the system worked on its behalf.
func All() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
