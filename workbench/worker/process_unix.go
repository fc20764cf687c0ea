//go:build unix

package worker

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// detach takes the child out of the terminal's foreground group.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// Pipe returns the child's side of the protocol. From then on what anybody
// prints to standard output goes to standard error.
func Pipe() (in, out *os.File, err error) {
	fd, err := unix.Dup(int(os.Stdout.Fd()))
	if err != nil {
		return nil, nil, err
	}
	unix.CloseOnExec(fd)
	if err := unix.Dup2(int(os.Stderr.Fd()), int(os.Stdout.Fd())); err != nil {
		return nil, nil, err
	}
	return os.Stdin, os.NewFile(uintptr(fd), "protocol"), nil
}
