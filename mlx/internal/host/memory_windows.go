package host

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var globalMemoryStatusEx = windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")

// memoryStatus is MEMORYSTATUSEX.
type memoryStatus struct {
	length uint32
	load   uint32
	total  uint64
	_      [2]uint64
	free   uint64 // to commit: Windows promises no more than it has
	_      [3]uint64
}

func readMemoryStatus() (s memoryStatus) {
	s.length = uint32(unsafe.Sizeof(s))
	if ok, _, _ := globalMemoryStatusEx.Call(uintptr(unsafe.Pointer(&s))); ok == 0 {
		return memoryStatus{}
	}
	return s
}

func physicalMemory() int64 { return int64(readMemoryStatus().total) }

func systemFreeMemory() int64 { return int64(readMemoryStatus().free) }

func inLargePages([]byte) {} // the system decides
