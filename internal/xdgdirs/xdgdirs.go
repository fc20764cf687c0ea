// Package xdgdirs names the folders in which zmlx keeps what it writes.
//
// They follow the XDG base directories (and each system's own habits on macOS
// and Windows). $ZMLX_HOME, if set, holds all of them as subfolders, which is
// what tests and portable installations use. Nothing is created here.
package xdgdirs

import (
	"os"
	"os/user"
	"path/filepath"

	"github.com/adrg/xdg"
)

const app = "zmlx"

// Without $HOME the folders would lie in the root of the file system.
func init() {
	if _, err := os.UserHomeDir(); err == nil {
		return
	}
	if u, err := user.Current(); err == nil && u.HomeDir != "" {
		_ = os.Setenv("HOME", u.HomeDir) // fails for no name of this kind
		xdg.Reload()
	}
}

// Config is the folder of what users edit: key bindings, themes.
func Config() string { return dir("config", xdg.ConfigHome) }

// State is the folder of what zmlx remembers: baselines, history, drafts.
func State() string { return dir("state", xdg.StateHome) }

// Cache is the folder of what can be deleted at any time.
func Cache() string { return dir("cache", xdg.CacheHome) }

func dir(kind, base string) string {
	if home := os.Getenv("ZMLX_HOME"); home != "" {
		return filepath.Join(home, kind)
	}
	return filepath.Join(base, app)
}
