package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Roofline places kernels under what the device can do: the arithmetic
// intensity (floating-point operations a byte) to the right, the attained rate
// upwards, both by decades. A roof is a measured peak, so a point above it is
// an error and is drawn with a sign of its own.
type Roofline struct {
	Bandwidths []Roof // GB/s: the slopes
	Peaks      []Roof // GFLOP/s: the ceilings
	Kernels    []RoofPoint
}

// Roof is a limit of the device.
type Roof struct {
	Name string
	Rate float64
}

// RoofPoint is what a kernel attains.
type RoofPoint struct {
	Name      string
	Intensity float64 // FLOP a byte
	GFLOPS    float64
}

// Limit is the highest rate that an intensity allows, and the roof it meets.
func (f Roofline) Limit(intensity float64) (gflops float64, roof string) {
	gflops = math.Inf(1)
	for _, b := range best(f.Bandwidths) {
		gflops, roof = b.Rate*intensity, b.Name
	}
	for _, p := range best(f.Peaks) {
		if p.Rate < gflops {
			gflops, roof = p.Rate, p.Name
		}
	}
	return gflops, roof
}

// best is the highest of several roofs, none of none.
func best(roofs []Roof) []Roof {
	var out []Roof
	for _, r := range roofs {
		if r.Rate > 0 && (len(out) == 0 || r.Rate > out[0].Rate) {
			out = []Roof{r}
		}
	}
	return out
}

// span is the range of intensities and rates, in whole decades.
func (f Roofline) span() (x0, x1, y0, y1 float64) {
	x0, x1, y1 = 0.1, 10, 1
	for _, k := range f.Kernels {
		if k.Intensity > 0 {
			x0, x1 = min(x0, k.Intensity/2), max(x1, k.Intensity*2)
		}
	}
	for _, b := range best(f.Bandwidths) {
		for _, p := range best(f.Peaks) {
			x0, x1 = min(x0, p.Rate/b.Rate/4), max(x1, 4*p.Rate/b.Rate)
		}
		y1 = max(y1, b.Rate*x0)
	}
	for _, p := range best(f.Peaks) {
		y1 = max(y1, p.Rate*3)
	}
	x0 = math.Pow(10, math.Floor(math.Log10(x0)))
	x1 = math.Pow(10, math.Ceil(math.Log10(x1)))
	y0 = y1 / 10
	for _, b := range best(f.Bandwidths) {
		y0 = min(y0, b.Rate*x0)
	}
	for _, k := range f.Kernels {
		if k.GFLOPS > 0 {
			y0, y1 = min(y0, k.GFLOPS/2), max(y1, k.GFLOPS*2)
		}
	}
	return x0, x1, math.Pow(10, math.Floor(math.Log10(y0))), y1
}

// Chart implements Figure.
func (f Roofline) Chart(cols, rows int) Chart {
	if len(f.Bandwidths)+len(f.Peaks) == 0 {
		return Chart{Empty: "no roof was measured: zmlx devices --measure"}
	}
	x0, x1, y0, y1 := f.span()
	c := Chart{
		X: Axis{Label: "FLOP/byte", Lo: x0, Hi: x1, Log: true, Ticks: ticksOf(decades(x0, x1, cols/8), Number)},
		Y: Axis{Label: "GFLOP/s", Lo: y0, Hi: y1, Log: true, Ticks: ticksOf(decades(y0, y1, rows/2), Number)},
	}
	peak := math.Inf(1)
	for _, p := range best(f.Peaks) {
		peak = p.Rate
	}
	for i, b := range f.Bandwidths {
		to := min(peak/b.Rate, x1, y1/b.Rate)
		from := max(x0, y0/b.Rate)
		if from >= to {
			continue
		}
		c.Marks = append(c.Marks, Line{Points: []Point{{from, from * b.Rate}, {to, to * b.Rate}}, Dashed: i > 0},
			Sign{Point: Point{from * 1.6, from * b.Rate}, Label: fmt.Sprintf("%s %s GB/s", b.Name, Number(b.Rate))})
	}
	peaks := slices.SortedStableFunc(slices.Values(f.Peaks), func(a, b Roof) int { return cmp.Compare(b.Rate, a.Rate) })
	label := ""
	for i, p := range peaks {
		from := x0
		for _, b := range best(f.Bandwidths) {
			from = max(x0, p.Rate/b.Rate)
		}
		c.Marks = append(c.Marks, Line{Points: []Point{{from, p.Rate}, {x1, p.Rate}}, Series: 1, Dashed: i > 0})
		label += fmt.Sprintf("%s %s", p.Name, Number(p.Rate))
		if i+1 < len(peaks) && p.Rate < 1.6*peaks[i+1].Rate { // one label for roofs that lie together
			label += ", "
			continue
		}
		label += " GFLOP/s"
		// At the right, where only ceilings are: the highest one's above it.
		at := Point{max(from, x0*math.Pow(x1/x0, 1-float64(len(label)+1)/float64(cols))), p.Rate / 1.6}
		if strings.HasPrefix(label, peaks[0].Name+" ") {
			at.Y = peak * 1.7
		}
		c.Marks = append(c.Marks, Sign{Point: at, Label: label, Series: 1})
		label = ""
	}
	var taken []Point // where names begin
	for i, k := range f.Kernels {
		if k.Intensity <= 0 || k.GFLOPS <= 0 {
			continue
		}
		// Of names that would lie on each other only the first is shown.
		at, name := Point{c.X.At(k.Intensity) * float64(cols), c.Y.At(k.GFLOPS) * float64(rows)}, k.Name
		for _, p := range taken {
			if math.Abs(at.Y-p.Y) < 1 && math.Abs(at.X-p.X) < float64(len(name)) {
				name = ""
			}
		}
		if name != "" {
			taken = append(taken, at)
		}
		sign := '●'
		if limit, _ := f.Limit(k.Intensity); k.GFLOPS > limit {
			sign = '✖'
		}
		c.Marks = append(c.Marks, Sign{Point: Point{k.Intensity, k.GFLOPS}, Rune: sign, Label: name, Series: 2 + i%4, Strong: true})
	}
	return c
}

// Text implements Figure.
func (f Roofline) Text() string {
	out := "roofline"
	for _, b := range f.Bandwidths {
		out += fmt.Sprintf(", %s %s GB/s", b.Name, Number(b.Rate))
	}
	for _, p := range f.Peaks {
		out += fmt.Sprintf(", %s %s GFLOP/s", p.Name, Number(p.Rate))
	}
	for _, k := range f.Kernels {
		limit, roof := f.Limit(k.Intensity)
		out += fmt.Sprintf("\n%s: %s GFLOP/s at %s FLOP/byte", k.Name, Number(k.GFLOPS), Number(k.Intensity))
		switch {
		case math.IsInf(limit, 0):
		case k.GFLOPS > limit:
			out += fmt.Sprintf(", above the roof of %s: the measurement or the count is wrong, or the data stays in a cache", roof)
		default:
			out += fmt.Sprintf(", %.0f %% of what %s allows", 100*k.GFLOPS/limit, roof)
		}
	}
	return out
}

// Table implements Figure.
func (f Roofline) Table() [][]string {
	out := [][]string{{"kind", "name", "FLOP/byte", "rate", "unit"}}
	for _, b := range f.Bandwidths {
		out = append(out, []string{"roof", b.Name, "", exact(b.Rate), "GB/s"})
	}
	for _, p := range f.Peaks {
		out = append(out, []string{"roof", p.Name, "", exact(p.Rate), "GFLOP/s"})
	}
	for _, k := range f.Kernels {
		out = append(out, []string{"kernel", k.Name, exact(k.Intensity), exact(k.GFLOPS), "GFLOP/s"})
	}
	return out
}
