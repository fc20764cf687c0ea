package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/mlxtest"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"zmlx": main})
}

// TestScripts runs the real command line. Beside testscript's own commands
// there are
//
//	exits CODE zmlx ARG…       the exit code must be CODE
//	npy FILE DTYPE SHAPE V…    write an array: npy x.npy float32 2x2 1 2 3 4
//	npycmp FILE V…             a file must hold these values
//	jsonlines FILE             each line of a file (or stdout) must be JSON
//	copies FILE DIR N          copy a file N times into a folder
//	library KIND FILE          write a library that is no libmlxc: see mlxtest.BrokenLibrary
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("ZMLX_HOME", env.WorkDir+"/home")
			env.Setenv("NO_COLOR", "")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":     exits,
			"npy":       writeNpy,
			"npycmp":    compareNpy,
			"jsonlines": jsonLines,
			"copies":    copies,
			"library":   brokenLibrary,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var e *exec.ExitError
		if !errors.As(err, &e) {
			ts.Fatalf("%v", err)
		}
		got = e.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func writeNpy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: npy FILE DTYPE SHAPE VALUE…")
	}
	dtype, err := mlx.ParseDType(args[1])
	ts.Check(err)
	shape := []int{}
	for d := range strings.SplitSeq(args[2], "x") {
		n, err := strconv.Atoi(d)
		ts.Check(err)
		shape = append(shape, n)
	}
	values := make([]float64, len(args)-3)
	for i, text := range args[3:] {
		values[i], err = strconv.ParseFloat(text, 64)
		ts.Check(err)
	}
	a := mlx.FromFloat64s(dtype, values, shape...)
	ts.Check(tensorfile.SaveNpy(context.Background(), ts.MkAbs(args[0]), tensorfile.Tensor{DType: dtype, Shape: shape, Data: a.Bytes()}))
}

func compareNpy(ts *testscript.TestScript, neg bool, args []string) {
	t, err := tensorfile.LoadNpy(ts.MkAbs(args[0]))
	ts.Check(err)
	var got []string
	for _, v := range mlx.FromBytes(t.DType, t.Shape, t.Data).Float64s() {
		got = append(got, strconv.FormatFloat(v, 'g', 6, 64))
	}
	if have, want := strings.Join(got, " "), strings.Join(args[1:], " "); (have == want) == neg {
		ts.Fatalf("%s holds %s", args[0], have)
	}
}

func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	for i, line := range strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n") {
		if json.Valid([]byte(line)) == neg {
			ts.Fatalf("line %d: %s", i+1, line)
		}
	}
}

func copies(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	dir := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(dir, 0o755))
	text := []byte(ts.ReadFile(args[0]))
	for i := range n {
		ts.Check(os.WriteFile(filepath.Join(dir, strconv.Itoa(i)+"."+args[0]), text, 0o644))
	}
}

func brokenLibrary(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: library KIND FILE")
	}
	ts.Check(mlxtest.BrokenLibrary(ts.MkAbs(args[1]), args[0]))
}
