package workbench

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// savable says before a launch why the files that it shall write cannot be
// written: afterwards some of them might be, and others not.
func savable(paths []string) error {
	for i, path := range paths {
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return usagef("make it first", "cannot save %s: there is no folder %s", path, filepath.Dir(path))
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return usagef("name a file", "cannot save %s: it is a folder", path)
		}
		if slices.Contains(paths[:i], path) && !tensorfile.IsSafetensors(path) {
			return usagef("name a file for each", "cannot save two arrays to %s", path)
		}
	}
	return nil
}
