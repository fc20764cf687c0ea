package ir

import (
	"cmp"
	"slices"
)

// The bounds of a sum are narrower than those of its terms tell where terms depend on the
// same number, as an index that stays at an edge and what it is subtracted from do:
//
//	x[i - min(column, 1)] // i = row * width + column
//
// So where there are such terms, a sum is bounded by what it is for each number.

// line is how a number depends on another one: points in rising order, between which it
// is straight, or nothing lies.
type line []point

type point struct{ x, y int64 }

// bent is a sum of a constant and of numbers, each of which depends on one register.
type bent struct {
	by    int64
	terms []bentTerm
}

type bentTerm struct {
	of Reg
	line
}

// maxBent bounds the steps back to what a number is made of, maxTerms a sum, maxPoints a line,
// maxFactor what one is multiplied by and maxLine what it reaches. maxMade bounds the
// steps of an analysis, each of which is as dear as many of its others.
const (
	maxBent   = 8
	maxMade   = 1 << 13
	maxTerms  = 6
	maxPoints = 24
	maxFactor = 1 << 21
	maxLine   = 1 << 40
)

// bending finds the sums with terms that have edges.
func (f *Func) bending(def []*Instr) []bool {
	edges, sums := make([]bool, len(f.Regs)), make([]bool, len(f.Regs))
	f.Body.Walk(func(in *Instr) {
		if in.Dst == NoReg || int(in.Dst) >= len(def) || def[in.Dst] != in {
			return
		}
		switch in.Op {
		case Min, Max, Select:
			edges[in.Dst] = in.Kind.IsInt()
		case Eq, Ne, Lt, Le:
			edges[in.Dst] = true
		case Add, Sub, Mul, Shl, Convert, Mov:
			edges[in.Dst] = slices.ContainsFunc(in.Args, func(r Reg) bool { return edges[r] })
			sums[in.Dst] = edges[in.Dst] && (in.Op == Add || in.Op == Sub)
		}
	})
	return sums
}

// bend is the range of a sum by what it is made of.
func (a *ranger) bend(in *Instr) Range {
	a.bents = map[Reg]bent{}
	if b, ok := a.made(in, maxBent); ok {
		return b.reach()
	}
	return rangeOf(a.f.Regs[in.Dst].Kind)
}

// bentOf is what a register is made of: itself, if nothing else is known.
func (a *ranger) bentOf(r Reg, depth int) (bent, bool) {
	v := a.env[r]
	if v.Lo == v.Hi {
		return bent{by: v.Lo}, v.short()
	}
	if b, known := a.bents[r]; known {
		return b, true
	}
	if in := a.origin(r); in != nil && depth > 0 {
		if b, ok := a.made(in, depth-1); ok {
			a.bents[r] = b
			return b, true
		}
	}
	return bent{terms: []bentTerm{{r, line{{v.Lo, v.Lo}, {v.Hi, v.Hi}}}}}, v.Lo < v.Hi && v.short()
}

// short reports whether no sum or multiple of such numbers, as they are made here, wraps.
func (r Range) short() bool { return -maxLine <= r.Lo && r.Hi <= maxLine }

// made is what the result of an operation is made of, if that is known and does not wrap.
func (a *ranger) made(in *Instr, depth int) (b bent, ok bool) {
	k := a.f.Regs[in.Dst].Kind
	if a.steps++; a.steps > maxMade || !k.IsInt() && k != Bool || !in.Kind.IsInt() && in.Kind != Bool {
		return b, false
	}
	var args [3]bent
	for i, r := range in.Args {
		if i == len(args) {
			return b, false
		}
		if args[i], ok = a.bentOf(r, depth); !ok {
			return b, false
		}
	}
	x, y := args[0], args[1]
	switch in.Op {
	case Mov:
		b, ok = x, true
	case Convert:
		b, ok = x, in.From.IsInt() || in.From == Bool
	case Add:
		b, ok = x.plus(y, 1), true
	case Sub:
		b, ok = x.plus(y, -1), true
	case Mul:
		if len(x.terms) == 0 {
			x, y = y, x
		}
		b, ok = bent{}.plus(x, y.by), len(y.terms) == 0 && -maxFactor <= y.by && y.by <= maxFactor
	case Shl:
		if ok = len(y.terms) == 0 && y.by >= 0 && y.by <= 21; ok {
			b = bent{}.plus(x, 1<<y.by)
		}
	case Min, Max, Eq, Ne, Lt, Le:
		b, ok = x.meet(y, in.Op)
	case Select:
		b, ok = y.either(args[2], x)
	default:
		return b, false
	}
	if !ok || len(b.terms) > maxTerms || slices.ContainsFunc(b.terms, func(t bentTerm) bool { return len(t.line) > maxPoints || !t.line.reach().short() }) {
		return b, false
	}
	r := b.reach()
	return b, r.short() && r.fits(k, true) == r
}

func meeting(op Op, x, y int64) int64 {
	holds := false
	switch op {
	case Min:
		return min(x, y)
	case Max:
		return max(x, y)
	case Eq:
		holds = x == y
	case Ne:
		holds = x != y
	case Lt:
		holds = x < y
	case Le:
		holds = x <= y
	}
	if holds {
		return 1
	}
	return 0
}

// reach is the range of a sum.
func (b bent) reach() Range {
	out := Exactly(b.by)
	for _, t := range b.terms {
		r := t.line.reach()
		out.Lo, out.Hi = out.Lo+r.Lo, out.Hi+r.Hi
	}
	return out
}

func (l line) reach() Range {
	out := Exactly(l[0].y)
	for _, p := range l {
		out = out.join(Exactly(p.y))
	}
	return out
}

// term is how a sum depends on a register, apart from its constant.
func (b bent) term(of Reg) line {
	for _, t := range b.terms {
		if t.of == of {
			return t.line
		}
	}
	return nil
}

// plus is b + by*c.
func (b bent) plus(c bent, by int64) bent {
	out := bent{by: b.by + by*c.by, terms: slices.Clone(b.terms)}
	for _, t := range c.terms {
		i := slices.IndexFunc(out.terms, func(o bentTerm) bool { return o.of == t.of })
		if i < 0 {
			i = len(out.terms)
			out.terms = append(out.terms, bentTerm{of: t.of})
		}
		l := out.terms[i].line
		out.terms[i].line = over(corners(l, t.line), func(x int64) int64 { return l.at(x) + by*t.line.at(x) })
	}
	return out
}

// apart finds what two sums have in common, and the register, if there is one, on which all
// depends that they are besides, given that it can only be that one, if any is given.
func (b bent) apart(c bent, on Reg) (common bent, of Reg, ok bool) {
	for i, t := range append(b.terms[:len(b.terms):len(b.terms)], c.terms...) {
		switch {
		case t.of != on && slices.Equal(b.term(t.of), c.term(t.of)):
			if i < len(b.terms) {
				common.terms = append(common.terms, t)
			}
		case on != NoReg && on != t.of:
			return common, on, false
		default:
			on = t.of
		}
	}
	return common, on, on != NoReg
}

// meet is what an operation makes of two sums.
func (b bent) meet(c bent, op Op) (bent, bool) {
	common, of, ok := b.apart(c, NoReg)
	if !ok {
		return bent{}, false
	}
	if op != Min && op != Max { // what is added to both tells nothing of how they compare
		common = bent{}
	}
	f, g := b.by, c.by
	l, m := b.term(of), c.term(of)
	at := func(x int64) (int64, int64) { return f + l.at(x), g + m.at(x) }
	made := over(crossings(corners(l, m), at), func(x int64) int64 {
		y, z := at(x)
		return meeting(op, y, z)
	})
	return common.plus(bent{terms: []bentTerm{{of, made}}}, 1), true
}

// either is one of two sums, as a condition says.
func (b bent) either(c, cond bent) (bent, bool) {
	if len(cond.terms) != 1 || cond.by != 0 {
		return bent{}, false
	}
	on := cond.terms[0]
	common, _, ok := b.apart(c, on.of)
	if !ok {
		return bent{}, false
	}
	l, m := b.term(on.of), c.term(on.of)
	made := over(corners(on.line, l, m), func(x int64) int64 {
		if on.at(x) != 0 {
			return b.by + l.at(x)
		}
		return c.by + m.at(x)
	})
	return common.plus(bent{terms: []bentTerm{{on.of, made}}}, 1), true
}

// at is what a number is for another one, nothing if it does not depend on it.
func (l line) at(x int64) int64 {
	if l == nil {
		return 0
	}
	i, found := slices.BinarySearchFunc(l, x, func(p point, x int64) int { return cmp.Compare(p.x, x) })
	if found {
		return l[i].y
	}
	p, q := l[i-1], l[i]
	return p.y + (q.y-p.y)/(q.x-p.x)*(x-p.x)
}

// over is the line through what a function is at such places.
func over(xs []int64, y func(x int64) int64) line {
	out := make(line, len(xs))
	for i, x := range xs {
		out[i] = point{x, y(x)}
	}
	return out
}

// corners are where lines have points.
func corners(lines ...line) (xs []int64) {
	for _, l := range lines {
		for _, p := range l {
			xs = append(xs, p.x)
		}
	}
	slices.Sort(xs)
	return slices.Compact(xs)
}

// crossings are also the places around where two lines cross: between those nothing else lies,
// and on each side of them one of the lines is above.
func crossings(xs []int64, at func(x int64) (int64, int64)) []int64 {
	above := func(x int64) int64 {
		y, z := at(x)
		return y - z
	}
	out := slices.Clone(xs)
	for i := 1; i < len(xs); i++ {
		p, q := xs[i-1], xs[i]
		d, e := above(p), above(q)
		if cmp.Compare(d, 0) == cmp.Compare(e, 0) {
			continue
		}
		middle := p - d/((e-d)/(q-p))
		for x := max(p, middle-1); x <= min(q, middle+2); x++ {
			out = append(out, x)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
