package wasm

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/lower"
)

var tgs = map[string]exec.Dim{"matmul_tiled": {16, 16, 1}, "qmv": {32, 1, 1}}

func TestZZ(t *testing.T) {
	files, _ := filepath.Glob("/tmp/irk/*.metal")
	for _, f := range files {
		text, _ := os.ReadFile(f)
		name := filepath.Base(f)
		name = name[:len(name)-6]
		res := msl.Compile(f, string(text), msl.Options{Preamble: true})
		at := time.Now()
		p, err := lower.Prepare(res.Program)
		if err != nil {
			t.Fatal(err)
		}
		prep := time.Since(at)
		tg, ok := tgs[name]
		if !ok {
			tg = exec.Dim{256, 1, 1}
		}
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{tg[0] * 64, tg[1] * 64, 1}, Threadgroup: tg, LocalBytes: map[int]int{}}
		if tg[1] == 1 {
			l.Grid[1] = 1
		}
		w, err := WAT(p, l)
		os.WriteFile(f+".wat", []byte(w), 0o644)
		os.WriteFile(f+".opt", []byte(p.String()), 0o644)
		at = time.Now()
		m, _, err := (Executor{}).module(p, l)
		t.Log(name, prep, time.Since(at), len(w), err, m != nil)
	}
}
