//go:build !unix

package wasm

import "errors"

// reserve needs address space that is committed when touched.
func reserve(int) ([]byte, error) {
	return nil, errors.New("wasm: no reserved memory on this platform")
}
