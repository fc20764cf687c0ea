package ir

import (
	"crypto/sha256"
	"encoding/binary"
)

// Hash identifies what the program computes: equal programs have equal hashes
// whatever their positions, source names and function names are.
func (p *Program) Hash() [32]byte { return sha256.Sum256(p.AppendBinary(nil)) }

// AppendBinary appends a canonical encoding of everything that matters to
// execution.
func (p *Program) AppendBinary(b []byte) []byte {
	e := encoder{b: b}
	e.int(len(p.Constants))
	for _, c := range p.Constants {
		e.int(c.Align)
		e.bytes(c.Bytes)
	}
	e.int(len(p.FuncConst))
	for _, c := range p.FuncConst {
		e.int(c.Index, int(c.Kind), c.N)
	}
	e.int(len(p.Formats))
	for _, f := range p.Formats {
		e.bytes([]byte(f))
	}
	e.int(len(p.Funcs))
	for _, f := range p.Funcs {
		e.function(f)
	}
	e.int(len(p.Entries))
	for _, n := range p.Entries {
		e.bytes([]byte(n.Name))
		e.int(n.Func, n.MaxThreads, n.ThreadgroupSize, len(n.Args))
		for _, a := range n.Args {
			e.int(int(a.Kind), a.Index, int(a.Space), int(truth(a.ReadOnly)), int(a.Builtin), int(a.Scalar), a.N)
		}
	}
	return e.b
}

type encoder struct{ b []byte }

func (e *encoder) int(ns ...int) {
	for _, n := range ns {
		e.b = binary.AppendVarint(e.b, int64(n))
	}
}

func (e *encoder) bytes(s []byte) {
	e.int(len(s))
	e.b = append(e.b, s...)
}

func (e *encoder) regs(rs []Reg) {
	e.int(len(rs))
	for _, r := range rs {
		e.int(int(r))
	}
}

func (e *encoder) function(f *Func) {
	e.regs(f.Params)
	for _, types := range [][]Type{f.Results, f.Regs} {
		e.int(len(types))
		for _, t := range types {
			e.int(int(t.Kind), int(t.Space))
		}
	}
	for _, slots := range [][]Slot{f.Private, f.Threadgroup} {
		e.int(len(slots))
		for _, s := range slots {
			stored := 0
			if s.Stored {
				stored = 1
			}
			e.int(s.Size, s.Align, stored)
		}
	}
	e.block(f.Body)
}

func (e *encoder) block(b Block) {
	e.int(len(b))
	for i := range b {
		in := &b[i]
		e.int(int(in.Op), int(in.Kind), int(in.From), int(in.Space), int(in.N), int(in.Flags), int(in.Dst), int(in.Imm))
		e.regs(in.Args)
		e.block(in.Body())
		e.block(in.Else())
	}
}
