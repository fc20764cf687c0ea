package wasm

import (
	"cmp"
	"maps"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Stores of a pack whose elements lie apart, but which fill what lies between each
// other's, such as those of the three bytes of a pixel, are of vectors in which all
// of them are mixed.

// waits reports whether a store of the pack can wait for the last chunk of the run:
// see gen.waits.
func (p *pack) waits(n *node) bool {
	g := p.g
	a := g.access(n)
	return !slices.ContainsFunc(g.nodes[n.pos:p.region.hi], func(k *node) bool {
		if k.in.Op == ir.Load {
			return g.mayMeet(a, k)
		}
		return touches(k.in) && !(p.nodes[k] && (g.fills(k, g.access(k)) || p.mixed(k) != nil))
	})
}

// mixed finds the stores that fill what lies between the elements of one, with it, in
// the order in which they lie; nil if they do not, or if others between them may store
// to the same memory.
func (p *pack) mixed(n *node) []*node {
	g := p.g
	at, r, ok := p.reach(n)
	a := g.access(n)
	if !ok || a.root.shadow != nil || 4*a.size*int64(g.copies)%16 != 0 {
		return nil
	}
	from := map[*node]int64{n: r.lo}
	for _, m := range p.stores {
		other, x, ok := p.reach(m)
		if !ok || m == n || other != at {
			continue
		}
		if x.step != r.step || x.hi-x.lo != a.size || (x.lo-r.lo)%a.size != 0 || max(x.hi, r.hi)-min(x.lo, r.lo) > r.step {
			return nil
		}
		r.lo, r.hi = min(r.lo, x.lo), max(r.hi, x.hi)
		from[m] = x.lo
	}
	parts := slices.SortedFunc(maps.Keys(from), func(x, y *node) int { return cmp.Compare(from[x], from[y]) })
	for i, m := range parts {
		if from[m] != r.lo+int64(i)*a.size {
			return nil
		}
	}
	if int64(len(parts))*a.size != r.step {
		return nil
	}
	own := func(m *node) bool { return slices.Contains(parts, m) }
	between := p.stores[slices.IndexFunc(p.stores, own):]
	for !own(between[len(between)-1]) {
		between = between[:len(between)-1]
	}
	if slices.ContainsFunc(between, func(m *node) bool { return !own(m) && g.mayMeet(a, m) }) {
		return nil
	}
	return parts
}

// mix mixes vectors of several stores: an element of each, then the next of each.
func (p *pack) mix(of [][]int, size int64) (out []int) {
	f, n := p.g.f, int64(len(of))
	for v := range of[0] {
		for w := range n {
			f.Get(of[0][v])
			for part := int64(1); part < n; part++ {
				var lanes [16]byte
				for b := range int64(16) {
					element := (16*w + b) / size
					switch from := byte(element/n*size + b%size); {
					case element%n == part:
						lanes[b] = 16 + from
					case part == 1 && element%n == 0:
						lanes[b] = from
					default:
						lanes[b] = byte(b)
					}
				}
				f.Get(of[part][v])
				f.Shuffle(lanes)
			}
			out = append(out, f.Local(wc.V128))
			f.Set(out[len(out)-1])
		}
	}
	return out
}
