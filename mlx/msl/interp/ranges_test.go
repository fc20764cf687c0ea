package interp

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/ir/irgen"
)

// rangeHook calls see before every instruction.
type rangeHook struct {
	see func(g *group, in *inst, act []int32)
}

func (rangeHook) begin(*group)                             {}
func (rangeHook) entered(*group)                           {}
func (h rangeHook) before(g *group, in *inst, act []int32) { h.see(g, in, act) }

func signed(k ir.Kind, bits uint64) int64 {
	if !k.IsSigned() {
		return int64(bits & k.Mask())
	}
	shift := 64 - k.Bits()
	return int64(bits) << shift >> shift
}

// Every access of random programs is where ir.Func.Accesses says, given no more
// than the values that the parameters take.
func TestAccessesOfRandomPrograms(t *testing.T) {
	accesses, tight := 0, 0
	for seed := range uint64(200) {
		c := irgen.New(seed, 5+int(seed%60))
		p, err := ir.Optimize(c.Program)
		require.NoError(t, err)
		fn := p.Funcs[p.Entries[0].Func]
		watch := func(see func(g *group, in *inst, act []int32)) {
			l := c.Clone()
			l.Entry = p.Entries[0]
			r := &run{ctx: context.Background(), l: l, code: decode(p), geo: newGeometry(l), budget: 1 << 22, hooks: []hook{rangeHook{see}}}
			r.bind()
			r.workers(nil)
		}
		params := map[ir.Reg]ir.Range{}
		watch(func(g *group, in *inst, act []int32) {
			for _, x := range fn.Params {
				if fn.Regs[x].Kind == ir.Ptr {
					params[x] = ir.Exactly(0)
					continue
				}
				for _, lane := range g.lanes[:g.p.n] {
					v := ir.Exactly(signed(fn.Regs[x].Kind, g.reg(int(x))[lane]))
					if old, ok := params[x]; ok {
						v = ir.Range{Lo: min(old.Lo, v.Lo), Hi: max(old.Hi, v.Hi)}
					}
					params[x] = v
				}
			}
		})
		ranges := fn.Accesses(params, nil)
		watch(func(g *group, in *inst, act []int32) {
			if in.Op != ir.Load && in.Op != ir.Store && (in.Op < ir.AtomicLoad || in.Op > ir.AtomicXor) {
				return
			}
			accesses++
			want, ok := ranges[in.Instr]
			if !ok && len(act) > 0 {
				t.Fatalf("seed %d: %s is reached\n%s", seed, in.Op, p)
			}
			if want.Lo != math.MinInt64 {
				tight++
			}
			for _, lane := range act {
				at := offset(g.reg(in.a)[lane]) + int64(in.Imm)
				if at < want.Lo || at > want.Hi {
					t.Fatalf("seed %d: %s at %d, not in %v\n%s", seed, in.Op, at, want, p)
				}
			}
		})
	}
	t.Log(tight, "of", accesses, "accesses have a range")
	require.Greater(t, tight, accesses/2)
}

// A fault of the interpreter itself can be recovered where it was called.
func TestPanicsReachTheCaller(t *testing.T) {
	c := irgen.New(1, 10)
	l := c.Clone()
	l.Entry = c.Program.Entries[0]
	r := &run{ctx: context.Background(), l: l, code: decode(c.Program), geo: newGeometry(l), budget: 1 << 22, hooks: []hook{rangeHook{func(*group, *inst, []int32) { panic("fault") }}}}
	r.bind()
	require.PanicsWithValue(t, "fault", func() { r.workers(nil) })
}
