package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// stepping is a register that every iteration adds the same to.
type stepping struct {
	r, by ir.Reg
	kind  ir.Kind
}

// stepper follows a loop's iteration, as far as all threads take the same way.
type stepper struct {
	*resumer
	by     map[ir.Reg][]*ir.Instr // what assigns registers in the loop
	fixed  map[ir.Reg]*ir.Instr   // registers to which every iteration has given the same
	before map[ir.Reg]ir.Reg      // where that is before the loop
	copies map[ir.Reg]ir.Reg      // integers and pointers: whose value at the beginning a register has
	sums   map[ir.Reg]sum
}

// sum is an addition with the operands as copies name them.
type sum struct {
	in   *ir.Instr
	args [2]ir.Reg
}

// steps finds the registers that advance evenly, by what it emits the value of.
func (r *resumer) steps(in *ir.Instr) []stepping {
	s := &stepper{r, assigned(in), map[ir.Reg]*ir.Instr{}, map[ir.Reg]ir.Reg{}, map[ir.Reg]ir.Reg{}, map[ir.Reg]sum{}}
	var out []stepping
	for _, b := range []ir.Block{in.Body(), in.Else()} {
		for i := range b {
			if continues(b[i:i+1], 0) {
				break
			}
			if x := &b[i]; results(x) == 1 && len(s.by[x.Dst]) == 1 {
				s.assign(x)
				if by, ok := s.stepOf(x.Dst); ok {
					out = append(out, stepping{x.Dst, by, r.fn.Regs[x.Dst].Kind})
				}
			}
		}
	}
	return out
}

// assign notes what the only instruction that assigns a register gives it.
func (s *stepper) assign(x *ir.Instr) {
	constant := x.Op == ir.Load && s.space(x.Args[0]) == ir.Constant
	same := (x.Op.Plain() || constant) && s.fn.Regs[x.Dst].Kind != ir.Ptr
	for _, a := range x.Args {
		same = same && s.isFixed(a)
	}
	integer := x.Op == ir.Convert && x.Kind.IsInt() && x.From.IsInt() && x.Kind.Bits() == x.From.Bits()
	switch {
	case same:
		s.fixed[x.Dst] = x
	case x.Op == ir.Mov || integer:
		s.copies[x.Dst] = s.origin(x.Args[0])
		if added, ok := s.sums[x.Args[0]]; ok {
			s.sums[x.Dst] = added
		}
	case x.Op == ir.PtrAdd || x.Op == ir.Add && x.Kind.IsInt():
		s.sums[x.Dst] = sum{x, [2]ir.Reg{s.origin(x.Args[0]), s.origin(x.Args[1])}}
	}
}

func (s *stepper) isFixed(r ir.Reg) bool { return len(s.by[r]) == 0 || s.fixed[r] != nil }

// origin is the register whose value at the beginning of the iteration r has, so far
// as copies tell.
func (s *stepper) origin(r ir.Reg) ir.Reg {
	if from, ok := s.copies[r]; ok {
		return from
	}
	return r
}

// stepOf returns what has been added to a register, if that is the same in all
// iterations.
func (s *stepper) stepOf(r ir.Reg) (by ir.Reg, ok bool) {
	added, ok := s.sums[r]
	if !ok {
		return 0, false
	}
	k := slices.Index(added.args[:], r)
	if k < 0 || k > 0 && added.in.Op == ir.PtrAdd || !s.isFixed(added.in.Args[1-k]) {
		return 0, false
	}
	by = s.value(added.in.Args[1-k])
	if added.in.Op == ir.Add {
		by = s.convert(s.fn.Regs[r].Kind, added.in.Kind, by)
	}
	return by, true
}

// value returns a register that holds, before the loop, what a fixed one does in it.
// Loads of constants may be made that the loop does not come to.
func (s *stepper) value(r ir.Reg) ir.Reg {
	if s.fixed[r] == nil {
		return r
	}
	if x, ok := s.before[r]; ok {
		return x
	}
	in := *s.fixed[r]
	in.Args = slices.Clone(in.Args)
	for i, a := range in.Args {
		in.Args[i] = s.value(a)
	}
	s.before[r] = s.emit(in, s.fn.Regs[r].Kind)
	return s.before[r]
}

// continues reports whether b, so deep in a loop, ends its iteration.
func continues(b ir.Block, depth uint64) bool {
	return slices.ContainsFunc(b, func(in ir.Instr) bool {
		d := depth
		switch in.Op {
		case ir.Continue:
			return in.Imm == depth
		case ir.Loop, ir.Scope:
			d++
		}
		return continues(in.Body(), d) || continues(in.Else(), d)
	})
}

// advance gives a register its value in iteration t.
func (r *resumer) advance(s stepping, from, t ir.Reg) {
	if s.kind == ir.Ptr {
		r.out = append(r.out, ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Dst: s.r, Args: []ir.Reg{from, r.op(ir.Mul, ir.I64, t, s.by)}})
		return
	}
	if s.kind != ir.I64 {
		t = r.convert(s.kind, ir.I64, t)
	}
	r.out = append(r.out, ir.Instr{Op: ir.Add, Kind: s.kind, Dst: s.r, Args: []ir.Reg{from, r.op(ir.Mul, s.kind, t, s.by)}})
}
