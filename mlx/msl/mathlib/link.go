package mathlib

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// names are the library's functions by operation.
var names = map[ir.Op]string{
	ir.Exp: "exp", ir.Exp2: "exp2", ir.Exp10: "exp10",
	ir.Log: "log", ir.Log2: "log2", ir.Log10: "log10",
	ir.Sin: "sin", ir.Cos: "cos", ir.Tan: "tan",
	ir.SinPi: "sinpi", ir.CosPi: "cospi", ir.TanPi: "tanpi",
	ir.Sinh: "sinh", ir.Cosh: "cosh", ir.Tanh: "tanh",
	ir.Asin: "asin", ir.Acos: "acos", ir.Atan: "atan",
	ir.Asinh: "asinh", ir.Acosh: "acosh", ir.Atanh: "atanh",
	ir.Atan2: "atan2", ir.Pow: "pow",
}

// fastNames are those with a variant of their own under Fast.
var fastNames = map[ir.Op]string{ir.Sin: "fast_sin", ir.Cos: "fast_cos", ir.Tan: "fast_tan", ir.Pow: "fast_pow"}

// function names what implements an instruction, "" if the library does not.
func function(in *ir.Instr) string {
	if in.Flags&ir.Fast != 0 && fastNames[in.Op] != "" {
		return fastNames[in.Op]
	}
	return names[in.Op]
}

// Link replaces every operation of the library in p by calls and appends the
// functions called. p must not have been verified yet.
func Link(p *ir.Program) error {
	l := linker{p: p, placed: map[string]int{}}
	for _, f := range p.Funcs { // those of the library, appended meanwhile, are free of them
		l.f = f
		f.Body = l.block(f.Body)
		if l.err != nil {
			return l.err
		}
	}
	return nil
}

type linker struct {
	p      *ir.Program
	f      *ir.Func
	placed map[string]int // index in p.Funcs by name
	err    error
}

func (l *linker) block(b ir.Block) ir.Block {
	var out ir.Block // made when the first instruction is replaced
	for i := range b {
		in := &b[i]
		in.MapBlocks(l.block)
		name := function(in)
		if name != "" && out == nil {
			out = slices.Clone(b[:i])
		}
		if name != "" {
			out = l.call(out, in, l.place(name))
		} else if out != nil {
			out = append(out, *in)
		}
	}
	if out == nil {
		return b
	}
	return out
}

// call appends a call of a library function in place of an instruction.
func (l *linker) call(out ir.Block, in *ir.Instr, index int) ir.Block {
	call := ir.Instr{Op: ir.Call, Dst: in.Dst, Args: in.Args, Imm: uint64(index), Pos: in.Pos}
	if in.Kind == ir.F32 {
		return append(out, call)
	}
	call.Args = make([]ir.Reg, len(in.Args))
	for i, a := range in.Args {
		call.Args[i] = l.temp()
		out = append(out, ir.Instr{Op: ir.Convert, Kind: ir.F32, From: in.Kind, Dst: call.Args[i], Args: []ir.Reg{a}, Pos: in.Pos})
	}
	call.Dst = l.temp()
	return append(out, call,
		ir.Instr{Op: ir.Convert, Kind: in.Kind, From: ir.F32, Dst: in.Dst, Args: []ir.Reg{call.Dst}, Pos: in.Pos})
}

func (l *linker) temp() ir.Reg {
	l.f.Regs = append(l.f.Regs, ir.Type{Kind: ir.F32})
	return ir.Reg(len(l.f.Regs) - 1)
}

// place returns the index of a library function in the program, which it
// joins with its callees and constants on first use.
func (l *linker) place(name string) int {
	if i, ok := l.placed[name]; ok {
		return i
	}
	lib, err := compiled(name)
	if err != nil {
		l.err = err
		return 0
	}
	m := merge{funcs: len(l.p.Funcs), constants: len(l.p.Constants)}
	for _, f := range lib.Funcs {
		g := *f
		g.Pos = 0 // as its instructions: counted and reported as a call, not as lines
		g.Body = m.block(f.Body)
		l.p.Funcs = append(l.p.Funcs, &g)
	}
	l.p.Constants = append(l.p.Constants, lib.Constants...)
	l.placed[name] = m.funcs
	return m.funcs
}

// merge renumbers what a program refers to when it joins another one.
type merge struct{ funcs, constants int }

func (m merge) block(b ir.Block) ir.Block {
	b = slices.Clone(b)
	for i := range b {
		in := &b[i]
		switch in.Op {
		case ir.Call:
			in.Imm += uint64(m.funcs)
		case ir.ConstAddr:
			in.Imm += uint64(m.constants)
		}
		in.Pos = 0
		in.MapBlocks(m.block)
	}
	return b
}
