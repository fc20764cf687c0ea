package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// block collects what f emits instead of appending it.
func (b *Builder) block(f func()) (code ir.Block, dead bool) {
	outer, start := b.dead, len(b.code)
	f()
	b.most = max(b.most, len(b.code))
	code = b.out.instrs.copy(b.code[start:])
	dead = b.dead && !outer
	b.code, b.dead = b.code[:start], outer
	return code, dead
}

// trial is block for what may stay where it is, if stays says so of the code.
func (b *Builder) trial(f func(), stays func(ir.Block) bool) (code ir.Block, stayed bool) {
	outer, start := b.dead, len(b.code)
	f()
	b.dead = outer
	if stays(b.code[start:]) {
		return nil, true
	}
	b.most = max(b.most, len(b.code))
	code = b.out.instrs.copy(b.code[start:])
	b.code = b.code[:start]
	return code, false
}

// nest keeps the blocks of a construct.
func (b *Builder) nest(n ir.Nest) *ir.Nest {
	kept := b.out.nests.new()
	*kept = n
	return kept
}

// extend collects what f emits behind instructions that were collected before.
func (b *Builder) extend(code ir.Block, f func()) ir.Block {
	code, _ = b.block(func() {
		b.append(code)
		f()
	})
	return code
}

// rotate puts the instructions from mid on in front of those from start on.
func (b *Builder) rotate(start, mid int) {
	slices.Reverse(b.code[start:mid])
	slices.Reverse(b.code[mid:])
	slices.Reverse(b.code[start:])
}

// append adds instructions that block collected.
func (b *Builder) append(code ir.Block) {
	if !b.dead {
		b.code = append(b.code, code...)
	}
}

// If emits then and els under a condition; either may be nil. A known
// condition emits one of them only.
func (b *Builder) If(cond ir.Reg, then, els func()) {
	if v, ok := b.Known(cond); ok {
		if v != 0 && then != nil {
			then()
		} else if v == 0 && els != nil {
			els()
		}
		return
	}
	at := b.pos
	var sides ir.Nest
	var d1, d2 bool
	if then != nil {
		sides.Body, d1 = b.block(then)
	}
	if els != nil {
		sides.Else, d2 = b.block(els)
	}
	if len(sides.Body) == 0 && len(sides.Else) == 0 {
		return
	}
	b.Emit(ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: b.args(cond), Nest: b.nest(sides), Pos: at})
	if d1 && d2 {
		b.dead = true
	}
}

// Scope emits a block that Break leaves. The argument of body is the depth
// to give to BreakTo.
func (b *Builder) Scope(body func(depth int)) {
	at := b.pos
	var n ir.Nest
	b.depth++
	d := b.depth
	n.Body, _ = b.block(func() { body(d) })
	b.depth--
	b.Emit(ir.Instr{Op: ir.Scope, Dst: ir.NoReg, Nest: b.nest(n), Pos: at})
}

// Loop emits an endless loop; next is the continuing block.
func (b *Builder) Loop(body, next func(depth int)) {
	at := b.pos
	var n ir.Nest
	b.depth++
	d := b.depth
	n.Body, _ = b.block(func() { body(d) })
	n.Else, _ = b.block(func() { next(d) })
	b.depth--
	b.Emit(ir.Instr{Op: ir.Loop, Dst: ir.NoReg, Nest: b.nest(n), Pos: at})
}

// BreakTo leaves the Loop or Scope that was opened at a depth.
func (b *Builder) BreakTo(depth int) {
	b.Emit(ir.Instr{Op: ir.Break, Dst: ir.NoReg, Imm: uint64(b.depth - depth)})
}

// ContinueTo ends the iteration of the Loop that was opened at a depth.
func (b *Builder) ContinueTo(depth int) {
	b.Emit(ir.Instr{Op: ir.Continue, Dst: ir.NoReg, Imm: uint64(b.depth - depth)})
}
