//go:build unix

package wasm

import "golang.org/x/sys/unix"

// reserve maps anonymous memory; pages are committed when touched.
func reserve(n int) ([]byte, error) {
	return unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
}
