package ir_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"

	"context"
	"fmt"
	"github.com/rogpeppe/go-internal/txtar"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/ir/irgen"
)

// run runs p on l.
func run(p *ir.Program, l exec.Launch) (exec.Result, error) {
	l.Entry, l.StepBudget = p.Entries[0], 1<<24
	return interp.Executor{}.Run(context.Background(), p, l)
}

// execute reports whether nothing was found.
func execute(p *ir.Program, l exec.Launch) bool {
	res, err := run(p, l)
	return err == nil && len(res.Findings) == 0
}

func differs(a, b exec.Launch) string {
	for i := range a.Buffers {
		for k := range a.Buffers[i].Data {
			if a.Buffers[i].Data[k] != b.Buffers[i].Data[k] {
				return fmt.Sprintf("buffer %d at byte %d", i, k)
			}
		}
	}
	return ""
}

// checkCase optimizes a random program. If its result changes, it reduces the
// program and names the pass. It says whether the program ended in time.
func checkCase(t testing.TB, seed uint64, size int) (ended bool) {
	c := irgen.New(seed, size)
	want, got := c.Clone(), c.Clone()
	res, err := run(c.Program, want)
	require.NoError(t, err, "seed %d size %d", seed, size)
	if slices.ContainsFunc(res.Findings, func(f exec.Finding) bool { return f.Kind == exec.EndlessLoop }) {
		return false // large programs' loops may take more than the budget
	}
	require.Empty(t, res.Findings, "seed %d size %d", seed, size)
	opt, err := ir.Optimize(c.Program)
	if err == nil && execute(opt, got) && differs(want, got) == "" {
		return true
	}
	small := irgen.Reduce(c.Program, func(p *ir.Program) bool { return breaks(t, c, p) != "" })
	stage := breaks(t, c, small)
	opt, err = ir.Optimize(small)
	t.Fatalf("seed %d size %d: %s (%v)\n%s\nbecame\n%s", seed, size, stage, err, small, opt)
	return true
}

// breaks names the pass after which p is wrong, "" if none.
func breaks(t testing.TB, c *irgen.Case, p *ir.Program) (stage string) {
	want := c.Clone()
	want.Checks = exec.Races
	if !execute(p, want) {
		return "" // reduced too far
	}
	last, err := ir.OptimizeTraced(p, func(pass string, p *ir.Program) {
		if stage != "" {
			return
		}
		got := c.Clone()
		if err := ir.Verify(p); err != nil {
			stage = pass + ": " + err.Error()
		} else if !execute(p, got) || differs(want, got) != "" {
			stage = pass + " changes " + differs(want, got)
		}
	})
	if stage == "" && err != nil {
		stage = err.Error()
	}
	if got := c.Clone(); stage == "" && (!execute(last, got) || differs(want, got) != "") {
		stage = "the end changes " + differs(want, got)
	}
	return stage
}

func TestOptimizeKeepsMeaning(t *testing.T) {
	for seed := range uint64(300) {
		require.True(t, checkCase(t, seed, 5+int(seed%60)), "seed %d", seed)
	}
}

func FuzzOptimize(f *testing.F) {
	f.Add(uint64(1), uint8(20))
	f.Fuzz(func(t *testing.T, seed uint64, size uint8) { checkCase(t, seed, int(size)) })
}

func TestTextOfRandomPrograms(t *testing.T) {
	for seed := range uint64(50) {
		text := irgen.New(seed, 40).Program.String()
		p, err := ir.Parse(text)
		require.NoError(t, err)
		require.NoError(t, ir.Verify(p))
		require.Equal(t, text, p.String())
	}
}

var update = flag.Bool("update", false, "rewrite the wanted sections of testdata")

// TestOptimizeText compares what Optimize makes of testdata/optimize.
func TestOptimizeText(t *testing.T) {
	files, err := filepath.Glob("testdata/optimize/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		require.NoError(t, err)
		p, err := ir.Parse(string(ar.Files[0].Data))
		require.NoError(t, err, file)
		require.NoError(t, ir.Verify(p), file)
		opt, err := ir.Optimize(p)
		require.NoError(t, err, file)
		want := &ar.Files[1]
		if got := opt.String(); *update && got != string(want.Data) {
			want.Data = []byte(got)
			require.NoError(t, os.WriteFile(file, txtar.Format(ar), 0o644))
		}
		require.Equal(t, string(want.Data), opt.String(), file)
	}
}
