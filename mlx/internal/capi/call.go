package capi

import (
	"runtime"
	"slices"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// maxWords is how many arguments a call can have.
const maxWords = 32

// Call collects the arguments of a function int f(mlx_array* res, …, stream).
// There is one at a time, and its memory serves all of them.
type Call struct {
	lib     *Library
	fn      Fn
	n       int
	words   [maxWords]uintptr
	ints    []int32 // what words point at
	keep    []any   // and more of it
	vectors []uintptr
}

// Op begins a call; see Call.
func (l *Library) Op(f Fn) *Call {
	c := &l.op
	c.fn, c.n = f, 1 // the first is the result's address
	c.ints = c.ints[:0]
	return c
}

func (c *Call) add(w uintptr) *Call {
	c.words[c.n] = w
	c.n++
	return c
}

// Array adds an array; a null handle stands for none.
func (c *Call) Array(h Handle) *Call { return c.add(uintptr(h)) }

// Int adds an int or an enumeration.
func (c *Call) Int(v int) *Call { return c.add(narrow(v)) }

// Word adds a size_t.
func (c *Call) Word(v int) *Call { return c.add(uintptr(v)) }

// Bool adds a bool.
func (c *Call) Bool(v bool) *Call { return c.add(word(v)) }

// Some adds an optional int, float or enumeration that has a value, given by
// its bits.
func (c *Call) Some(bits uint32) *Call { return c.add(uintptr(Optional(bits))) }

// Optional is a structure {4 bytes, bool} with a value: on every platform one
// integer word.
func Optional(bits uint32) uint64 { return uint64(bits) | 1<<32 }

// Ints adds an array of int and its length.
func (c *Call) Ints(vs []int) *Call {
	if cap(c.ints)-len(c.ints) <= len(vs) { // what is there must not move
		c.keep = append(c.keep, c.ints)
		c.ints = make([]int32, 0, max(256, 2*len(vs)))
	}
	at := len(c.ints)
	for _, v := range vs {
		if v != int(int32(v)) {
			panic(&core.Error{Op: c.fn.String(), Code: core.TooLarge, Shapes: [][]int{vs}, Msg: "MLX counts an axis with 32 bits"})
		}
		c.ints = append(c.ints, int32(v))
	}
	return c.list(unsafe.Pointer(&c.ints[:at+1][at]), len(vs))
}

// Int64s adds an array of int64_t and its length.
func (c *Call) Int64s(vs []int) *Call {
	out := make([]int64, len(vs), len(vs)+1)
	for i, v := range vs {
		out[i] = int64(v)
	}
	c.keep = append(c.keep, out)
	return c.list(unsafe.Pointer(unsafe.SliceData(out)), len(vs))
}

func (c *Call) list(p unsafe.Pointer, n int) *Call { return c.add(uintptr(p)).add(uintptr(n)) }

// String adds a C string.
func (c *Call) String(s string) *Call {
	b := cString(s)
	c.keep = append(c.keep, b)
	return c.add(uintptr(unsafe.Pointer(b)))
}

// cString copies a string to memory that ends with a 0.
func cString(s string) *byte { return unsafe.SliceData(append(slices.Clone([]byte(s)), 0)) }

// Vector adds a vector of arrays, freed after the call.
func (c *Call) Vector(hs []Handle) *Call {
	v := c.lib.vector(hs)
	c.vectors = append(c.vectors, v)
	return c.add(v)
}

// Result makes the call on a stream and returns the new array.
func (c *Call) Result(stream Handle) Handle {
	l := c.lib
	l.Sweep()
	l.out[0] = 0
	c.words[0] = l.result(0)
	c.add(uintptr(stream))
	rc, _, _ := purego.SyscallN(l.address(c.fn), c.words[:c.n]...)
	for _, v := range c.vectors {
		l.call(fnVectorFree, v)
	}
	runtime.KeepAlive(c.keep)
	c.vectors, c.keep = c.vectors[:0], c.keep[:0]
	if int32(rc) != 0 {
		l.fail(c.fn.String())
	}
	return l.out[0]
}

// Results is Result for a function that returns a vector of arrays.
func (c *Call) Results(stream Handle) []Handle {
	fn := c.fn
	v := uintptr(c.Result(stream))
	defer c.lib.call(fnVectorFree, v)
	return c.lib.elements(fn, v)
}

var (
	fnVectorNew  = Symbol("mlx_vector_array_new_data")
	fnVectorFree = Symbol("mlx_vector_array_free")
	fnVectorSize = Symbol("mlx_vector_array_size")
	fnVectorGet  = Symbol("mlx_vector_array_get")
)

// vector makes a vector of arrays.
func (l *Library) vector(hs []Handle) uintptr {
	v := l.call(fnVectorNew, uintptr(unsafe.Pointer(unsafe.SliceData(hs))), uintptr(len(hs)))
	runtime.KeepAlive(hs)
	return v
}

// elements returns new handles of a vector's arrays.
func (l *Library) elements(fn Fn, v uintptr) []Handle {
	out := make([]Handle, int(l.call(fnVectorSize, v)))
	for i := range out {
		l.out[1] = 0
		if int32(l.call(fnVectorGet, l.result(1), v, uintptr(i))) != 0 {
			l.fail(fn.String())
		}
		out[i] = l.out[1]
	}
	return out
}
