//go:build (darwin || linux) && (amd64 || arm64)

package capi

import (
	"runtime"

	"github.com/ebitengine/purego"
)

// load and symbol stay on a thread, as the loader keeps its words per thread.

func load(path string) (uintptr, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
}

func symbol(handle uintptr, name string) (uintptr, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return purego.Dlsym(handle, name)
}
