package wasm

import "slices"

// Limits of a kernel: what lowering and wazero take grows with its code, what lowering
// takes also with its blocks times the blocks and the values that live across some, and
// what wazero takes with the joins of the code. At either limit it comes to about a second
// (BenchmarkLimits). Tests lower them.
var (
	maxCode       = 1_000_000
	maxLiveBlocks = 4_000_000
	maxJoins      = 1_500_000
)

// spillFrom is the length of kernels in which what lives across regions is kept
// in memory: wazero gives such a value a place in every loop in between. Tests
// lower it.
var spillFrom = 20_000

var tooLarge = unsupported{"a kernel of this size"}

// checkSize refuses kernels that would take too long to lower.
func (g *gen) checkSize() {
	parts := []*node{g.root}
	if g.machine != nil {
		parts = g.machine.kids[0] // what lives across states is in memory
	}
	cost := 0
	for i, live := range g.live(parts) {
		blocks := 0
		for _, n := range g.nodes[parts[i].pos:parts[i].end] {
			if len(n.kids[0])+len(n.kids[1]) > 0 {
				blocks++
			}
		}
		cost += blocks * (blocks + live)
	}
	if cost > maxLiveBlocks {
		panic(tooLarge)
	}
}

// checkCode refuses code that would take too long to compile.
func (g *gen) checkCode() {
	if g.f.Size() > maxCode || g.f.Joins() > maxJoins {
		panic(tooLarge)
	}
}

// live counts the registers that live across blocks within each of some constructs, which
// follow each other.
func (g *gen) live(parts []*node) []int {
	live := make([]int, len(parts))
	for _, refs := range g.refs {
		for part := 0; len(refs) > 0; {
			rest, _ := slices.BinarySearchFunc(parts[part:], refs[0].n.pos, func(p *node, pos int) int { return p.end - 1 - pos })
			if part += rest; part == len(parts) {
				break
			}
			p, first := parts[part], refs[0].n
			across := false
			for len(refs) > 0 && refs[0].n.pos < p.end {
				x := refs[0].n
				across = across || x.pos >= p.pos && (x.parent != first.parent || x.arm != first.arm)
				refs = refs[1:]
			}
			if across {
				live[part]++
			}
		}
	}
	return live
}
