//go:build !linux && !darwin && !windows

package host

func physicalMemory() int64 { return 0 }

func systemFreeMemory() int64 { return 0 }

func inLargePages([]byte) {} // the system decides
