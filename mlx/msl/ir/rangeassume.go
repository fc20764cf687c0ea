package ir

import "math"

// assume narrows what a condition compares. It reports false if the condition
// cannot have that outcome.
func (a *ranger) assume(c Reg, holds bool, depth int) bool {
	want := Exactly(0)
	if holds {
		want = Exactly(1)
	}
	if a.env[c].within(want).empty() {
		return false
	}
	a.narrow(c, want)
	in := a.origin(c)
	if in == nil || depth > 8 {
		return true
	}
	switch in.Op {
	case Mov:
		return a.assume(in.Args[0], holds, depth+1)
	case Not:
		return a.assume(in.Args[0], !holds, depth+1)
	case Select: // a && b is a ? b : false, a || b is a ? true : b
		other := in.Args[1]
		if holds {
			other = in.Args[2]
		}
		if a.env[other].within(want).empty() {
			rest := in.Args[1]
			if !holds {
				rest = in.Args[2]
			}
			return a.assume(in.Args[0], holds, depth+1) && a.assume(rest, holds, depth+1)
		}
	case And, Or:
		if holds == (in.Op == And) && in.Kind == Bool {
			return a.assume(in.Args[0], holds, depth+1) && a.assume(in.Args[1], holds, depth+1)
		}
	case Lt, Le, Eq, Ne:
		if in.Kind.IsInt() {
			return a.compare(in.Op, in.Kind, in.Args[0], in.Args[1], holds)
		}
	}
	return true
}

func (a *ranger) compare(op Op, k Kind, x, y Reg, holds bool) bool {
	if k.Bits() == 64 && (!a.env[x].known() && !a.env[y].known() || !k.IsSigned() && (a.env[y].Lo < 0 || a.env[x].Lo < 0)) {
		return true
	}
	switch {
	case op == Eq && holds, op == Ne && !holds:
		both := a.env[x].within(a.env[y])
		a.narrow(x, both)
		a.narrow(y, both)
	case op == Eq || op == Ne:
		for _, p := range [][2]Reg{{x, y}, {y, x}} {
			if v := a.env[p[1]]; v.Lo == v.Hi {
				if a.env[p[0]].Lo == v.Lo && v.Lo < math.MaxInt64 {
					a.narrow(p[0], Range{v.Lo + 1, math.MaxInt64})
				}
				if a.env[p[0]].Hi == v.Lo && v.Lo > math.MinInt64 {
					a.narrow(p[0], Range{math.MinInt64, v.Lo - 1})
				}
			}
		}
	case holds:
		a.ordered(y, x, op == Lt)
	default:
		a.ordered(x, y, op == Le)
	}
	return !a.env[x].empty() && !a.env[y].empty()
}

// ordered notes that x >= y, or x > y.
func (a *ranger) ordered(x, y Reg, strictly bool) {
	by := int64(0)
	if strictly {
		by = 1
	}
	a.orders = append(a.orders, order{x, y, by, a.now})
	if lo, ok := plus(a.env[y].Lo, by); ok && a.env[y].Lo != math.MinInt64 {
		a.narrow(x, Range{lo, math.MaxInt64})
	}
	if hi, ok := plus(a.env[x].Hi, -by); ok && a.env[x].Hi != math.MaxInt64 {
		a.narrow(y, Range{math.MinInt64, hi})
	}
}

// least is a lower bound of x - y that a condition in force gives.
func (a *ranger) least(x, y Reg) (int64, bool) {
	for _, o := range a.orders {
		if o.a == x && o.b == y && a.since[x] <= o.at && a.since[y] <= o.at {
			return o.by, true
		}
	}
	return 0, false
}
