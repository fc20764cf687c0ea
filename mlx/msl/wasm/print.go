package wasm

import (
	"context"
	"encoding/binary"

	"github.com/tetratelabs/wazero/api"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// print lowers os_log. Threads meet at it, so that its lines come in interp's
// order: those of all threads, instruction by instruction. Each active thread
// leaves its values in the worker's memory and calls the host.
func (g *gen) print(n *node) {
	f, in := g.f, n.in
	at := g.reserve(8*len(in.Args), 8)
	site := 0
	for _, o := range g.nodes[1:n.pos] {
		if o.in.Op == ir.Print {
			site++
		}
	}
	g.eachChunk(func() {
		for _, r := range in.Args {
			g.fetch(r)
		}
		for l := range 4 {
			if g.maskedHere() {
				g.pushMask()
				f.Lane(wc.I32x4ExtractLane, uint8(l))
				f.If()
			}
			for i, r := range in.Args {
				f.Get(g.area)
				g.lane(r, l)
				f.Mem(storeOp(scalarType(g.fn.Regs[r].Kind)), uint32(at+8*i))
			}
			f.Get(g.area)
			f.I32(int32(at))
			f.Emit(wc.I32Add)
			f.I32(int32(site))
			f.Get(g.group)
			f.Call(printed)
			if g.maskedHere() {
				f.End()
			}
		}
	})
}

// printSite is one os_log of a kernel.
type printSite struct {
	text  string
	kinds []ir.Kind
}

// printSites lists those of a block in its order.
func printSites(p *ir.Program, fn *ir.Func, b ir.Block) []printSite {
	var sites []printSite
	for i := range b {
		in := &b[i]
		if in.Op == ir.Print {
			s := printSite{text: p.Formats[in.Imm]}
			for _, r := range in.Args {
				s.kinds = append(s.kinds, fn.Regs[r].Kind)
			}
			sites = append(sites, s)
		}
		sites = append(sites, printSites(p, fn, in.Body())...)
		sites = append(sites, printSites(p, fn, in.Else())...)
	}
	return sites
}

type runKey struct{}

// printLine is the host's side: the address of the values, the site, and the
// threadgroup.
func printLine(ctx context.Context, m api.Module, stack []uint64) {
	r := ctx.Value(runKey{}).(*run)
	site := r.m.prints[uint32(stack[1])]
	memory, _ := m.Memory().Read(uint32(stack[0]), uint32(8*len(site.kinds)))
	values := make([]exec.LogValue, len(site.kinds))
	for i, k := range site.kinds {
		bits := binary.LittleEndian.Uint64(memory[8*i:])
		switch {
		case k.IsFloat(): // of every width, as float32
			k, bits = ir.F32, uint64(uint32(bits))
		default:
			bits &= k.Mask()
		}
		values[i] = exec.LogValue{Kind: k, Bits: bits}
	}
	r.log.Print(int64(uint32(stack[2])), site.text, values)
}
