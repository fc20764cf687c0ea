package interp

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// follower writes down what one thread does, line by line. A program that is not
// optimized has all variables in memory, so that what it stores tells everything.
type follower struct {
	group int64
	lane  int32
	lines map[diag.Pos]diag.Location // without columns
	path  []exec.Step
	at    diag.Location  // of the last step
	seen  map[*inst]bool // of the last step
	ended bool           // the path is full
}

func newFollower(r *run, thread exec.Dim) *follower {
	f := &follower{lines: map[diag.Pos]diag.Location{}, seen: map[*inst]bool{}}
	group := int64(0)
	for d := 2; d >= 0; d-- {
		group = group*int64(r.geo.groups[d]) + int64(thread[d]/r.geo.tg[d])
	}
	f.group = group
	p := r.geo.place(group)
	for d := 2; d >= 0; d-- {
		f.lane = f.lane*int32(p.size[d]) + int32(thread[d]%r.geo.tg[d])
	}
	return f
}

func (f *follower) begin(*group)   {}
func (f *follower) entered(*group) {}

func (f *follower) before(g *group, in *inst, act []int32) {
	if g.p.index != f.group || f.ended {
		return
	}
	if _, runs := slices.BinarySearch(act, f.lane); !runs || in.Pos == 0 {
		return
	}
	switch in.Op {
	case ir.Const, ir.SlotAddr, ir.ConstAddr, ir.FuncConst: // stand at the start of a function
		return
	}
	library := in.Pos < g.r.code.src.Sources.First() // which has no lines to show
	if !library {
		f.step(g, in)
	}
	switch {
	case f.ended || len(f.path) == 0:
		return
	case in.Op == ir.Return && len(in.Args) > 0 && !library:
		f.returned(g, in)
	case !touches(in.Op):
		return
	}
	allowed := false
	g.accesses(in, f.lane, func(acc access) {
		allowed = true
		switch {
		case library && int(g.reg(in.a)[f.lane]>>offsetBits) >= g.fn.private: // a variable of its own
		case acc.atomic:
			f.atomic(g, in, act, acc)
		case acc.write || acc.a.stride == 0: // a variable was told of when it was stored
			f.note(g, in, acc, acc.value)
		}
	})
	if !allowed && (in.Op == ir.Load || in.Op == ir.Store) {
		at := ptrAdd(g.reg(int(in.Args[0]))[f.lane], in.Imm)
		f.add(exec.StepValue{Name: strings.TrimSuffix(strings.TrimPrefix(g.pointee(at), "&"), ", beyond its end"), Value: "out of bounds", Store: in.Op == ir.Store})
	}
}

// step begins a step where a line begins.
func (f *follower) step(g *group, in *inst) {
	at, known := f.lines[in.Pos]
	if !known {
		at = g.r.code.src.Sources.Resolve(in.Pos)
		at.Column = 0
		f.lines[in.Pos] = at
	}
	if n := len(f.path); n > 0 && f.at == at && f.path[n-1].Depth == g.fn.depth && !f.seen[in] {
		f.seen[in] = true
		return
	}
	if f.ended = len(f.path) == exec.MaxSteps; f.ended {
		return
	}
	clear(f.seen)
	f.seen[in], f.at = true, at
	f.path = append(f.path, exec.Step{Pos: in.Pos, Depth: g.fn.depth})
}

// atomic notes what an atomic operation finds and leaves, behind those of the lanes before.
func (f *follower) atomic(g *group, in *inst, act []int32, acc access) {
	old := get(in.Kind, acc.a.data[acc.at:])
	for _, lane := range act[:slices.Index(act, f.lane)] {
		g.accesses(in, lane, func(other access) {
			if other.a == acc.a && other.at == acc.at {
				old = g.replaced(in, lane, old)
			}
		})
	}
	b := make([]byte, acc.size)
	if in.Op != ir.AtomicStore {
		found := acc
		found.write = false
		put(in.size, b, old)
		f.note(g, in, found, b)
	}
	if new := g.replaced(in, f.lane, old); acc.write && (new != old || in.Op != ir.AtomicCAS) {
		put(in.size, b, new)
		f.note(g, in, acc, b)
	}
}

// note adds what an access loads or stores to the step: value, or what lies there.
func (f *follower) note(g *group, in *inst, acc access, value []byte) {
	step, a := &f.path[len(f.path)-1], acc.a
	layout := a.layout
	if layout == nil && a.stride == 0 && in.size > 0 { // a buffer that only an address in another leads to
		layout = &ir.Layout{Elem: ir.Scalars(in.Kind, 1), Count: int(a.size) / in.size, Stride: in.size}
	}
	from := int(acc.at - int64(f.lane)*a.stride)
	data := a.data[int64(f.lane)*a.stride:]
	layout.Leaves(a.name, from, from+int(acc.size), func(l ir.Leaf) bool {
		size := l.N * l.Kind.Size()
		if l.At+size > int(a.size) { // a buffer may end within an element
			return true
		}
		b := slices.Clone(data[l.At:][:size])
		if l.At < from {
			copy(b[from-l.At:], value)
		} else if value != nil {
			copy(b, value[l.At-from:])
		}
		texts := make([]string, min(l.N, exec.MaxStepValues))
		for i := range texts {
			texts[i] = g.text(l, get(l.Kind, b[i*l.Kind.Size():]))
		}
		if len(texts) < l.N {
			texts = append(texts, "…")
		}
		v := exec.StepValue{Name: l.Name, Value: list(texts), Store: acc.write}
		if whole := l.Kind == ir.Ptr && v.Value == "&"+l.Name+"[0]"; !whole { // an argument, which says nothing
			f.add(v)
		}
		return len(step.Values) < exec.MaxStepValues
	})
}

// returned notes what a function returns.
func (f *follower) returned(g *group, in *inst) {
	texts := make([]string, len(in.Args))
	for i, r := range in.Args {
		texts[i] = g.text(ir.Leaf{Kind: in.fn.src.Results[i].Kind}, g.reg(int(r))[f.lane])
	}
	f.add(exec.StepValue{Name: in.fn.src.Name + "()", Value: list(texts), Store: true})
}

// list is one value, or several as those of a vector.
func list(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

// add puts a value at the end of the step. Of what is stored to twice it tells the
// last, as a line that initialises an object does after it was cleared.
func (f *follower) add(v exec.StepValue) {
	step := &f.path[len(f.path)-1]
	if v.Store {
		step.Values = slices.DeleteFunc(step.Values, func(o exec.StepValue) bool { return o.Store && o.Name == v.Name })
	}
	if len(step.Values) < exec.MaxStepValues {
		step.Values = append(step.Values, v)
	}
}

// text is a scalar as people read it.
func (g *group) text(l ir.Leaf, bits uint64) string {
	k := l.Kind
	switch {
	case k == ir.Ptr:
		return g.pointee(bits)
	case k == ir.Bool:
		return strconv.FormatBool(bits != 0)
	case k.IsFloat():
		v := ir.FloatValue(k, bits)
		if math.IsNaN(v) {
			return "nan"
		}
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(v, 'g', -1, 32), "+"))
	}
	width := k.Bits()
	if l.Bits > 0 {
		bits, width = bits>>l.Low, l.Bits
	}
	shift := 64 - width
	if k.IsSigned() {
		return strconv.FormatInt(int64(bits<<shift)>>shift, 10)
	}
	return strconv.FormatUint(bits<<shift>>shift, 10)
}

// pointee is what a pointer points to.
func (g *group) pointee(p uint64) string {
	id, off := int(p>>offsetBits), offset(p)
	if p == 0 || id >= len(g.allocs) {
		return "nullptr"
	}
	a := &g.allocs[id]
	switch {
	case off < 0:
		return fmt.Sprintf("&%s%d bytes", a.name, off)
	case off >= a.size:
		return "&" + a.layout.Place(a.name, int(off)) + ", beyond its end"
	}
	return "&" + a.layout.Place(a.name, int(off))
}

// writer looks for the thread that stores to a part of a buffer last.
type writer struct {
	span   exec.Span
	thread *exec.Dim
}

func (w *writer) begin(*group)   {}
func (w *writer) entered(*group) {}

func (w *writer) before(g *group, in *inst, act []int32) {
	if !touches(in.Op) || in.Op == ir.Load {
		return
	}
	for _, lane := range act {
		g.accesses(in, lane, func(acc access) {
			if acc.write && acc.a.buffer > 0 && acc.a.name == w.span.Buffer && acc.at < int64(w.span.To) && acc.at+acc.size > int64(w.span.From) {
				t := g.r.geo.thread(&g.p, int(lane))
				w.thread = &t
			}
		})
	}
}
