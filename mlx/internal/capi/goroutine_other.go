//go:build !amd64 && !arm64

package capi

// goroutine is not needed where there is no MLX.
func goroutine() uintptr { return 0 }
