package host

import "golang.org/x/sys/unix"

func physicalMemory() int64 {
	n, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return int64(n)
}

func systemFreeMemory() int64 { return 0 }

func inLargePages([]byte) {} // the system decides
