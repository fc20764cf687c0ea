package native

import (
	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

var (
	fnSort         = capi.Symbol("mlx_sort_axis")
	fnArgSort      = capi.Symbol("mlx_argsort_axis")
	fnPartition    = capi.Symbol("mlx_partition_axis")
	fnArgPartition = capi.Symbol("mlx_argpartition_axis")
	fnSoftmax      = capi.Symbol("mlx_softmax_axes")
	fnArgMax       = capi.Symbol("mlx_argmax_axis")
	fnArgMin       = capi.Symbol("mlx_argmin_axis")
)

var reduceFns = symbols("mlx_%s_axes", []string{
	core.Sum: "sum", core.Prod: "prod", core.Max: "max", core.Min: "min", core.All: "all", core.Any: "any", core.LogSumExp: "logsumexp",
})

// Reduce folds axes to length 1.
func (r *Runtime) Reduce(op core.ReduceOp, x core.Tensor, axes []int) core.Tensor {
	if len(axes) == 0 {
		return x
	}
	return r.op(reduceFns[op], func(c *capi.Call) { c.Ints(axes).Bool(true) }, x)
}

// ArgReduce gives the index of the first extreme element.
func (r *Runtime) ArgReduce(op core.ReduceOp, x core.Tensor, axis int) core.Tensor {
	fn := fnArgMax
	if op == core.Min {
		fn = fnArgMin
	}
	return r.op(fn, func(c *capi.Call) { c.Int(axis).Bool(true) }, x)
}

var scanFns = symbols("mlx_%s", []string{
	core.Sum: "cumsum", core.Prod: "cumprod", core.Max: "cummax", core.Min: "cummin", core.LogSumExp: "logcumsumexp",
})

// Scan keeps every intermediate result of a fold.
func (r *Runtime) Scan(op core.ReduceOp, x core.Tensor, axis int, reverse, inclusive bool) core.Tensor {
	if empty(x) {
		return x
	}
	return r.op(scanFns[op], func(c *capi.Call) { c.Int(axis).Bool(reverse).Bool(inclusive) }, x)
}

// Sort orders along an axis.
func (r *Runtime) Sort(x core.Tensor, axis int) core.Tensor {
	if empty(x) {
		return x
	}
	return r.op(fnSort, func(c *capi.Call) { c.Int(axis) }, x)
}

// ArgSort gives the indices that sort.
func (r *Runtime) ArgSort(x core.Tensor, axis int) core.Tensor {
	if empty(x) {
		return r.AsType(x, core.Uint32)
	}
	return r.op(fnArgSort, func(c *capi.Call) { c.Int(axis) }, x)
}

// Partition puts element kth in its place.
func (r *Runtime) Partition(x core.Tensor, kth, axis int) core.Tensor {
	return r.op(fnPartition, func(c *capi.Call) { c.Int(kth).Int(axis) }, x)
}

// ArgPartition gives the indices that Partition takes.
func (r *Runtime) ArgPartition(x core.Tensor, kth, axis int) core.Tensor {
	return r.op(fnArgPartition, func(c *capi.Call) { c.Int(kth).Int(axis) }, x)
}

// Softmax normalises exponentials over axes.
func (r *Runtime) Softmax(x core.Tensor, axes []int, precise bool) core.Tensor {
	return r.op(fnSoftmax, func(c *capi.Call) { c.Ints(axes).Bool(precise) }, x)
}

// empty tells what MLX's CPU kernels divide by zero for.
func empty(x core.Tensor) bool { return core.NumElements(x.Shape()) == 0 }
