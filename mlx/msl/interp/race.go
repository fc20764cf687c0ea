package interp

import (
	"bytes"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// races finds conflicting accesses that no barrier orders: two threads, the
// same byte, at least one store, not both atomic. Threads of different
// threadgroups are never ordered; a kernel with fences on device memory may
// order them by means that cannot be seen here, so for it only threads of one
// threadgroup are compared. Equal stores, and stores of the value that is there
// already, do not count. For every few bytes the last store and two loads are remembered, so
// a race can be missed but none is invented.
type races struct {
	fences bool
	grain  int64 // bytes of a cell: what the smallest access has, up to 4
	// Accesses before the last barrier of the threadgroup, or of the
	// SIMD-group, are ordered.
	epoch [2]int32 // of threadgroup memory and of device memory
	sub   [2][exec.MaxThreads / 32]int32
}

const (
	localMemory = iota
	deviceMemory
)

// cell is the history of a few bytes.
type cell struct {
	store, load, load2 touch
}

// touch is an access of a cell; lane is one more than the thread's.
type touch struct {
	group      int64
	lane       int32
	epoch, sub int32
	pos        diag.Pos
	mask       uint8 // which of the cell's bytes
	atomic     bool
	known      bool // value holds what was stored
	value      [4]byte
}

func newRaces(p *ir.Program, l exec.Launch) *races {
	h := &races{grain: 4}
	for _, f := range p.Funcs {
		f.Body.Walk(func(in *ir.Instr) {
			switch {
			case in.Op == ir.Fence && in.Flags&ir.MemDevice != 0:
				h.fences = true
			case !touches(in.Op) || in.Space == ir.Thread:
			case in.Op == ir.CopyMem || in.Op == ir.ZeroMem:
				h.grain = min(h.grain, powerIn(int64(in.Imm)))
			default:
				h.grain = min(h.grain, powerIn(int64(in.Run()*in.Kind.Size())))
			}
		})
	}
	bytes := int64(0)
	for _, b := range l.Buffers {
		bytes += int64(len(b.Data))
	}
	if bytes/h.grain > maxCells {
		h.grain = 4
	}
	return h
}

// RaceMemory returns how many bytes it takes to look for races in a launch, 0 if that is
// not asked for.
func RaceMemory(p *ir.Program, l exec.Launch) (bytes int64) {
	if l.Checks&exec.Races == 0 {
		return 0
	}
	grain := newRaces(p, l).grain
	for _, b := range l.Buffers {
		if !b.ReadOnly {
			bytes += (int64(len(b.Data)) + grain - 1) / grain * int64(unsafe.Sizeof(cell{}))
		}
	}
	return bytes
}

// powerIn is the largest power of two that divides n.
func powerIn(n int64) int64 { return max(1, n&-n) }

// maxCells is from how many cells of device memory on they are of 4 bytes each.
const maxCells = 1 << 24

func (h *races) begin(g *group) {
	*h = races{fences: h.fences, grain: h.grain}
	for i := range g.allocs {
		a := &g.allocs[i]
		if i >= len(g.r.shared) || !a.readOnly && a.cells == nil {
			a.cells = make([]cell, (a.size+h.grain-1)/h.grain)
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
	if acc.a.buffer == 0 {
		m = localMemory // whatever the pointer was cast to
	}
	now := touch{group: g.p.index, lane: lane + 1, epoch: h.epoch[m], sub: h.sub[m][lane/32], pos: in.Pos, atomic: acc.atomic}
	reported := false
	for at := acc.at; at < acc.at+acc.size; {
		c := &acc.a.cells[at/h.grain]
		now.mask, now.value, now.known = 0, [4]byte{}, acc.value != nil
		for end := min((at/h.grain+1)*h.grain, acc.at+acc.size); at < end; at++ {
			now.mask |= 1 << (at % h.grain)
			if now.known {
				now.value[at%h.grain] = acc.value[at-acc.at]
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
	why := "without a barrier with mem_flags::mem_device between them"
	if acc.a.buffer == 0 {
		why = "without a barrier with mem_flags::mem_threadgroup between them"
	}
	if other.group != g.p.index {
		why = "in another threadgroup"
	}
	e := g.find(exec.DataRace, in, int(lane), acc.a, "%s %s races with a %s it by thread (%d, %d, %d) %s",
		verb[acc.write], acc.a.name, verb[stored], party.Thread[0], party.Thread[1], party.Thread[2], why)
	if e != nil {
		e.Other = party
	}
}
