package capi

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Library is a loaded libmlxc with its thread.
type Library struct {
	path    string
	version string
	lookup  Lookup
	thread  *thread
	bound   []uintptr // addresses by Fn, 0 until the first use
	message string    // of the last error

	// These have fixed addresses off the stack, as C reads and writes them.
	args   [maxWords]uintptr
	out    [3]Handle // results of the call in progress
	op     Call
	floats floatCalls
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

func open(path string) (*Library, error) {
	handle, err := load(path)
	if err != nil {
		return nil, loadError(path, err)
	}
	return New(path, func(name string) (uintptr, error) { return symbol(handle, name) })
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

// Lookup finds the address of a C function.
type Lookup func(name string) (uintptr, error)

// New makes a Library of the functions that lookup finds; path says where they
// come from.
func New(path string, lookup Lookup) (*Library, error) {
	l := &Library{path: path, lookup: lookup}
	for i, g := range generation {
		if _, err := lookup(g.symbol); err != nil {
			if i == 0 {
				return nil, errors.New("not an MLX-C library")
			}
			return nil, fmt.Errorf("its API is older than that of %s; MLX-C for MLX 0.31.2 or newer is needed", g.name)
		}
	}
	l.op.lib = l
	l.thread = startThread(l.Free)
	var err error
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

// Do runs f on the library's thread. On that thread it just calls f.
func (l *Library) Do(f func()) { l.thread.do(f) }

// Here tells whether the caller is on the library's thread.
func (l *Library) Here() bool { return l.thread.here() }

// DoContext is Do, but it returns when ctx ends though f goes on.
func (l *Library) DoContext(ctx context.Context, f func()) error { return l.thread.doContext(ctx, f) }

// Release frees an array soon; any goroutine may call it.
func (l *Library) Release(array Handle) { l.thread.release(array) }

// Sweep frees what was released. Do does it before f.
func (l *Library) Sweep() { l.thread.sweep() }

var (
	fnSetErrorHandler = Symbol("mlx_set_error_handler")
	fnVersion         = Symbol("mlx_version")
	fnStringNew       = Symbol("mlx_string_new")
	fnStringData      = Symbol("mlx_string_data")
	fnStringFree      = Symbol("mlx_string_free")
)

// installErrorHandler keeps the message of each error. The handler runs inside
// the failing call and must neither panic nor call MLX.
func (l *Library) installErrorHandler() {
	handler := purego.NewCallback(func(message *byte, _ uintptr) uintptr {
		l.message = goString(message)
		return 0
	})
	l.call(fnSetErrorHandler, handler, 0, 0)
}

func (l *Library) readVersion() (string, error) {
	l.out[0] = Handle(l.call(fnStringNew))
	if l.call(fnVersion, l.result(0)) != 0 {
		return "", errors.New(l.words())
	}
	defer l.call(fnStringFree, uintptr(l.out[0]))
	return goString((*byte)(pointer(l.call(fnStringData, uintptr(l.out[0]))))), nil
}

// result is the address of a slot for results.
func (l *Library) result(i int) uintptr { return uintptr(unsafe.Pointer(&l.out[i])) }

// words is what MLX said of the last error, without the line in MLX-C.
func (l *Library) words() string {
	return strings.TrimSpace(inMLXC.ReplaceAllString(l.message, ""))
}

var inMLXC = regexp.MustCompile(`\s+at \S+:\d+$`)

// kinds sorts MLX's messages into codes.
var kinds = []struct {
	part string
	code core.Code
}{
	{"[malloc] Unable to allocate", core.NoMemory},
	{"[metal::malloc]", core.NoMemory},
	{"bad_alloc", core.NoMemory},
	{"No Metal back-end", core.Unsupported},
	{"without gpu backend", core.Unsupported},
	{"Not implemented", core.Unsupported},
	{"not supported", core.Unsupported},
}

// failure is the error of the call that failed last.
func (l *Library) failure(op string) *core.Error {
	e := &core.Error{Op: op, Code: core.BadArgument, Msg: l.words()}
	for _, k := range kinds {
		if strings.Contains(e.Msg, k.part) {
			e.Code = k.code
			break
		}
	}
	return e
}

func (l *Library) fail(op string) { panic(l.failure(op)) }

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
