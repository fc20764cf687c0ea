package interp

import (
	"bytes"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// definedness finds reads of memory that nothing has written: private and
// threadgroup memory, and buffers that the host left undefined. Copies pass
// the state of each byte on, so that padding may stay unwritten.
type definedness struct{}

func (definedness) begin(g *group) {
	for i := range g.allocs {
		a := &g.allocs[i]
		local := i >= len(g.r.shared)
		switch {
		case local || a.undefined && a.defined == nil:
			a.defined = make([]byte, len(a.data))
		}
	}
}

func (definedness) entered(g *group) {
	for i := g.fn.private; i < len(g.allocs); i++ {
		g.allocs[i].defined = make([]byte, len(g.allocs[i].data))
	}
}

func (definedness) before(g *group, in *inst, act []int32) {
	if !touches(in.Op) {
		return
	}
	for _, lane := range act {
		var copied []byte // state of the bytes that CopyMem read
		g.accesses(in, lane, func(acc access) {
			state := acc.state()
			switch {
			case in.Op == ir.CopyMem && !acc.write:
				copied = state
			case in.Op == ir.CopyMem && copied != nil:
				copy(state, copied)
			case acc.write && !acc.atomic || in.Op == ir.AtomicStore:
				fillBytes(state, 1)
			case in.Flags&ir.Kept != 0:
			case state != nil && bytes.IndexByte(state, 0) >= 0:
				g.find(exec.UninitRead, in, int(lane), acc.a, "read of %d bytes of %s that nothing has written", acc.size, acc.a.name)
				fillBytes(state, 1) // once is enough
			}
		})
	}
}

// state returns the definedness of the bytes accessed, nil if all memory of
// the allocation is defined.
func (acc *access) state() []byte {
	if acc.a.defined == nil {
		return nil
	}
	return acc.a.defined[acc.at : acc.at+acc.size]
}

func fillBytes(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}
