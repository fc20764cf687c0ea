package interp

import "github.com/zmlx/zmlx/mlx/msl/ir"

// program is a decoded ir.Program.
type program struct {
	src      *ir.Program
	funcs    []*function
	slots    int   // threadgroup slots of all functions
	unlinked ir.Op // an operation that the maths library has to replace
}

type function struct {
	src     *ir.Func
	body    []inst
	slot    int // place of its first threadgroup slot among all functions'
	private int // bytes of a call's private memory
}

// inst is a decoded instruction. exec does the work of those that do not
// change the set of active lanes.
type inst struct {
	*ir.Instr
	exec     func(g *group, in *inst, act []int32)
	dst      int
	a, b, c  int
	size     int // bytes of a value of Kind
	f1       func(a uint64) uint64
	f2       func(a, b uint64) uint64
	f3       func(a, b, c uint64) uint64
	identity uint64 // of a reduction
	body     []inst
	els      []inst
	fn       *function // of Call, and of SlotAddr the function itself
}

func decode(p *ir.Program) *program {
	out := &program{src: p}
	for _, f := range p.Funcs {
		out.funcs = append(out.funcs, &function{src: f, slot: out.slots, private: f.PrivateSize()})
		out.slots += len(f.Threadgroup)
	}
	for _, f := range out.funcs {
		d := decoder{p: out, f: f}
		f.body = d.block(f.src.Body)
	}
	return out
}

type decoder struct {
	p *program
	f *function
}

func (d *decoder) block(b ir.Block) []inst {
	out := make([]inst, len(b))
	for i := range b {
		out[i] = d.instr(&b[i])
	}
	return out
}

func (d *decoder) instr(src *ir.Instr) inst {
	in := inst{Instr: src, dst: int(src.Dst), fn: d.f, size: src.Kind.Size()}
	for i, r := range [...]*int{&in.a, &in.b, &in.c} {
		if i < len(src.Args) {
			*r = int(src.Args[i])
		}
	}
	switch src.Op {
	case ir.If, ir.Loop, ir.Scope:
		in.body, in.els = d.block(src.Body()), d.block(src.Else())
	case ir.Break, ir.Continue, ir.Return, ir.Unreachable, ir.Overflow:
	case ir.Call:
		in.fn = d.p.funcs[src.Imm]
	case ir.Const:
		in.exec = constant
	case ir.FuncConst:
		in.exec = functionConstant
	case ir.Frexp:
		in.exec = frexp
	case ir.Load:
		in.exec = load
	case ir.Store:
		in.exec = store
	case ir.PtrAdd:
		in.exec, in.f2 = binaryOp, ptrAdd
	case ir.PtrDiff:
		in.exec, in.f2 = binaryOp, ptrDiff
	case ir.SlotAddr:
		in.exec = slotAddr
	case ir.ConstAddr:
		in.exec = constAddr
	case ir.CopyMem:
		in.exec = copyMem
	case ir.ZeroMem:
		in.exec = zeroMem
	case ir.AtomicLoad, ir.AtomicStore, ir.AtomicXchg, ir.AtomicCAS, ir.AtomicAdd, ir.AtomicSub, ir.AtomicMin,
		ir.AtomicMax, ir.AtomicAnd, ir.AtomicOr, ir.AtomicXor:
		in.exec, in.f2 = atomicOp, rmw(src.Op, src.Kind)
	case ir.Barrier:
		in.exec = barrier
	case ir.Fence:
		in.exec = func(*group, *inst, []int32) {}
	case ir.Print:
		in.exec = print
	case ir.MatrixLoad:
		in.exec = matrixLoad
	case ir.MatrixStore:
		in.exec = matrixStore
	case ir.MatrixMMA:
		in.exec = matrixMMA
	default:
		d.pure(&in)
	}
	return in
}

// pure decodes what depends on register values only.
func (d *decoder) pure(in *inst) {
	if f := simdOps[in.Op]; f != nil {
		in.exec, in.f2, in.identity = f, combine(in.Op, in.Kind), identity(in.Op, in.Kind)
		return
	}
	switch len(in.Args) {
	case 1:
		in.exec, in.f1 = unaryOp, ir.Unary(in.Op, in.Kind, in.From)
	case 2:
		in.exec, in.f2 = binaryOp, ir.Binary(in.Op, in.Kind)
	case 3:
		in.f3 = ir.Ternary(in.Op, in.Kind)
		in.exec = ternaryOp
	}
	if in.f1 == nil && in.f2 == nil && in.f3 == nil {
		d.p.unlinked = in.Op
	}
	if fast := hot[hotKey{in.Op, in.Kind}]; fast != nil {
		in.exec = fast
	}
}

func constant(g *group, in *inst, act []int32) {
	d := g.reg(in.dst)
	for _, i := range act {
		d[i] = in.Imm
	}
}

// functionConstant gives 0: specialisation has replaced those with a value.
func functionConstant(g *group, in *inst, act []int32) {
	for k := range in.Run() {
		d := g.reg(in.dst + k)
		for _, i := range act {
			d[i] = 0
		}
	}
}

func unaryOp(g *group, in *inst, act []int32) {
	d, a, f := g.reg(in.dst), g.reg(in.a), in.f1
	for _, i := range act {
		d[i] = f(a[i])
	}
}

func binaryOp(g *group, in *inst, act []int32) {
	d, a, b, f := g.reg(in.dst), g.reg(in.a), g.reg(in.b), in.f2
	for _, i := range act {
		d[i] = f(a[i], b[i])
	}
}

func ternaryOp(g *group, in *inst, act []int32) {
	d, a, b, c, f := g.reg(in.dst), g.reg(in.a), g.reg(in.b), g.reg(in.c), in.f3
	for _, i := range act {
		d[i] = f(a[i], b[i], c[i])
	}
}

func frexp(g *group, in *inst, act []int32) {
	d, e, a := g.reg(in.dst), g.reg(in.dst+1), g.reg(in.a)
	for _, i := range act {
		d[i], e[i] = ir.FrexpOf(in.Kind, a[i])
	}
}
