// Command metalcorpus compiles every Metal source of a folder and prints what
// each gives, with the first error where there is one, and a table of the
// reasons for failure:
//
//	go run ./internal/metalcorpus [-run] [-I DIR]... [-D NAME=VALUE]... PATH...
//
// A path is a .metal file or a folder of them. With -run every kernel is launched
// over drawn buffers on both executors, which must agree in every bit. The exit code is 1 if any file
// does not compile or any launch differs, 2 if there is none. The tests of this package run kernels of MLX and PyTorch;
// docs/corpora.md says how, and what they found.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	var dirs, defines list
	flag.Var(&dirs, "I", "folder to look for includes in")
	flag.Var(&defines, "D", "macro, NAME=VALUE")
	run := flag.Bool("run", false, "launch every kernel on both executors and compare")
	flag.Parse()
	files, err := sources(flag.Args())
	if err == nil && len(files) == 0 {
		err = errors.New("no .metal files; give files or folders: metalcorpus -I DIR PATH")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	opt := msl.Options{Defines: map[string]string{}}
	for _, d := range defines {
		name, value, ok := strings.Cut(d, "=")
		if !ok {
			value = "1"
		}
		opt.Defines[name] = value
	}
	t := totals{reasons: make(map[string]int), outcomes: make(map[outcome]int)}
	for _, file := range files {
		if p := t.compile(file, dirs, opt); p != nil && *run {
			t.launchAll(file, p)
		}
	}
	t.print(len(files))
	if t.failed > 0 || t.outcomes[differ] > 0 {
		os.Exit(1)
	}
}

// totals are the sums over all files.
type totals struct {
	entries, failed, lines int
	took                   time.Duration
	reasons                map[string]int // files by the message of their first error
	outcomes               map[outcome]int
}

func (t *totals) print(files int) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("%d files, %d lines with includes, %d entries, %d files with errors\n", files, t.lines, t.entries, t.failed)
	fmt.Printf("%v, %.0f lines/s, %d MiB\n", t.took.Round(time.Millisecond), float64(t.lines)/max(t.took.Seconds(), 1e-9), m.Sys>>20)
	reasons := slices.SortedFunc(maps.Keys(t.reasons), func(a, b string) int {
		return cmp.Or(t.reasons[b]-t.reasons[a], strings.Compare(a, b))
	})
	for _, r := range reasons {
		fmt.Printf("%8d  %s\n", t.reasons[r], r)
	}
	for _, o := range slices.Sorted(maps.Keys(t.outcomes)) {
		fmt.Printf("%8d  launches %s\n", t.outcomes[o], o)
	}
}

// quoted is what differs between errors of one kind.
var quoted = regexp.MustCompile(`'[^']*'`)

// compile compiles a file and prints a line about it, and its first error. The
// program is nil if there is one.
func (t *totals) compile(file string, dirs []string, opt msl.Options) *ir.Program {
	text, err := os.ReadFile(file)
	if err != nil {
		fmt.Printf("%8s  %s: %v\n", "-", file, err)
		t.failed++
		t.reasons["cannot be read"]++
		return nil
	}
	t.lines += strings.Count(string(text), "\n")
	find := includes(dirs)
	opt.Include = func(name, from string, angled bool) (string, string, error) {
		path, text, err := find(name, from, angled)
		t.lines += strings.Count(text, "\n")
		return path, text, err
	}
	start := time.Now()
	r := msl.Compile(file, string(text), opt)
	took := time.Since(start)
	t.took += took
	entries := 0
	if r.Program != nil {
		entries = len(r.Program.Entries)
	}
	t.entries += entries
	fmt.Printf("%8d  %8v  %s\n", entries, took.Round(time.Millisecond), file)
	for _, d := range r.Diagnostics {
		if d.Severity == diag.Error {
			fmt.Println(diag.Render(r.Sources, d))
			t.failed++
			t.reasons[quoted.ReplaceAllString(d.Message, "'…'")]++
			return nil
		}
	}
	return r.Program
}

// includes finds #include files beside the including one and in folders.
func includes(dirs []string) func(name, from string, angled bool) (path, text string, err error) {
	return func(name, from string, _ bool) (string, string, error) {
		for _, dir := range append([]string{filepath.Dir(from)}, dirs...) {
			path := filepath.Join(dir, name)
			if text, err := os.ReadFile(path); err == nil {
				return path, string(text), nil
			}
		}
		return "", "", fs.ErrNotExist
	}
}

// sources lists the .metal files of paths.
func sources(paths []string) ([]string, error) {
	var files []string
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			plain := err == nil && (d.Type().IsRegular() || d.Type()&fs.ModeSymlink != 0)
			if plain && (path == p || filepath.Ext(path) == ".metal") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}
