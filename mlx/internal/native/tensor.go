package native

import (
	"runtime"
	"sync/atomic"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

// tensor is an array of MLX.
type tensor struct {
	rt   *Runtime
	h    capi.Handle // 0 once freed
	kept bool        // by the scope that ends
	info atomic.Pointer[description]
}

// description is what MLX says of an array when it is first asked.
type description struct {
	dtype core.DType
	shape []int
}

func (t *tensor) DType() core.DType { return t.describe().dtype }
func (t *tensor) Shape() []int      { return t.describe().shape }

func (t *tensor) describe() *description {
	if d := t.info.Load(); d != nil {
		return d
	}
	t.rt.lib.Do(func() {
		h := handle(t)
		t.info.Store(&description{t.rt.lib.DType(h), t.rt.lib.Shape(h)})
	})
	return t.info.Load()
}

// Strides evaluates the array.
func (t *tensor) Strides() (strides []int) {
	t.rt.lib.Do(func() { strides = t.rt.lib.Strides(handle(t)) })
	runtime.KeepAlive(t)
	return strides
}

// handle returns a tensor's handle; none is never passed to MLX.
func handle(t core.Tensor) capi.Handle {
	a, ok := t.(*tensor)
	switch {
	case !ok || a == nil:
		panic(&core.Error{Op: "array", Code: core.BadArgument, Msg: "an array is missing"})
	case a.h == 0:
		panic(&core.Error{Op: "array", Code: core.BadArgument, Msg: "the array was freed at the end of its scope", Next: "return it from the scope"})
	}
	return a.h
}

// optional is handle for an argument that MLX does without.
func optional(t core.Tensor) capi.Handle {
	if t == nil {
		return 0
	}
	return handle(t)
}

func handles(ts []core.Tensor) []capi.Handle {
	hs := make([]capi.Handle, len(ts))
	for i, t := range ts {
		hs[i] = handle(t)
	}
	return hs
}

// wrap takes ownership of a handle; it runs on the library's thread.
func (r *Runtime) wrap(h capi.Handle) *tensor {
	t := &tensor{rt: r, h: h}
	r.own(t)
	return t
}

// own gives a tensor to the present scope, or to the garbage collector.
func (r *Runtime) own(t *tensor) {
	if r.scope != nil {
		r.scope.made = append(r.scope.made, t)
		return
	}
	runtime.AddCleanup(t, r.lib.Release, t.h)
}

// scope holds what was made since it began.
type scope struct {
	outer *scope
	made  []*tensor
}

// Scope runs f and then frees what was made in it, but for what it returns.
func (r *Runtime) Scope(f func() []core.Tensor) (kept []core.Tensor) {
	r.lib.Do(func() {
		s := &scope{outer: r.scope}
		r.scope = s
		defer func() {
			r.scope = s.outer
			r.end(s, kept)
		}()
		kept = f()
	})
	return kept
}

// end frees what is not kept and hands on what is.
func (r *Runtime) end(s *scope, kept []core.Tensor) {
	for _, t := range kept {
		t.(*tensor).kept = true
	}
	for _, t := range s.made {
		if t.kept {
			r.own(t)
			continue
		}
		r.lib.Free(t.h)
		t.h = 0
	}
	for _, t := range kept {
		t.(*tensor).kept = false
	}
}
