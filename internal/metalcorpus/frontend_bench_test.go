package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/internal/gcroom"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// BenchmarkFrontEnd measures the front end on one core over MLX's own sources,
// text to diagnostics and verified IR, the collector's work included and the
// reading of files not. Lines are those of a unit and of every file that it
// includes, each counted once; Metal's own headers have none.
//
//   - instances: MLX's largest kernels, a unit of one instance each over all
//     headers that it includes, as MLX compiles kernels while a program runs.
//     Most templates of a header are parsed, and not instantiated.
//   - library: the files that MLX ships compiled, with all their instances:
//     15,150 kernels, each checked and lowered by itself, of 78,000 lines.
func BenchmarkFrontEnd(b *testing.B) {
	root := corpus(b)
	b.Run("instances", func(b *testing.B) {
		var units []sourceText
		for _, l := range largest() {
			file, text, _ := l.source(b)
			units = append(units, sourceText{file, text})
		}
		frontEnd(b, gcroom.Kernel, root, units)
	})
	b.Run("library", func(b *testing.B) {
		files, err := sources([]string{filepath.Join(root, kernelsOfMLX)})
		require.NoError(b, err)
		var units []sourceText
		for _, file := range files {
			if strings.HasSuffix(file, "_nax.metal") {
				continue // Metal 4's tensors
			}
			text, err := os.ReadFile(file)
			require.NoError(b, err)
			units = append(units, sourceText{file, string(text)})
		}
		frontEnd(b, gcroom.Library, root, units)
	})
}

type sourceText struct{ file, text string }

// frontEnd compiles units, all in each iteration.
func frontEnd(b *testing.B, room int, root string, units []sourceText) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer runtime.KeepAlive(gcroom.Make(room)) // as the program does
	h := headers{find: includes([]string{root}), read: map[[2]string]header{}, unit: map[string]bool{}}
	compile := func() (entries int) {
		for _, u := range units {
			r := msl.Compile(u.file, u.text, msl.Options{Include: h.include})
			if r.Program == nil {
				b.Fatal(diag.RenderAll(r.Sources, r.Diagnostics))
			}
			entries += len(r.Program.Entries)
			h.lines += strings.Count(u.text, "\n")
			clear(h.unit)
		}
		return entries
	}
	entries := compile()
	lines := h.lines
	b.ReportAllocs()
	for b.Loop() {
		compile()
	}
	perSecond := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(float64(lines), "lines")
	b.ReportMetric(float64(lines)*perSecond, "lines/s")
	b.ReportMetric(float64(entries)*perSecond, "kernels/s")
}

// headers are files that are included, read once and counted once a unit.
type headers struct {
	find  func(name, from string, angled bool) (path, text string, err error)
	read  map[[2]string]header // by name and the folder of the file that includes it
	unit  map[string]bool      // paths that the unit has included
	lines int
}

type header struct {
	path, text string
	lines      int
	err        error
}

func (h *headers) include(name, from string, angled bool) (path, text string, err error) {
	key := [2]string{name, filepath.Dir(from)}
	f, known := h.read[key]
	if !known {
		f.path, f.text, f.err = h.find(name, from, angled)
		f.lines = strings.Count(f.text, "\n")
		h.read[key] = f
	}
	if !h.unit[f.path] {
		h.unit[f.path] = true
		h.lines += f.lines
	}
	return f.path, f.text, f.err
}
