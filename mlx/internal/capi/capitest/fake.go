//go:build (darwin || linux) && (amd64 || arm64)

// Package capitest is a libmlxc with a Metal GPU for machines that have
// neither: the C functions that custom kernels need, as callbacks, so that a
// call goes all the way through the foreign function interface. It keeps
// MLX's rules where a caller could break them: launches are lazy, handles must
// be alive, errors go through the handler, and everything must be freed.
package capitest

import (
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/ebitengine/purego"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Array is an array of the fake.
type Array struct {
	DType core.DType
	Shape []int
	Data  []byte

	dims    []int32
	strides []int64
	launch  *launch // to be evaluated
	index   int     // of the launch's outputs
}

// Fake is the library's state.
type Fake struct {
	// Run executes a kernel when a launch is evaluated. Its error is what MLX
	// would throw.
	Run func(k capi.KernelSpec, inputs []Array, l capi.KernelLaunch) ([][]byte, error)

	Kernels  []capi.KernelSpec   // that were made
	Launches []capi.KernelLaunch // that were evaluated
	Captures []string            // files, and "stop"
	Misuse   []string            // what MLX would have crashed on

	handler uintptr
	live    map[uintptr]any
	first   uintptr // of its handles
	next    uintptr
}

// perFake is how many addresses each fake has for its handles.
const perFake = 1 << 32

var (
	mu      sync.Mutex // of current
	current *Fake
	table   = map[string]uintptr{}
	once    sync.Once
)

// New returns a library and the fake behind it. There is one fake at a time in
// a process.
func New() (*capi.Library, *Fake) {
	mu.Lock()
	f := &Fake{live: map[uintptr]any{}, first: perFake}
	if current != nil {
		f.first = current.first + perFake
	}
	f.next = f.first
	current = f
	mu.Unlock()
	once.Do(register)
	lib, err := capi.New("fake", func(name string) (uintptr, error) {
		if at, ok := table[name]; ok {
			return at, nil
		}
		return 0, fmt.Errorf("undefined symbol: %s", name)
	})
	if err != nil {
		panic(err)
	}
	return lib, f
}

// Live lists the handles that are not freed, by kind.
func (f *Fake) Live() map[string]int {
	counts := map[string]int{}
	for _, v := range f.live {
		counts[fmt.Sprintf("%T", v)]++
	}
	return counts
}

// now is the fake that callbacks work on.
func now() *Fake {
	mu.Lock()
	defer mu.Unlock()
	return current
}

func (f *Fake) hold(v any) uintptr {
	f.next += 8
	f.live[f.next] = v
	return f.next
}

// get returns what a handle stands for.
func get[T any](f *Fake, h uintptr) T {
	v, ok := f.live[h].(T)
	if !ok {
		f.Misuse = append(f.Misuse, fmt.Sprintf("handle %#x is %T, not %T", h, f.live[h], v))
	}
	return v
}

// drop frees a handle. One of an earlier fake, whose garbage comes late, is
// none of this one's.
func (f *Fake) drop(h uintptr) uintptr {
	if h < f.first && h != 0 {
		return 0
	}
	if _, ok := f.live[h]; !ok && h != 0 {
		f.Misuse = append(f.Misuse, fmt.Sprintf("handle %#x is freed twice", h))
	}
	delete(f.live, h)
	return 0
}

// fail reports an error as MLX-C does.
func (f *Fake) fail(err error) uintptr {
	if printf.MatchString(err.Error()) {
		f.Misuse = append(f.Misuse, "MLX-C formats this message and crashes: "+err.Error())
	}
	text := append([]byte(err.Error()+" at /src/mlx-c/mlx/c/fast.cpp:123"), 0)
	_, _, _ = purego.SyscallN(f.handler, addressOf(text), 0)
	return 1
}

// printf finds what makes printf read or write memory.
var printf = regexp.MustCompile(`%[-+ #0-9.*]*[hlqjzt]*[ns]`)

// launch is a kernel's call that waits to be evaluated.
type launch struct {
	kernel  capi.KernelSpec
	inputs  []*Array
	config  capi.KernelLaunch
	outputs []*Array
}

func (f *Fake) eval(a *Array) error {
	l := a.launch
	if l == nil {
		return nil
	}
	inputs := make([]Array, len(l.inputs))
	for i, in := range l.inputs {
		if err := f.eval(in); err != nil {
			return err
		}
		inputs[i] = *in
	}
	f.Launches = append(f.Launches, l.config)
	data, err := f.Run(l.kernel, inputs, l.config)
	if err != nil {
		return err
	}
	for i, o := range l.outputs {
		o.Data, o.launch = slices.Clone(data[i]), nil
	}
	return nil
}

func newArray(dtype core.DType, shape []int) *Array {
	a := &Array{DType: dtype, Shape: shape, dims: make([]int32, len(shape)+1), strides: make([]int64, len(shape)+1)}
	for i, s := range core.RowStrides(shape) {
		a.dims[i], a.strides[i] = int32(shape[i]), int64(s)
	}
	return a
}
