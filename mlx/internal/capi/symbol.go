package capi

import (
	"sync"

	"github.com/ebitengine/purego"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Fn is a C function: an index into the table of all that this program calls.
// Symbols are bound at their first use, so a library may lack what nobody asks
// for.
type Fn int

var table struct {
	sync.Mutex
	names []string
	index map[string]Fn
}

// Symbol enters a function into the table.
func Symbol(name string) Fn {
	table.Lock()
	defer table.Unlock()
	if f, ok := table.index[name]; ok {
		return f
	}
	if table.index == nil {
		table.index = map[string]Fn{}
	}
	f := Fn(len(table.names))
	table.names, table.index[name] = append(table.names, name), f
	return f
}

// Symbols lists the table.
func Symbols() []string {
	table.Lock()
	defer table.Unlock()
	return table.names[:len(table.names):len(table.names)]
}

func (f Fn) String() string { return Symbols()[f] }

// address returns where a function is.
func (l *Library) address(f Fn) uintptr {
	if int(f) < len(l.bound) && l.bound[f] != 0 {
		return l.bound[f]
	}
	at, err := l.lookup(f.String())
	if err != nil {
		panic(&core.Error{Op: f.String(), Code: core.Unsupported, Msg: "the MLX-C library lacks this function: " + err.Error()})
	}
	if n := len(Symbols()); len(l.bound) < n {
		l.bound = append(l.bound, make([]uintptr, n-len(l.bound))...)
	}
	l.bound[f] = at
	return at
}

// call calls a function of integer and pointer arguments.
//
//go:uintptrescapes
func (l *Library) call(f Fn, args ...uintptr) uintptr {
	n := copy(l.args[:], args)
	r, _, _ := purego.SyscallN(l.address(f), l.args[:n]...)
	return r
}
