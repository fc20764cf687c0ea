package interp

import (
	"bytes"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// races finds conflicting accesses that no barrier orders: two threads, the
// same byte, at least one store, not both atomic. Threads of different
// threadgroups are never ordered; a kernel with fences on device memory may
// order them by means that cannot be seen here, so for it only threads of one
// threadgroup are compared. Equal stores, and stores of the value that is there
// already, do not count. For each 4 bytes the last store and two loads are remembered, so a
// race can be missed but none is invented.
type races struct {
	fences bool
	// Accesses before the last barrier of the threadgroup, or of the
	// SIMD-group, are ordered.
	epoch [2]int32 // of threadgroup memory and of device memory
	sub   [2][exec.MaxThreads / 32]int32
}

const (
	localMemory = iota
	deviceMemory
)

// cell is the history of 4 bytes.
type cell struct {
	store, load, load2 touch
}

// touch is an access of a cell; lane is one more than the thread's.
type touch struct {
	group      int64
	lane       int32
	epoch, sub int32
	pos        diag.Pos
	mask       uint8 // which of the bytes
	atomic     bool
	known      bool // value holds what was stored
	value      [4]byte
}

func newRaces(r *run) *races {
	h := &races{}
	for _, f := range r.code.src.Funcs {
		f.Body.Walk(func(in *ir.Instr) {
			if in.Op == ir.Fence && in.Flags&ir.MemDevice != 0 {
				h.fences = true
			}
		})
	}
	return h
}

func (h *races) begin(g *group) {
	*h = races{fences: h.fences}
	for i := range g.allocs {
		a := &g.allocs[i]
		switch {
		case i >= len(g.r.shared):
			a.cells = make([]cell, (a.size+3)/4)
		case !a.readOnly && a.cells == nil:
			a.cells = make([]cell, (a.size+3)/4)
		}
	}
}

func (h *races) entered(*group) {}

func (h *races) before(g *group, in *inst, act []int32) {
	if in.Op == ir.Barrier {
		for m, flag := range [2]ir.Flags{ir.MemThreadgroup, ir.MemDevice} {
			switch {
			case in.Flags&flag == 0:
			case in.Flags&ir.SimdScope == 0:
				h.epoch[m]++
			default:
				for _, sg := range simdgroups(act) {
					h.sub[m][sg]++
				}
			}
		}
		return
	}
	if !touches(in.Op) {
		return
	}
	for _, lane := range act {
		g.accesses(in, lane, func(acc access) {
			if acc.a.cells != nil {
				h.access(g, in, lane, acc)
			}
		})
	}
}

// simdgroups returns the SIMD-groups of lanes.
func simdgroups(act []int32) (list []int32) {
	for _, lane := range act {
		if n := len(list); n == 0 || list[n-1] != lane/32 {
			list = append(list, lane/32)
		}
	}
	return list
}

func (h *races) access(g *group, in *inst, lane int32, acc access) {
	if acc.write && acc.value != nil && bytes.Equal(acc.value, acc.a.data[acc.at:acc.at+acc.size]) {
		return
	}
	m := deviceMemory
	if in.Space == ir.Threadgroup {
		m = localMemory
	}
	now := touch{group: g.p.index, lane: lane + 1, epoch: h.epoch[m], sub: h.sub[m][lane/32], pos: in.Pos, atomic: acc.atomic}
	reported := false
	for at := acc.at; at < acc.at+acc.size; at = at&^3 + 4 {
		c := &acc.a.cells[at/4]
		now.mask, now.value = 0, [4]byte{}
		for b := at; b < min(at&^3+4, acc.at+acc.size); b++ {
			now.mask |= 1 << (b & 3)
			if now.known = acc.value != nil; now.known {
				now.value[b&3] = acc.value[b-acc.at]
			}
		}
		others := []*touch{&c.store}
		if acc.write {
			others = []*touch{&c.store, &c.load, &c.load2}
		}
		for i, other := range others {
			if !reported && h.conflict(other, &now) {
				reported = true
				h.report(g, in, lane, acc, *other, i == 0)
			}
		}
		switch {
		case acc.write:
			c.store = now
		case c.load.lane == now.lane && c.load.group == now.group:
			c.load = now
		default:
			c.load, c.load2 = now, c.load
		}
	}
}

// conflict reports whether an earlier access is not ordered before now.
func (h *races) conflict(before, now *touch) bool {
	switch {
	case before.lane == 0, before.mask&now.mask == 0, before.atomic && now.atomic:
		return false
	case before.known && now.known && before.mask == now.mask && before.value == now.value:
		return false
	case before.group != now.group:
		return !h.fences
	case before.lane == now.lane, before.epoch != now.epoch:
		return false
	}
	return (before.lane-1)/32 != (now.lane-1)/32 || before.sub == now.sub
}

func (h *races) report(g *group, in *inst, lane int32, acc access, other touch, stored bool) {
	verb := map[bool]string{true: "store to", false: "load of"}
	place := g.r.geo.place(other.group)
	party := &exec.Party{Pos: other.pos, Thread: g.r.geo.thread(&place, int(other.lane-1)), Threadgroup: place.pos, Store: stored}
	why := "without a barrier between them"
	if other.group != g.p.index {
		why = "in another threadgroup"
	}
	e := g.find(exec.DataRace, in, int(lane), acc.a, "%s %s races with a %s it by thread (%d, %d, %d) %s",
		verb[acc.write], acc.a.name, verb[stored], party.Thread[0], party.Thread[1], party.Thread[2], why)
	if e != nil {
		e.Other = party
	}
}
