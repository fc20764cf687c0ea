package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl"
)

// fate is what became of an entry of MLX: how many launches it had and how many
// of them agreed, or why there was none.
type fate struct {
	launched, agreed int
	why              string
}

// ledger holds the fates by file and entry.
var ledger = struct {
	sync.Mutex
	files map[string]map[string]*fate
}{files: map[string]map[string]*fate{}}

// record changes the fate of an entry.
func record(file, entry string, change func(f *fate)) {
	ledger.Lock()
	defer ledger.Unlock()
	if ledger.files[file] == nil {
		ledger.files[file] = map[string]*fate{}
	}
	f := ledger.files[file][entry]
	if f == nil {
		f = &fate{}
		ledger.files[file][entry] = f
	}
	change(f)
}

// TestMain holds that when all tests ran no entry of MLX is without a launch or
// a reason, and with -v prints what became of the entries of each file.
func TestMain(m *testing.M) {
	code := m.Run()
	if root := os.Getenv(corpusVariable); root != "" && flag.Lookup("test.run").Value.String() == "" {
		if err := audit(root, testing.Verbose()); err != nil {
			fmt.Println(err)
			code = cmp.Or(code, 1)
		}
	}
	os.Exit(code)
}

// audit compares the ledger with the entries that MLX's files have.
func audit(root string, verbose bool) error {
	folder := filepath.Join(root, kernelsOfMLX)
	files, err := sources([]string{folder})
	if err != nil {
		return err
	}
	var unknown []string
	total, launched, agreed := 0, 0, 0
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, _ := filepath.Rel(folder, path)
		program, err := mlx.HostDevice().CompileFile(context.Background(), path, string(text), msl.Options{Include: includes([]string{root})})
		if err != nil {
			if verbose {
				first, _, _ := strings.Cut(err.Error(), "\n")
				fmt.Printf("%-52s %s\n", file, first)
			}
			continue
		}
		l, a, why := 0, 0, map[string]int{}
		for _, e := range program.Entries() {
			f := ledger.files[file][e.Name]
			switch {
			case f == nil:
				unknown = append(unknown, file+": "+e.Name)
			case f.launched > 0:
				l++
				if f.launched == f.agreed {
					a++
				}
			default:
				why[f.why]++
			}
		}
		total, launched, agreed = total+len(program.Entries()), launched+l, agreed+a
		if verbose {
			fmt.Printf("%-52s %5d entries %5d launched %5d agreed\n", file, len(program.Entries()), l, a)
			for _, reason := range slices.Sorted(maps.Keys(why)) {
				fmt.Printf("%58d not: %s\n", why[reason], reason)
			}
		}
	}
	if verbose {
		fmt.Printf("%-52s %5d entries %5d launched %5d agreed\n", "MLX", total, launched, agreed)
	}
	if len(unknown) > 0 {
		return fmt.Errorf("%d entries that no test launches or names, the first %s", len(unknown), unknown[0])
	}
	return nil
}
