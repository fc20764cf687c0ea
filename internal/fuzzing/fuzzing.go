// Package fuzzing holds what the fuzz targets of the compiler share: seeds
// that travel inside the test binary, a minimizer on a short leash, and a
// guard that ends a process whose input takes too long or too much memory.
package fuzzing

import (
	"flag"
	"fmt"
	"io/fs"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/zmlx/zmlx/internal/cputime"
)

// What an input may cost.
const (
	MaxInput  = 64 << 10 // bytes; longer inputs are not tried
	maxMemory = 1 << 30  // bytes of heap
	maxStack  = 256 << 20
	maxTime   = time.Second // of the processor
	// maxTimeSeed holds for seeds in an ordinary test run, which shares the
	// machine with other packages' tests.
	maxTimeSeed = 20 * time.Second
)

// minimize replaces the testing package's default of 60 s for each input with
// new coverage, during which it tries nothing new and counts no execution.
const minimize = "50x"

// Prepare readies a target; it goes before f.Fuzz. A -fuzzminimizetime of the
// user's stays.
func Prepare(f *testing.F) {
	f.Helper()
	given := false
	flag.Visit(func(fl *flag.Flag) { given = given || fl.Name == "test.fuzzminimizetime" })
	if given {
		return
	}
	if err := flag.Set("test.fuzzminimizetime", minimize); err != nil {
		f.Fatal(err)
	}
}

// Files gives the text of every file of a folder whose name ends in suffix,
// those inside txtar archives too.
func Files(fsys fs.FS, suffix string) ([]string, error) {
	var texts []string
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, path)
		if err != nil {
			return err
		}
		files := []txtar.File{{Name: path, Data: data}}
		if strings.HasSuffix(path, ".txtar") {
			files = txtar.Parse(data).Files
		}
		for _, file := range files {
			if strings.HasSuffix(file.Name, suffix) {
				texts = append(texts, string(file.Data))
			}
		}
		return nil
	})
	return texts, err
}

// since is when the input under Guard began, in nanoseconds, and worked the
// processor time of this process then; 0 between inputs.
var since, worked atomic.Int64

// Guard runs try, which handles one input, and ends the process with a panic
// if it takes longer or more heap than an input may. The fuzzing engine then
// keeps the input. Inputs must be guarded one at a time.
func Guard(try func()) {
	watch()
	worked.Store(int64(cputime.All()))
	since.Store(time.Now().UnixNano())
	defer since.Store(0)
	try()
}

var watch = sync.OnceFunc(func() {
	debug.SetMaxStack(maxStack)
	limit := maxTimeSeed
	if fl := flag.Lookup("test.fuzz"); fl != nil && fl.Value.String() != "" {
		limit = maxTime
	}
	go func() {
		heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for range time.Tick(20 * time.Millisecond) {
			start := since.Load()
			if start == 0 {
				continue
			}
			took := time.Duration(time.Now().UnixNano() - start)
			if now := cputime.All(); now > 0 && took < maxTimeSeed { // others may use the machine, too
				took = min(took, now-time.Duration(worked.Load()))
			}
			if took > limit {
				panic(fmt.Sprintf("the input has taken %v", took))
			}
			if metrics.Read(heap); heap[0].Value.Uint64() > maxMemory {
				panic(fmt.Sprintf("the input has taken %d MiB", heap[0].Value.Uint64()>>20))
			}
		}
	}()
})
