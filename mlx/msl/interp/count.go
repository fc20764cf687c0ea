package interp

import (
	"sort"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// counter counts what each position of the source does.
type counter struct {
	counts map[diag.Pos]*exec.Count
}

func newCounter() *counter { return &counter{counts: map[diag.Pos]*exec.Count{}} }

func (c *counter) list() []exec.Count {
	var out []exec.Count
	for _, n := range c.counts {
		out = append(out, *n)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Pos < out[j].Pos })
	return out
}

func (c *counter) begin(*group)   {}
func (c *counter) entered(*group) {}

func (c *counter) before(g *group, in *inst, act []int32) {
	if in.Pos == 0 { // the maths library
		return
	}
	n := c.counts[in.Pos]
	if n == nil {
		n = &exec.Count{Pos: in.Pos}
		c.counts[in.Pos] = n
	}
	groups := int64(len(simdgroups(act)))
	n.Instructions += int64(len(act))
	n.Slots += 32 * groups
	n.FLOPs += flops(in) * int64(len(act))
	switch {
	case in.Op == ir.Barrier:
		n.Barriers += groups
	case in.Op == ir.If:
		c.branch(g, in, act, n)
	case in.Op == ir.Call && in.fn.src.Pos == 0, in.Op >= ir.Exp && in.Op <= ir.Pow:
		n.Transcendental += int64(len(act))
	case touches(in.Op) && in.Space != ir.Thread:
		c.memory(g, in, act, n)
	}
}

// flops is the number of float operations of an instruction for one thread.
func flops(in *inst) int64 {
	switch {
	case in.Op == ir.MatrixMMA:
		return 2 * 8 * 8 * 8 / 32
	case !in.Kind.IsFloat():
		return 0
	case in.Op == ir.FMA:
		return 2
	}
	switch in.Op {
	case ir.Add, ir.Sub, ir.Mul, ir.Div, ir.Rem, ir.Sqrt, ir.Rsqrt, ir.SimdSum, ir.SimdProduct, ir.SimdPrefixSum, ir.SimdPrefixProduct,
		ir.SimdExclSum, ir.SimdExclProduct, ir.AtomicAdd, ir.AtomicSub:
		return 1
	}
	return 0
}

func (c *counter) branch(g *group, in *inst, act []int32, n *exec.Count) {
	cond := g.reg(in.a)
	bySimdgroup(act, func(lanes []int32) {
		n.Branches++
		for _, i := range lanes {
			if cond[i] != cond[lanes[0]] {
				n.Divergent++
				return
			}
		}
	})
}

// bySimdgroup splits a list of lanes.
func bySimdgroup(act []int32, fn func([]int32)) {
	for len(act) > 0 {
		k := 1
		for k < len(act) && act[k]/32 == act[0]/32 {
			k++
		}
		fn(act[:k])
		act = act[k:]
	}
}

func (c *counter) memory(g *group, in *inst, act []int32, n *exec.Count) {
	bySimdgroup(act, func(lanes []int32) {
		segments := map[segment]bool{}
		words := map[segment]bool{}
		var banks [exec.Banks]int64
		for _, lane := range lanes {
			g.accesses(in, lane, func(acc access) {
				switch {
				case acc.atomic:
					n.Atomics++
				case acc.write:
					n.Stores++
					n.StoreBytes += acc.size
				default:
					n.Loads++
					n.LoadBytes += acc.size
				}
				if acc.a.stride != 0 { // the private end of a copy
					return
				}
				if !g.isLocal(acc.a) {
					for s := acc.at / exec.TransactionBytes; s <= (acc.at+acc.size-1)/exec.TransactionBytes; s++ {
						segments[segment{acc.a, s}] = true
					}
					return
				}
				for w := acc.at / 4; w <= (acc.at+acc.size-1)/4; w++ {
					if key := (segment{acc.a, w}); !words[key] {
						words[key] = true
						banks[w%exec.Banks]++
					}
				}
			})
		}
		n.Transactions += int64(len(segments))
		most := int64(1)
		for _, b := range banks {
			most = max(most, b)
		}
		n.BankConflicts += most - 1
	})
}

// segment is a piece of an allocation.
type segment struct {
	a *alloc
	n int64
}

// isLocal reports whether a is threadgroup memory.
func (g *group) isLocal(a *alloc) bool {
	first := len(g.r.shared)
	for i := range g.local {
		if a == &g.allocs[first+i] {
			return true
		}
	}
	return false
}
