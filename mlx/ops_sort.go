package mlx

import "fmt"

// Sort orders the elements along an axis, NaN last.
func (a *Array) Sort(axis int) *Array {
	axis = normAxis("sort", axis, a.NDim())
	return wrap(a.rt, a.rt.Sort(a.t, axis))
}

// ArgSort returns the indices that sort along an axis as uint32; equal elements
// keep their order.
func (a *Array) ArgSort(axis int) *Array {
	axis = normAxis("argsort", axis, a.NDim())
	return wrap(a.rt, a.rt.ArgSort(a.t, axis))
}

// Partition orders along an axis so that element kth is the one that sorting
// puts there, with no greater one before and no smaller one after it.
func (a *Array) Partition(kth, axis int) *Array {
	axis = normAxis("partition", axis, a.NDim())
	return wrap(a.rt, a.rt.Partition(a.t, a.normKth("partition", kth, axis), axis))
}

// ArgPartition returns the indices that Partition takes as uint32.
func (a *Array) ArgPartition(kth, axis int) *Array {
	axis = normAxis("argpartition", axis, a.NDim())
	return wrap(a.rt, a.rt.ArgPartition(a.t, a.normKth("argpartition", kth, axis), axis))
}

func (a *Array) normKth(op string, kth, axis int) int {
	n := a.Shape()[axis]
	k := kth
	if k < 0 {
		k += n
	}
	if k < 0 || k >= n {
		throw(op, BadArgument, "", fmt.Sprintf("kth %d is out of range for an axis of %d", kth, n), a.Shape())
	}
	return k
}

// TopK returns the k greatest elements along an axis, in no particular order.
func (a *Array) TopK(k, axis int) *Array {
	axis = normAxis("topk", axis, a.NDim())
	n := a.Shape()[axis]
	if k < 0 || k > n {
		throw("topk", BadArgument, "", fmt.Sprintf("k = %d is out of range for an axis of %d", k, n), a.Shape())
	}
	if k == 0 || k == n {
		return a.sliceAxis(axis, 0, k)
	}
	return a.Partition(n-k, axis).sliceAxis(axis, n-k, n)
}

// Softmax returns exp(a)/sum(exp(a)) along axes, at least in float32 with
// precise.
func (a *Array) Softmax(precise bool, axes ...int) *Array {
	a.refuseComplex("softmax")
	axes = normAxes("softmax", axes, a.NDim())
	if a.NDim() == 0 {
		a = a.ExpandDims(0)
		return a.Softmax(precise, 0).Squeeze()
	}
	return wrap(a.rt, a.rt.Softmax(a.atLeastFloat().t, axes, precise))
}
