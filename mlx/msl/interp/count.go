package interp

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// counter counts what each position of the source does, and what happens to
// each buffer.
type counter struct {
	counts  map[diag.Pos]*exec.Count
	buffers []exec.BufferCount // as run.shared; threadgroup memory is 0
	touched [][]uint64         // by buffer, a bit for each segment

	segments []segment // of the SIMD-group at work
}

func newCounter(r *run) *counter {
	c := &counter{counts: map[diag.Pos]*exec.Count{}, buffers: make([]exec.BufferCount, len(r.shared)), touched: make([][]uint64, len(r.shared))}
	c.buffers[0].Name = "threadgroup memory"
	for i, a := range r.shared[1:] {
		c.buffers[1+i].Name, c.buffers[1+i].Bytes = a.name, a.size
		c.touched[1+i] = make([]uint64, a.size/exec.TransactionBytes/64+1)
	}
	return c
}

// report adds the counts to a result, positions in order.
func (c *counter) report(res *exec.Result) {
	for _, n := range c.counts {
		res.Counts = append(res.Counts, *n)
	}
	slices.SortFunc(res.Counts, func(a, b exec.Count) int { return cmp.Compare(a.Pos, b.Pos) })
	for i, b := range c.buffers {
		for _, word := range c.touched[i] {
			b.Segments += int64(bits.OnesCount64(word))
		}
		if b.Loads+b.Stores+b.Atomics > 0 {
			res.Buffers = append(res.Buffers, b)
		}
	}
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
		c.segments = c.segments[:0]
		var words map[word]bool
		var banks [exec.Banks]int64
		for _, lane := range lanes {
			g.accesses(in, lane, func(acc access) {
				b := &c.buffers[acc.a.buffer]
				private := acc.a.stride != 0 // one end of a copy
				if private {
					b = &exec.BufferCount{}
				}
				switch {
				case acc.atomic:
					n.Atomics++
					b.Atomics++
				case acc.write:
					n.Stores++
					n.StoreBytes += acc.size
					b.Stores++
					b.StoreBytes += acc.size
				default:
					n.Loads++
					n.LoadBytes += acc.size
					b.Loads++
					b.LoadBytes += acc.size
				}
				switch {
				case private:
				case acc.a.buffer > 0:
					c.ask(acc)
				default:
					if words == nil {
						words = map[word]bool{}
					}
					for w := acc.at / 4; w <= (acc.at+acc.size-1)/4; w++ {
						if key := (word{acc.a, w}); !words[key] {
							words[key] = true
							banks[w%exec.Banks]++
						}
					}
				}
			})
		}
		n.Transactions += int64(len(c.segments))
		for _, s := range c.segments {
			b := &c.buffers[s.buffer]
			b.Transactions++
			b.Useful += int64(bits.OnesCount64(s.asked[0]) + bits.OnesCount64(s.asked[1]))
			c.touched[s.buffer][s.n/64] |= 1 << (s.n % 64)
		}
		n.BankConflicts += max(1, slices.Max(banks[:])) - 1
	})
}

// word is four bytes of threadgroup memory.
type word struct {
	a *alloc
	n int64
}

// segment is a piece of a buffer that a SIMD-group touches.
type segment struct {
	buffer int
	n      int64
	asked  [exec.TransactionBytes / 64]uint64 // a bit for each byte that lanes ask for
}

// ask notes an access of the current SIMD-group.
func (c *counter) ask(acc access) {
	for at := acc.at; at < acc.at+acc.size; {
		n := at / exec.TransactionBytes
		end := min((n+1)*exec.TransactionBytes, acc.at+acc.size)
		i := len(c.segments) - 1
		for i >= 0 && (c.segments[i].n != n || c.segments[i].buffer != acc.a.buffer) {
			i--
		}
		if i < 0 {
			i = len(c.segments)
			c.segments = append(c.segments, segment{buffer: acc.a.buffer, n: n})
		}
		for ; at < end; at++ {
			bit := at % exec.TransactionBytes
			c.segments[i].asked[bit/64] |= 1 << (bit % 64)
		}
	}
}
