package tui

import (
	"path/filepath"

	"github.com/fsnotify/fsnotify"
)

// watcher tells when files that are open change on disk. It watches folders,
// since most programs replace a file when they write it.
type watcher struct {
	notify *fsnotify.Watcher
	dirs   map[string]bool
}

// newWatcher starts a watcher; without one (some file systems have none) the
// program works, and looks at a file when it is about to overwrite it.
func newWatcher(changed func(path string)) *watcher {
	n, err := fsnotify.NewWatcher()
	if err != nil {
		return &watcher{}
	}
	go func() {
		for {
			select {
			case e, ok := <-n.Events:
				if !ok {
					return
				}
				if e.Has(fsnotify.Write) || e.Has(fsnotify.Create) || e.Has(fsnotify.Rename) || e.Has(fsnotify.Remove) {
					changed(e.Name)
				}
			case _, ok := <-n.Errors:
				if !ok {
					return
				}
			}
		}
	}()
	return &watcher{notify: n, dirs: map[string]bool{}}
}

// add watches the folder of a file.
func (w *watcher) add(path string) {
	if w == nil || w.notify == nil || path == "" {
		return
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return
	}
	if dir := filepath.Dir(abs); !w.dirs[dir] {
		w.dirs[dir] = w.notify.Add(dir) == nil
	}
}

func (w *watcher) close() {
	if w != nil && w.notify != nil {
		_ = w.notify.Close()
	}
}
