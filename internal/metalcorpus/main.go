// Command metalcorpus compiles every Metal source of a folder and prints what
// each gives, with the first error where there is one:
//
//	go run ./internal/metalcorpus [-I DIR]... [-D NAME=VALUE]... PATH...
//
// A path is a .metal file or a folder of them. The exit code is 1 if any file
// does not compile. The tests of this package run kernels of such a corpus.
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	var dirs, defines list
	flag.Var(&dirs, "I", "folder to look for includes in")
	flag.Var(&defines, "D", "macro, NAME=VALUE")
	flag.Parse()
	files, err := sources(flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	opt := msl.Options{Defines: map[string]string{}}
	for _, d := range defines {
		name, value, _ := strings.Cut(d, "=")
		opt.Defines[name] = value
	}
	entries, failed := 0, 0
	for _, file := range files {
		n, problem := compile(file, dirs, opt)
		entries += n
		if problem != "" {
			failed++
		}
	}
	fmt.Printf("%d files, %d entries, %d files with errors\n", len(files), entries, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

// compile compiles a file and prints a line about it, and its first error.
func compile(file string, dirs []string, opt msl.Options) (entries int, problem string) {
	text, err := os.ReadFile(file)
	if err != nil {
		fmt.Printf("%8s  %s: %v\n", "-", file, err)
		return 0, err.Error()
	}
	opt.Include = includes(dirs)
	start := time.Now()
	r := msl.Compile(file, string(text), opt)
	took := time.Since(start).Round(time.Millisecond)
	if r.Program != nil {
		entries = len(r.Program.Entries)
	}
	for _, d := range r.Diagnostics {
		if d.Severity == diag.Error {
			problem = diag.Render(r.Sources, d)
			break
		}
	}
	fmt.Printf("%8d  %8v  %s\n", entries, took, file)
	if problem != "" {
		fmt.Println(problem)
	}
	return entries, problem
}

// includes finds #include files beside the including one and in folders.
func includes(dirs []string) func(name, from string, angled bool) (path, text string, ok bool) {
	return func(name, from string, _ bool) (string, string, bool) {
		for _, dir := range append([]string{filepath.Dir(from)}, dirs...) {
			path := filepath.Join(dir, name)
			if text, err := os.ReadFile(path); err == nil {
				return path, string(text), true
			}
		}
		return "", "", false
	}
}

// sources lists the .metal files of paths.
func sources(paths []string) ([]string, error) {
	var files []string
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (path == p || filepath.Ext(path) == ".metal") {
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
