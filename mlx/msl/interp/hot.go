package interp

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

type hotKey struct {
	op   ir.Op
	kind ir.Kind
}

// hot holds loops for the most frequent operations, without a call a lane.
// A test compares them with package ir's functions.
var hot = map[hotKey]func(g *group, in *inst, act []int32){
	{ir.Add, ir.F32}: func(g *group, in *inst, act []int32) {
		d, a, b := g.reg(in.dst), g.reg(in.a), g.reg(in.b)
		for _, i := range act {
			d[i] = bitsOf(float(a[i]) + float(b[i]))
		}
	},
	{ir.Sub, ir.F32}: func(g *group, in *inst, act []int32) {
		d, a, b := g.reg(in.dst), g.reg(in.a), g.reg(in.b)
		for _, i := range act {
			d[i] = bitsOf(float(a[i]) - float(b[i]))
		}
	},
	{ir.Mul, ir.F32}: func(g *group, in *inst, act []int32) {
		d, a, b := g.reg(in.dst), g.reg(in.a), g.reg(in.b)
		for _, i := range act {
			d[i] = bitsOf(float(a[i]) * float(b[i]))
		}
	},
	{ir.Add, ir.U32}: addU32,
	{ir.Add, ir.I32}: addU32,
	{ir.Mul, ir.U32}: mulU32,
	{ir.Mul, ir.I32}: mulU32,
	{ir.Lt, ir.U32}: func(g *group, in *inst, act []int32) {
		d, a, b := g.reg(in.dst), g.reg(in.a), g.reg(in.b)
		for _, i := range act {
			d[i] = 0
			if a[i] < b[i] {
				d[i] = 1
			}
		}
	},
	{ir.PtrAdd, ir.Ptr}: func(g *group, in *inst, act []int32) {
		d, a, b := g.reg(in.dst), g.reg(in.a), g.reg(in.b)
		for _, i := range act {
			d[i] = ptrAdd(a[i], b[i])
		}
	},
}

func float(bits uint64) float32 { return math.Float32frombits(uint32(bits)) }
func bitsOf(f float32) uint64   { return uint64(math.Float32bits(f)) }

func addU32(g *group, in *inst, act []int32) {
	d, a, b := g.reg(in.dst), g.reg(in.a), g.reg(in.b)
	for _, i := range act {
		d[i] = uint64(uint32(a[i]) + uint32(b[i]))
	}
}

func mulU32(g *group, in *inst, act []int32) {
	d, a, b := g.reg(in.dst), g.reg(in.a), g.reg(in.b)
	for _, i := range act {
		d[i] = uint64(uint32(a[i]) * uint32(b[i]))
	}
}
