package program

import "slices"

// suppose gives arrays the shapes without which the program ends: where it
// raises an error if x.ndim != 4 or x.shape != y.shape, neither holds.
func (m *machine) suppose(test *expr, holds bool) {
	switch {
	case test.op == opUnary && test.text == "not":
		m.suppose(test.x, !holds)
	case test.op == opBinary && (test.text == "and" && holds || test.text == "or" && !holds):
		m.suppose(test.x, holds)
		m.suppose(test.y, holds)
	case test.op == opCompare && (test.text == "==" && holds || test.text == "!=" && !holds):
		if n, ok := test.y.value.(int64); ok && test.y.op == opLiteral && n >= 0 {
			if a := m.arrayOf(test.x, "ndim"); a != nil {
				a.rank(int(min(n, maxRank)))
			} else if test.x.op == opCall && test.x.x.op == opName && test.x.x.text == "len" && len(test.x.args) == 1 {
				if a := m.arrayOf(test.x.args[0].x, "shape"); a != nil {
					a.rank(int(min(n, maxRank)))
				}
			}
			return
		}
		a, b := m.arrayOf(test.x, "shape"), m.arrayOf(test.y, "shape")
		if a == nil || b == nil {
			return
		}
		if a.Shape == nil {
			a, b = b, a
		}
		if b.Shape == nil {
			a.rank(2)
			b.Shape, b.Guessed = slices.Clone(a.Shape), true
		}
	}
}

// arrayOf is the array of which an attribute is asked, if a variable holds it.
func (m *machine) arrayOf(e *expr, attribute string) *Array {
	if e.op != opAttribute || e.text != attribute || e.x.op != opName {
		return nil
	}
	a, _ := m.eval(e.x).(*Array)
	return a
}
