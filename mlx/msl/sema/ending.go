package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Objects of classes with destructors are noted in the frame of a function when they
// have been made. They end with the block that they are of, or with the full
// expression if they have no name, as arguments do, the last first, and in front of
// each return, break and continue that leaves these.

// ending is an object that will end.
type ending struct {
	typ  *Type
	addr Addr
	made ir.Reg // says whether it was made, NoReg if it was
	of   Addr   // of the object whose member is a reference to it: as long as that it lives
}

// aggregate is an object without a name, which ends with the full expression unless it
// becomes another's value.
func (c *checker) aggregate(t *Type, a Addr) Value {
	c.fr.willEnd(c, t, a)
	return aggregate(t, a)
}

// willEnd notes an object that has been made.
func (fr *frame) willEnd(c *checker, t *Type, a Addr) {
	if c.unevaluated == 0 && t.ends() {
		fr.ends = append(fr.ends, ending{t, a, ir.NoReg, Addr{}})
	}
}

// takesPlace says that an object without a name is another one's value: that ends in its
// place.
func (fr *frame) takesPlace(v Value) {
	if v.Cat == PRValue {
		fr.ends = slices.DeleteFunc(fr.ends, func(e ending) bool { return e.addr == v.addr && e.typ == v.Type.T })
	}
}

// lends says that a reference in an object is bound to one without a name.
func (fr *frame) lends(object, to Addr) {
	for i := range fr.ends {
		if e := &fr.ends[i]; e.addr == object {
			e.of = to
		}
	}
}

// perhaps says of the objects from the nth on that the code at hand made them, which not
// all that leads to their ends passes.
func (c *checker) perhaps(n int) {
	for i := n; i < len(c.fr.ends); i++ {
		if e := &c.fr.ends[i]; e.made == ir.NoReg {
			e.made = c.b.flag()
			c.b.Mov(e.made, c.b.Bool(true))
		}
	}
}

// end emits the ends of the objects from the nth on, but for one that is returned.
func (c *checker) end(n int, returned Addr) {
	for _, e := range slices.Backward(c.fr.ends[n:]) {
		object := lvalue(Of(e.typ), e.addr)
		switch {
		case c.b.dead || c.oversized(diag.Span{Start: c.b.pos, End: c.b.pos}):
			return
		case e.addr == returned:
		case e.made == ir.NoReg:
			c.destroy(object)
		default:
			c.b.If(e.made, func() {
				c.destroy(object)
				c.b.Mov(e.made, c.b.Bool(false)) // a loop may come here again
			}, nil)
		}
	}
}

// leave ends the objects from the nth on, which are no more.
func (c *checker) leave(n int) {
	if len(c.fr.ends) > n {
		c.end(n, Addr{})
		c.fr.ends = c.fr.ends[:n]
	}
}

// begun ends the objects that the initialiser of a variable made, from the nth on, and
// notes the variable, or the object that a reference is bound to and which ends with it.
func (c *checker) begun(v *Variable, n int) {
	slot := func(a Addr) bool {
		return a.Base == baseSlot && v.val.addr.Base == baseSlot && a.Index == v.val.addr.Index
	}
	var bound []ending
	c.fr.ends = append(c.fr.ends[:n], slices.DeleteFunc(c.fr.ends[n:], func(e ending) bool {
		lives := v.ref && slot(e.addr) || slot(e.of)
		if lives {
			bound = append(bound, e)
		}
		return lives
	})...)
	c.leave(n)
	c.fr.ends = append(c.fr.ends, bound...)
	if v.ref {
		return
	}
	c.endable(v)
	if v.bound && v.val.mem {
		c.fr.willEnd(c, v.Type.T, v.val.addr)
	}
}

// landing is where break or continue leads: how deep, and which objects are left there.
type landing struct{ depth, ends int }

func (c *checker) landing(depth int) landing { return landing{depth, len(c.fr.ends)} }
