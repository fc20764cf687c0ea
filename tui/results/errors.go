package results

import (
	"fmt"
	"math"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
	"github.com/zmlx/zmlx/workbench"
)

// Errors is how an output differs from its reference, element by element.
type Errors struct {
	Shape     []int
	Got, Want []float64
	ULP       []float64 // distance in units of the last place; NaN where only one is NaN
	bits      []uint64  // of the kernel's values
	wantBits  []uint64
	size      int // bytes of an element
}

// MaxElements bounds the arrays that are analysed.
const MaxElements = 1 << 23

// Analyse compares the arrays of an output; ok is false if they were not kept
// or are of a type without an order.
func Analyse(o workbench.OutputReport) (e *Errors, ok bool) {
	if o.Got == nil || o.Want == nil || o.Elements == 0 || o.Elements > MaxElements || len(o.Got.Data) != len(o.Want.Data) {
		return nil, false
	}
	got, gotBits, ok1 := decode(*o.Got)
	want, wantBits, ok2 := decode(*o.Want)
	if !ok1 || !ok2 || len(got) != o.Elements {
		return nil, false
	}
	e = &Errors{Shape: o.Shape, Got: got, Want: want, bits: gotBits, wantBits: wantBits, size: o.Got.DType.Size(), ULP: make([]float64, len(got))}
	float := isFloat(o.Got.DType)
	for i := range got {
		gotNaN, wantNaN := math.IsNaN(got[i]), math.IsNaN(want[i])
		switch {
		case gotNaN && wantNaN:
		case gotNaN || wantNaN:
			e.ULP[i] = math.NaN()
		case float:
			e.ULP[i] = math.Abs(float64(ordered(gotBits[i], e.size) - ordered(wantBits[i], e.size)))
		default:
			e.ULP[i] = math.Abs(got[i] - want[i])
		}
	}
	return e, true
}

func isFloat(d mlx.DType) bool {
	return d == mlx.Float32 || d == mlx.Float16 || d == mlx.Bfloat16
}

// ordered maps the bits of a float to an integer in the order of the values,
// with both zeros at 0.
func ordered(bits uint64, size int) int64 {
	sign := uint64(1) << (8*size - 1)
	if bits&sign != 0 {
		return -int64(bits &^ sign)
	}
	return int64(bits)
}

// decode gives the elements of a tensor as numbers and as bits.
func decode(t tensorfile.Tensor) (values []float64, bits []uint64, ok bool) {
	size := t.DType.Size()
	n := len(t.Data) / size
	values, bits = make([]float64, n), make([]uint64, n)
	for i := range n {
		var b uint64
		for k := range size {
			b |= uint64(t.Data[i*size+k]) << (8 * k)
		}
		v, ok := number64(b, t.DType)
		if !ok {
			return nil, nil, false
		}
		values[i], bits[i] = v, b
	}
	return values, bits, true
}

func number64(b uint64, d mlx.DType) (float64, bool) {
	switch d {
	case mlx.Float32:
		return float64(math.Float32frombits(uint32(b))), true
	case mlx.Bfloat16:
		return float64(math.Float32frombits(uint32(b) << 16)), true
	case mlx.Float16:
		return half(uint16(b)), true
	case mlx.Int8:
		return float64(int8(b)), true
	case mlx.Int16:
		return float64(int16(b)), true
	case mlx.Int32:
		return float64(int32(b)), true
	case mlx.Int64:
		return float64(int64(b)), true
	case mlx.Bool, mlx.Uint8, mlx.Uint16, mlx.Uint32, mlx.Uint64:
		return float64(b), true
	}
	return 0, false
}

func half(b uint16) float64 {
	exp, frac := int(b>>10&31), float64(b&1023)
	var v float64
	switch exp {
	case 0:
		v = math.Ldexp(frac, -24)
	case 31:
		v = math.Inf(1)
		if frac != 0 {
			return math.NaN()
		}
	default:
		v = math.Ldexp(1024+frac, exp-25)
	}
	if b>>15 != 0 {
		return -v
	}
	return v
}

// Grid is the shape as rows and columns: the last axis is the columns. A long
// vector is folded, so that its map fills an area.
func (e *Errors) Grid() (rows, cols int) {
	n := len(e.ULP)
	if len(e.Shape) > 1 && e.Shape[len(e.Shape)-1] > 1 {
		cols = e.Shape[len(e.Shape)-1]
		return n / cols, cols
	}
	cols = n
	for n > 512 && cols%2 == 0 && cols*cols > 4*n {
		cols /= 2
	}
	return n / cols, cols
}

// Index writes the position of an element: "[3, 17]".
func (e *Errors) Index(i int) string {
	out := make([]int, len(e.Shape))
	for k := len(e.Shape) - 1; k >= 0; k-- {
		out[k] = i % e.Shape[k]
		i /= e.Shape[k]
	}
	return fmt.Sprint(out)
}

// Line describes an element: both values, their bits, and the distance.
func (e *Errors) Line(i int) string {
	digits := 2 * e.size
	return fmt.Sprintf("%-14s %-14.7g %-14.7g %9s  %0*x %0*x", e.Index(i), e.Got[i], e.Want[i], Number(e.ULP[i]), digits, e.bits[i], digits, e.wantBits[i])
}

// LineTitles are the columns of Line.
func (e *Errors) LineTitles() string {
	return fmt.Sprintf("%-14s %-14s %-14s %9s  %-*s %s", "index", "got", "want", "ULP", 2*e.size, "bits", "of want")
}

// Inspect says everything about an element, in two short lines.
func (e *Errors) Inspect(i int) [2]string {
	digits := 2 * e.size
	abs := math.Abs(e.Got[i] - e.Want[i])
	return [2]string{
		fmt.Sprintf("%s got %.9g = 0x%0*x, %s ULP off", e.Index(i), e.Got[i], digits, e.bits[i], Number(e.ULP[i])),
		fmt.Sprintf("want %.9g = 0x%0*x, %.2g absolute, %.2g relative", e.Want[i], digits, e.wantBits[i], abs, abs/math.Abs(e.Want[i])),
	}
}

// Next is the index of the next element (or the one before) that differs by
// more than the given distance, from i on and around the end; -1 if none.
func (e *Errors) Next(i, step int, over float64) int {
	n := len(e.ULP)
	for k := 1; k <= n; k++ {
		at := ((i+k*step)%n + n) % n
		if !(e.ULP[at] <= over) {
			return at
		}
	}
	return -1
}
