package workbench

import (
	"encoding/binary"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// summary is what an Array tells of its elements.
type summary struct {
	least, most, sum float64 // of finite elements
	low, high        float64 // of infinite ones
	n, nan, inf      int     // finite elements, and others
}

// pieceElements is how many elements are summarised at a time: the elements of
// an array in float64 would be twice the array.
const pieceElements = 1 << 16

// summarise counts NaN and Inf and finds minimum, maximum and mean of the finite
// values, or the magnitudes of complex ones; of the infinite ones if there are none,
// and NaN if there is nothing else. The sums of pieces are added in order, whichever
// core made them.
func (a *Array) summarise(t tensorfile.Tensor) {
	size := t.DType.Size() * pieceElements
	pieces := make([]summary, (len(t.Data)+size-1)/size)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(pieces)) {
		workers.Go(func() {
			values := make([]float64, 0, pieceElements)
			for i := int(next.Add(1)) - 1; i < len(pieces); i = int(next.Add(1)) - 1 {
				values = float64s(values[:0], t.DType, t.Data[i*size:min(len(t.Data), (i+1)*size)])
				pieces[i] = summaryOf(values)
			}
		})
	}
	workers.Wait()
	all := summaryOf(nil)
	for _, p := range pieces {
		all.least, all.most, all.sum = min(all.least, p.least), max(all.most, p.most), all.sum+p.sum
		all.low, all.high = min(all.low, p.low), max(all.high, p.high)
		all.n, all.nan, all.inf = all.n+p.n, all.nan+p.nan, all.inf+p.inf
	}
	switch {
	case all.n == 0 && all.inf > 0:
		all.least, all.most, all.sum = all.low, all.high, all.low+all.high
	case all.n == 0:
		all.least, all.most, all.sum = math.NaN(), math.NaN(), math.NaN()
	}
	a.NaN, a.Inf = all.nan, all.inf
	a.Min, a.Max, a.Mean = Number(all.least), Number(all.most), Number(all.sum/float64(max(all.n, 1)))
}

func summaryOf(values []float64) summary {
	s := summary{least: math.Inf(1), most: math.Inf(-1), low: math.Inf(1), high: math.Inf(-1)}
	for _, v := range values {
		switch {
		case v-v == 0:
			s.least, s.most, s.sum, s.n = min(s.least, v), max(s.most, v), s.sum+v, s.n+1
		case math.IsNaN(v):
			s.nan++
		default:
			s.low, s.high, s.inf = min(s.low, v), max(s.high, v), s.inf+1
		}
	}
	return s
}

// float64s appends elements to out. The usual types make no garbage, of which a
// large array would make twice its size.
func float64s(out []float64, d mlx.DType, data []byte) []float64 {
	switch d {
	case mlx.Float32:
		for ; len(data) >= 4; data = data[4:] {
			out = append(out, float64(math.Float32frombits(binary.LittleEndian.Uint32(data))))
		}
	case mlx.Bfloat16:
		for ; len(data) >= 2; data = data[2:] {
			out = append(out, float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(data))<<16)))
		}
	case mlx.Int32:
		for ; len(data) >= 4; data = data[4:] {
			out = append(out, float64(int32(binary.LittleEndian.Uint32(data))))
		}
	case mlx.Uint32:
		for ; len(data) >= 4; data = data[4:] {
			out = append(out, float64(binary.LittleEndian.Uint32(data)))
		}
	case mlx.Uint8:
		for _, b := range data {
			out = append(out, float64(b))
		}
	case mlx.Complex64: // whose magnitude may be beyond float32
		for ; len(data) >= 8; data = data[8:] {
			re, im := math.Float32frombits(binary.LittleEndian.Uint32(data)), math.Float32frombits(binary.LittleEndian.Uint32(data[4:]))
			out = append(out, math.Hypot(float64(re), float64(im)))
		}
	default:
		return append(out, mlx.Adopt(mlx.Host(), d, []int{len(data) / d.Size()}, data).Float64s()...)
	}
	return out
}
