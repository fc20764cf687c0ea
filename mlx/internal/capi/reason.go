package capi

import (
	"cmp"
	"debug/elf"
	"debug/macho"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const missing = "no such file"

// loadError says in a few words why a file cannot be loaded, before the
// loader's own.
func loadError(path string, err error) error {
	words := strings.TrimPrefix(err.Error(), path+": ")
	why := reason(path)
	if why == "" && (strings.Contains(words, ": cannot open shared object file") || strings.Contains(words, "Library not loaded")) {
		why = "a library that it needs is missing"
	}
	switch why {
	case "":
		return errors.New(words)
	case missing: // of which the loader has nothing more to say
		return errors.New(why)
	}
	return fmt.Errorf("%s (%s)", why, words)
}

// reason looks at the file itself; "" leaves the word to the loader.
func reason(path string) string {
	if !strings.ContainsRune(path, filepath.Separator) {
		return "" // the loader searches
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return missing
	case err != nil:
		return err.Error()
	case info.IsDir():
		return "a folder, not a library"
	}
	machine, err := processor(path)
	switch {
	case err != nil:
		return "no library for this system, or a damaged one"
	case machine != "" && machine != runtime.GOARCH:
		return "built for " + machine + ", not for " + runtime.GOARCH
	}
	return ""
}

// processor returns what a library is built for, "" if for several.
func processor(path string) (string, error) {
	if runtime.GOOS == "darwin" {
		if fat, err := macho.OpenFat(path); err == nil {
			return "", fat.Close()
		}
		f, err := macho.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		return cmp.Or(map[macho.Cpu]string{macho.CpuAmd64: "amd64", macho.CpuArm64: "arm64"}[f.Cpu], f.Cpu.String()), nil
	}
	f, err := elf.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return cmp.Or(map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64"}[f.Machine], f.Machine.String()), nil
}
