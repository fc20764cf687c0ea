package native

import (
	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

var (
	fnReshape        = capi.Symbol("mlx_reshape")
	fnTranspose      = capi.Symbol("mlx_transpose_axes")
	fnBroadcastTo    = capi.Symbol("mlx_broadcast_to")
	fnAsStrided      = capi.Symbol("mlx_as_strided")
	fnSlice          = capi.Symbol("mlx_slice")
	fnSliceUpdate    = capi.Symbol("mlx_slice_update")
	fnConcatenate    = capi.Symbol("mlx_concatenate_axis")
	fnGather         = capi.Symbol("mlx_gather")
	fnTakeAlongAxis  = capi.Symbol("mlx_take_along_axis")
	fnPutAlongAxis   = capi.Symbol("mlx_put_along_axis")
	fnScatterAddAxis = capi.Symbol("mlx_scatter_add_axis")
)

// Reshape keeps the row-major elements.
func (r *Runtime) Reshape(x core.Tensor, shape []int) core.Tensor {
	return r.op(fnReshape, func(c *capi.Call) { c.Ints(shape) }, x)
}

// Transpose makes axis i what was axes[i].
func (r *Runtime) Transpose(x core.Tensor, axes []int) core.Tensor {
	return r.op(fnTranspose, func(c *capi.Call) { c.Ints(axes) }, x)
}

// BroadcastTo repeats elements.
func (r *Runtime) BroadcastTo(x core.Tensor, shape []int) core.Tensor {
	return r.op(fnBroadcastTo, func(c *capi.Call) { c.Ints(shape) }, x)
}

// AsStrided views the row-major elements.
func (r *Runtime) AsStrided(x core.Tensor, shape, strides []int, offset int) core.Tensor {
	return r.op(fnAsStrided, func(c *capi.Call) { c.Ints(shape).Int64s(strides).Word(offset) }, x)
}

// stops moves a stop before the first element out of the range that MLX
// counts from the end.
func stops(shape, stop, stride []int) []int {
	out := make([]int, len(stop))
	for i, s := range stop {
		out[i] = s
		if stride[i] < 0 && s < 0 {
			out[i] = -shape[i] - 1
		}
	}
	return out
}

// Slice takes start, start+stride, … before stop on each axis.
func (r *Runtime) Slice(x core.Tensor, start, stop, stride []int) core.Tensor {
	return r.op(fnSlice, func(c *capi.Call) { c.Ints(start).Ints(stops(x.Shape(), stop, stride)).Ints(stride) }, x)
}

// SliceUpdate copies x with update at a slice.
func (r *Runtime) SliceUpdate(x, update core.Tensor, start, stop, stride []int) core.Tensor {
	if core.NumElements(update.Shape()) == 0 {
		return x
	}
	return r.op(fnSliceUpdate, func(c *capi.Call) { c.Ints(start).Ints(stops(x.Shape(), stop, stride)).Ints(stride) }, x, update)
}

// Concatenate joins along an axis.
func (r *Runtime) Concatenate(xs []core.Tensor, axis int) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle {
		return l.Op(fnConcatenate).Vector(handles(xs)).Int(axis).Result(r.stream)
	}, xs...)
}

// Gather reads a slice of x for each position of the indices.
func (r *Runtime) Gather(x core.Tensor, indices []core.Tensor, axes, sliceSizes []int) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle {
		return l.Op(fnGather).Array(handle(x)).Vector(handles(indices)).Ints(axes).Ints(sliceSizes).Result(r.stream)
	}, append(indices[:len(indices):len(indices)], x)...)
}

var scatterFns = symbols("mlx_scatter%s", []string{
	core.ScatterSet: "", core.ScatterAdd: "_add", core.ScatterProd: "_prod", core.ScatterMax: "_max", core.ScatterMin: "_min",
})

// Scatter combines updates into a copy of x.
func (r *Runtime) Scatter(op core.ScatterOp, x core.Tensor, indices []core.Tensor, updates core.Tensor, axes []int) core.Tensor {
	if core.NumElements(updates.Shape()) == 0 || core.NumElements(x.Shape()) == 0 {
		return x
	}
	return r.do(func(l *capi.Library) capi.Handle {
		return l.Op(scatterFns[op]).Array(handle(x)).Vector(handles(indices)).Array(handle(updates)).Ints(axes).Result(r.stream)
	}, append(indices[:len(indices):len(indices)], x, updates)...)
}

// GatherAxis reads the elements at indices of an axis.
func (r *Runtime) GatherAxis(x, indices core.Tensor, axis int) core.Tensor {
	return r.op(fnTakeAlongAxis, func(c *capi.Call) { c.Int(axis) }, x, indices)
}

// ScatterAxis sets or adds the elements at indices of an axis.
func (r *Runtime) ScatterAxis(op core.ScatterOp, x, indices, updates core.Tensor, axis int) core.Tensor {
	fn := fnPutAlongAxis
	if op == core.ScatterAdd {
		fn = fnScatterAddAxis
	}
	return r.op(fn, func(c *capi.Call) { c.Int(axis) }, x, indices, updates)
}
