package mathlib

import (
	"context"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// program is a kernel y[i] = op(x[i]) or, with two operands, op(x[i], z[i]).
func program(op ir.Op, k ir.Kind, flags ir.Flags, operands int) *ir.Program {
	device := ir.Type{Kind: ir.Ptr, Space: ir.Device}
	value := ir.Type{Kind: k}
	f := &ir.Func{Name: "f"}
	reg := func(t ir.Type) ir.Reg {
		f.Regs = append(f.Regs, t)
		return ir.Reg(len(f.Regs) - 1)
	}
	emit := func(in ir.Instr) ir.Reg {
		f.Body = append(f.Body, in)
		return in.Dst
	}
	entry := &ir.Entry{Name: "f"}
	var buffers []ir.Reg
	for i := range operands + 1 {
		buffers = append(buffers, reg(device))
		entry.Args = append(entry.Args, ir.Arg{Kind: ir.ArgBuffer, Index: i, Space: ir.Device, ElemKind: k, ElemSize: k.Size()})
	}
	id := reg(ir.Type{Kind: ir.U32})
	entry.Args = append(entry.Args, ir.Arg{Kind: ir.ArgBuiltin, Builtin: ir.ThreadPositionInGrid, Scalar: ir.U32, N: 1})
	f.Params = append(append(f.Params, buffers...), id)
	size := emit(ir.Instr{Op: ir.Const, Kind: ir.I64, Imm: uint64(k.Size()), Dst: reg(ir.Type{Kind: ir.I64})})
	wide := emit(ir.Instr{Op: ir.Convert, Kind: ir.I64, From: ir.U32, Args: []ir.Reg{id}, Dst: reg(ir.Type{Kind: ir.I64})})
	offset := emit(ir.Instr{Op: ir.Mul, Kind: ir.I64, Args: []ir.Reg{wide, size}, Dst: reg(ir.Type{Kind: ir.I64})})
	at := func(i int) ir.Reg {
		return emit(ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Space: ir.Device, Args: []ir.Reg{buffers[i], offset}, Dst: reg(device)})
	}
	var args []ir.Reg
	for i := range operands {
		args = append(args, emit(ir.Instr{Op: ir.Load, Kind: k, Space: ir.Device, Args: []ir.Reg{at(i)}, Dst: reg(value)}))
	}
	y := emit(ir.Instr{Op: op, Kind: k, Flags: flags, Args: args, Dst: reg(value)})
	emit(ir.Instr{Op: ir.Store, Kind: k, Space: ir.Device, Args: []ir.Reg{at(operands), y}, Dst: ir.NoReg})
	return &ir.Program{Funcs: []*ir.Func{f}, Entries: []*ir.Entry{entry}}
}

// apply runs an operation over the bits of its operands.
func apply(t *testing.T, op ir.Op, k ir.Kind, flags ir.Flags, operands ...[]uint32) []uint32 {
	t.Helper()
	p := program(op, k, flags, len(operands))
	require.NoError(t, Link(p))
	require.NoError(t, ir.Verify(p))
	n := len(operands[0])
	launch := exec.Launch{
		Entry: p.Entries[0], Grid: exec.Dim{uint32(n), 1, 1}, Threadgroup: exec.Dim{1024, 1, 1},
		Buffers: map[int]exec.Buffer{},
	}
	for i, v := range append(operands, make([]uint32, n)) {
		launch.Buffers[i] = exec.Buffer{Data: pack(v, k.Size())}
	}
	res, err := interp.Executor{}.Run(context.Background(), p, launch)
	require.NoError(t, err)
	require.Empty(t, res.Findings)
	return unpack(launch.Buffers[len(operands)].Data, k.Size())
}

func pack(v []uint32, size int) []byte {
	var b []byte
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, x)[:len(b)+size]
	}
	return b
}

func unpack(b []byte, size int) []uint32 {
	out := make([]uint32, len(b)/size)
	for i := range out {
		if size == 2 {
			out[i] = uint32(binary.LittleEndian.Uint16(b[2*i:]))
		} else {
			out[i] = binary.LittleEndian.Uint32(b[4*i:])
		}
	}
	return out
}

// ulps is the distance of a result from the true value in units of the last
// place of kind k there; infinite where the one is special and the other not,
// or where a zero has the wrong sign.
func ulps(k ir.Kind, bits uint32, want float64) float64 {
	got := ir.FloatValue(k, uint64(bits))
	rounded := ir.FloatValue(k, ir.FloatBits(k, want))
	switch {
	case math.IsNaN(want) || math.IsNaN(got):
		if math.IsNaN(want) && math.IsNaN(got) {
			return 0
		}
		return math.Inf(1)
	case math.IsInf(got, 0) || math.IsInf(rounded, 0):
		if got == rounded {
			return 0
		}
		largest := ir.FloatValue(k, ir.FloatBits(k, math.Inf(1))-1)
		if math.Abs(want) >= largest && math.Abs(got) >= largest && (got > 0) == (want > 0) {
			return 1
		}
		return math.Inf(1)
	case rounded == 0 && got == 0 && math.Signbit(got) != math.Signbit(want):
		return math.Inf(1)
	}
	digits, least := 24, -149
	switch k {
	case ir.F16:
		digits, least = 11, -24
	case ir.BF16:
		digits, least = 8, -133
	}
	_, exp := math.Frexp(want)
	return math.Abs(got-want) / math.Ldexp(1, max(exp-digits, least))
}
