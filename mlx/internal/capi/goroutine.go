//go:build amd64 || arm64

package capi

// goroutine returns the address of the running goroutine's descriptor. It
// tells apart goroutines that live at the same time.
func goroutine() uintptr
