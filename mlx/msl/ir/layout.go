package ir

import (
	"fmt"
	"strconv"
)

// Layout tells what lies where in an object of memory, so that people can be
// told of an access as the source has it: "p.b[2]" and not bytes 12 to 15.
// Executors do not need it.
type Layout struct {
	Kind      Kind // of N scalars side by side, if N > 0
	N         int
	Bits, Low int // of a bit-field: how many, and the lowest; else 0

	Elem          *Layout // of Count elements, Stride bytes apart
	Count, Stride int

	Fields []LayoutField // of a record or union
}

// LayoutField is a member at Offset bytes. One without a name has the name of
// what it is in: an anonymous union, or a base class.
type LayoutField struct {
	Name   string
	Offset int
	Layout *Layout
}

// MaxScalars is the length of the longest vectors.
const MaxScalars = 32

// scalars has the layouts of scalars and vectors by kind and number.
var scalars = func() (ls [Ptr + 1][MaxScalars + 1]Layout) {
	for k := range ls {
		for n := range ls[k] {
			ls[k][n] = Layout{Kind: Kind(k), N: n}
		}
	}
	return ls
}()

// Scalars is the layout of n scalars side by side, of 1 to MaxScalars.
func Scalars(k Kind, n int) *Layout { return &scalars[k][n] }

// Leaf is a run of scalars of an object.
type Leaf struct {
	Name      string
	At        int // bytes from the object's start
	Kind      Kind
	N         int
	Bits, Low int // of a bit-field
}

// Leaves calls fn for what bytes from until to of an object called name touch,
// vectors as a whole if all of them is touched and scalars of an array as "x[2:4]",
// until it returns false. A nil layout has none.
func (l *Layout) Leaves(name string, from, to int, fn func(Leaf) bool) {
	l.leaves(name, 0, from, to, fn)
}

func (l *Layout) leaves(name string, base, from, to int, fn func(Leaf) bool) bool {
	switch {
	case l == nil || from >= to:
	case l.N > 0:
		size := l.Kind.Size()
		first, end := max(from-base, 0)/size, min((to-base+size-1)/size, l.N)
		if first >= end {
			return true
		}
		if l.N > 1 && end-first < l.N {
			name += l.components(first, end)
		}
		return fn(Leaf{name, base + first*size, l.Kind, end - first, l.Bits, l.Low})
	case l.Elem != nil && l.Stride > 0:
		i, end := max(from-base, 0)/l.Stride, min((to-base+l.Stride-1)/l.Stride, l.Count)
		if size := l.Elem.size(); l.Elem.N == 1 && size == l.Stride && end-i > 1 {
			return fn(Leaf{Name: fmt.Sprintf("%s[%d:%d]", name, i, end), At: base + i*size, Kind: l.Elem.Kind, N: end - i})
		}
		for ; i < end; i++ {
			if !l.Elem.leaves(name+"["+strconv.Itoa(i)+"]", base+i*l.Stride, from, to, fn) {
				return false
			}
		}
	default:
		for _, f := range l.Fields {
			inner := name
			if f.Name != "" {
				inner += "." + f.Name
			}
			if end := base + f.Offset + f.Layout.size(); end > from && base+f.Offset < to && !f.Layout.leaves(inner, base+f.Offset, from, to, fn) {
				return false
			}
		}
	}
	return true
}

// Place names the largest part of an object that begins at a byte, an element where
// that is an array.
func (l *Layout) Place(name string, at int) string {
	switch {
	case l == nil:
	case l.Elem != nil && l.Stride > 0:
		i := at / l.Stride
		return l.Elem.Place(name+"["+strconv.Itoa(i)+"]", at-i*l.Stride)
	case at == 0:
	case l.N > 1:
		i := at / l.Kind.Size()
		return name + l.components(i, i+1)
	default:
		for _, f := range l.Fields {
			if at >= f.Offset && at < f.Offset+f.Layout.size() {
				if f.Name != "" {
					name += "." + f.Name
				}
				return f.Layout.Place(name, at-f.Offset)
			}
		}
	}
	return name
}

// components names some of a vector's, by numbers where they have no letters.
func (l *Layout) components(first, end int) string {
	switch {
	case l.N <= len("xyzw"):
		return "." + "xyzw"[first:end]
	case end-first == 1:
		return "[" + strconv.Itoa(first) + "]"
	}
	return fmt.Sprintf("[%d:%d]", first, end)
}

// size is how many bytes lie in l, without padding at its end.
func (l *Layout) size() int {
	switch {
	case l == nil:
		return 0
	case l.N > 0:
		return l.N * l.Kind.Size()
	case l.Elem != nil:
		return l.Count * l.Stride
	}
	n := 0
	for _, f := range l.Fields {
		n = max(n, f.Offset+f.Layout.size())
	}
	return n
}
