//go:build !unix

package worker

import (
	"os"
	"os/exec"
)

func detach(*exec.Cmd) {}

// Pipe returns the child's side of the protocol.
func Pipe() (in, out *os.File, err error) {
	out = os.Stdout
	os.Stdout = os.Stderr
	return os.Stdin, out, nil
}
