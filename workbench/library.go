package workbench

import (
	"context"
	"sync"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/sema"
)

// Library is a list of .metal files that are linked: what one of them defines
// the others may call.
type Library struct {
	Files []string `json:"files"`

	mu       sync.Mutex
	compiled int             // of the files, in their order
	defined  map[string]bool // symbols of these
}

// defines reports whether a file of the library defines a symbol of sema.Unit.
// A file is compiled, once, when nothing before it has a symbol that is asked for.
func (l *Library) defines(ctx context.Context, opt MetalOptions, symbol string) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.defined[symbol] && l.compiled < len(l.Files) && ctx.Err() == nil {
		l.add(l.Files[l.compiled], opt)
		l.compiled++
	}
	return l.defined[symbol]
}

func (l *Library) add(file string, opt MetalOptions) {
	text, err := readDocument(file)
	if err != nil {
		return // which is this document's own verdict
	}
	if l.defined == nil {
		l.defined = map[string]bool{}
	}
	includes := includer{dirs: opt.IncludeDirs, texts: map[string]string{}}
	msl.Compile(file, text, msl.Options{Version: msl.Versions[opt.Std], Defines: opt.Defines, Include: includes.find,
		Unit: sema.Unit{Define: func(s string) { l.defined[s] = true }}})
}
