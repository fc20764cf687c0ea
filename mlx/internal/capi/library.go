package capi

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Library is a loaded libmlxc with its thread.
type Library struct {
	path    string
	version string
	handle  uintptr
	thread  *thread
	symbols map[string]uintptr
	message string    // of the last error
	out     [3]Handle // results of the call in progress, at a fixed address
	float   floatCalls
}

// Open loads the first usable library of paths.
func Open(paths []string) (*Library, error) {
	failed := &LoadError{}
	for _, p := range paths {
		l, err := open(p)
		if err == nil {
			return l, nil
		}
		failed.Attempts = append(failed.Attempts, Attempt{p, err})
	}
	return nil, failed
}

// generation is the API that this package is written for, told by symbols
// that it introduced; the last must be there.
var generation = []struct{ symbol, name string }{
	{"mlx_array_new", "an MLX-C library"},
	{"mlx_qqmm", "0.4.1"},
	{"mlx_device_count", "0.5"},
	{"mlx_hanning", "0.6"},
	{"mlx_fft_fftfreq", "MLX 0.31.2"},
}

func open(path string) (*Library, error) {
	handle, err := load(path)
	if err != nil {
		return nil, err
	}
	l := &Library{path: path, handle: handle, symbols: map[string]uintptr{}}
	for i, g := range generation {
		if _, err := symbol(handle, g.symbol); err != nil {
			if i == 0 {
				return nil, errors.New("not an MLX-C library")
			}
			return nil, fmt.Errorf("its API is older than that of %s; MLX-C for MLX 0.31.2 or newer is needed", g.name)
		}
	}
	l.thread = startThread(func(h Handle) { l.call("mlx_array_free", uintptr(h)) })
	err = nil
	l.Do(func() {
		l.installErrorHandler()
		l.version, err = l.readVersion()
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Path returns the path that was loaded.
func (l *Library) Path() string { return l.path }

// Version returns the version of MLX.
func (l *Library) Version() string { return l.version }

// Do runs f on the library's thread. It must not be called from within f.
func (l *Library) Do(f func()) { l.thread.do(f) }

// Release frees an array before the next Do; any goroutine may call it.
func (l *Library) Release(array Handle) { l.thread.release(array) }

// installErrorHandler keeps the message of each error. The handler runs inside
// the failing call and must neither panic nor call MLX.
func (l *Library) installErrorHandler() {
	handler := purego.NewCallback(func(message *byte, _ uintptr) uintptr {
		l.message = goString(message)
		return 0
	})
	l.call("mlx_set_error_handler", handler, 0, 0)
}

func (l *Library) readVersion() (string, error) {
	s := Handle(l.call("mlx_string_new"))
	l.out[0] = s
	if l.call("mlx_version", uintptr(unsafe.Pointer(&l.out[0]))) != 0 {
		return "", errors.New(l.message)
	}
	defer l.call("mlx_string_free", uintptr(l.out[0]))
	return goString((*byte)(pointer(l.call("mlx_string_data", uintptr(l.out[0]))))), nil
}

// call calls a function of integer and pointer arguments. What the pointers
// point at must not be on a goroutine's stack.
func (l *Library) call(name string, args ...uintptr) uintptr {
	sym, ok := l.symbols[name]
	if !ok {
		var err error
		if sym, err = symbol(l.handle, name); err != nil {
			panic(&core.Error{Op: name, Code: core.Unsupported, Msg: "the MLX-C library lacks this function: " + err.Error()})
		}
		l.symbols[name] = sym
	}
	r, _, _ := purego.SyscallN(sym, args...)
	return r
}

// fail panics with what the error handler heard.
func (l *Library) fail(op string) {
	panic(&core.Error{Op: op, Code: core.BadArgument, Msg: l.message})
}

// goString copies a C string.
func goString(p *byte) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}

// pointer makes a pointer of an address in C memory.
func pointer(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }

// Call collects the arguments of a function int f(mlx_array* res, …, stream).
type Call struct {
	lib   *Library
	name  string
	words []uintptr
	keep  []any // what words point at
}

// Op begins a call; see Call.
func (l *Library) Op(name string) *Call { return &Call{lib: l, name: name} }

// Array adds arrays; a null handle stands for none.
func (c *Call) Array(hs ...Handle) *Call {
	for _, h := range hs {
		c.words = append(c.words, uintptr(h))
	}
	return c
}

// Int adds an int or an enumeration.
func (c *Call) Int(v int) *Call { c.words = append(c.words, uintptr(uint32(int32(v)))); return c }

// Word adds a size_t.
func (c *Call) Word(v int) *Call { c.words = append(c.words, uintptr(v)); return c }

// Bool adds a bool.
func (c *Call) Bool(v bool) *Call {
	if v {
		return c.Word(1)
	}
	return c.Word(0)
}

// Some adds an optional int, float or enumeration that has a value, given by
// its bits.
func (c *Call) Some(bits uint32) *Call { c.words = append(c.words, uintptr(bits)|1<<32); return c }

// Ints adds an array of int and its length.
func (c *Call) Ints(vs []int) *Call {
	out := make([]int32, len(vs), len(vs)+1)
	for i, v := range vs {
		out[i] = int32(v)
	}
	return c.list(unsafe.Pointer(unsafe.SliceData(out)), len(vs), out)
}

// Int64s adds an array of int64_t and its length.
func (c *Call) Int64s(vs []int) *Call {
	out := make([]int64, len(vs), len(vs)+1)
	for i, v := range vs {
		out[i] = int64(v)
	}
	return c.list(unsafe.Pointer(unsafe.SliceData(out)), len(vs), out)
}

func (c *Call) list(p unsafe.Pointer, n int, owner any) *Call {
	c.keep = append(c.keep, owner)
	c.words = append(c.words, uintptr(p), uintptr(n))
	return c
}

// String adds a C string.
func (c *Call) String(s string) *Call {
	b := append(slices.Clone([]byte(s)), 0)
	c.keep = append(c.keep, b)
	c.words = append(c.words, uintptr(unsafe.Pointer(unsafe.SliceData(b))))
	return c
}

// Vector adds a vector of arrays, freed after the call.
func (c *Call) Vector(hs []Handle) *Call {
	c.keep = append(c.keep, hs)
	v := c.lib.call("mlx_vector_array_new_data", uintptr(unsafe.Pointer(unsafe.SliceData(hs))), uintptr(len(hs)))
	c.keep = append(c.keep, vector(v))
	c.words = append(c.words, v)
	return c
}

type vector uintptr

// Result makes the call on a stream and returns the new array.
func (c *Call) Result(stream Handle) Handle {
	l := c.lib
	l.out[0] = 0
	args := append([]uintptr{uintptr(unsafe.Pointer(&l.out[0]))}, c.words...)
	rc := l.call(c.name, append(args, uintptr(stream))...)
	c.done()
	if int32(rc) != 0 {
		l.fail(c.name)
	}
	return l.out[0]
}

// Results is Result for a function that returns a vector of arrays.
func (c *Call) Results(stream Handle) []Handle {
	v := c.Result(stream)
	l := c.lib
	defer l.call("mlx_vector_array_free", uintptr(v))
	out := make([]Handle, int(l.call("mlx_vector_array_size", uintptr(v))))
	for i := range out {
		l.out[1] = 0
		if int32(l.call("mlx_vector_array_get", uintptr(unsafe.Pointer(&l.out[1])), uintptr(v), uintptr(i))) != 0 {
			l.fail(c.name)
		}
		out[i] = l.out[1]
	}
	return out
}

func (c *Call) done() {
	for _, k := range c.keep {
		if v, ok := k.(vector); ok {
			c.lib.call("mlx_vector_array_free", uintptr(v))
		}
	}
	runtime.KeepAlive(c)
}
