package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
)

func pytorchSearchSorted(t *testing.T, p *pytorch) {
	const rows, n, edges = 3, 40, 9
	for _, d := range append(slices.Clone(floats), integral...) {
		for _, index := range []mlx.DType{mlx.Int32, mlx.Int64} {
			for flags := range 8 {
				right, shared, sorter := flags&1, flags>>1&1, flags&4 != 0
				x := normal(1, d, rows, n)
				bounds := normal(2, d, rows, edges).Sort(1)
				order := make([]int64, 0, rows*edges)
				if sorter { // bounds are unsorted, order sorts each row
					bounds = normal(2, d, rows, edges)
					for _, o := range bounds.ArgSort(1).Float64s() {
						order = append(order, int64(o))
					}
				}
				v, b := x.Float64s(), bounds.Sort(1).Float64s()
				var want []int64
				for i, value := range v {
					row := b[:edges]
					if shared == 0 {
						row = b[i/n*edges:][:edges]
					}
					want = append(want, int64(sort.Search(edges, func(k int) bool { return row[k] > value || right == 0 && row[k] == value })))
				}
				entry := "searchsorted_" + metal[d] + "_" + metal[index]
				buffers := []any{x, bounds, out(index, rows, n), longs(n), longs(edges), longs(rows * n), longs(int64(right)), longs(int64(shared))}
				if sorter {
					entry += "_sorter"
					buffers = append(buffers, longs(order...))
				}
				same(t, fmt.Sprint(entry, flags), p.run(t, "Bucketization", entry, rows*n, buffers...), mlx.New(want).AsType(index))
			}
		}
	}
}

func pytorchHistogram(t *testing.T, p *pytorch) {
	const n, dims = 50, 2
	bins, first, width := [dims]int{4, 6}, [dims]float64{2, -1}, 0.5
	// Points lie in the middles of bins, on their edges and outside.
	var points []float64
	for i := range n {
		points = append(points, first[0]+width*(float64(i%11)/2-0.5), first[1]+width*(float64(i*i%17)/2-1))
	}
	for _, d := range half {
		x, w := mlx.FromFloat64s(d, points), normal(2, d, n)
		// Columns of x are its dimensions: the offsets are those of a transposed tensor.
		offsets := p.run(t, "HistogramKernel", "kernel_index_offset", n*dims, ints(1, n), out(mlx.Uint32, n*dims), ints(n, dims), ints(dims))
		require.Equal(t, float64(n), offsets.Float64s()[1])
		x = x.Reshape(n, dims).Transpose(1, 0).Reshape(-1)
		var edges []float64
		last := first
		for dim, b := range bins {
			for k := range b + 1 {
				last[dim] = first[dim] + width*float64(k)
				edges = append(edges, last[dim])
			}
		}
		for algorithm := range byte(3) {
			for weighted := range byte(2) {
				want := make([]float64, n*bins[0]*bins[1])
				weight := w.Float64s()
				for i := range n {
					at, inside := 0, true
					for dim, b := range bins {
						v := (points[i*dims+dim] - first[dim]) / width
						inside = inside && v >= 0 && v <= float64(b)
						at = at*b + min(int(v), b-1) // the last bin has its right edge
					}
					if inside {
						want[i*bins[0]*bins[1]+at] = 1
						if weighted == 1 {
							want[i*bins[0]*bins[1]+at] = weight[i]
						}
					}
				}
				got := p.run(t, "HistogramKernel", "histogramdd_"+metal[d], n,
					x, w, update{mlx.Zeros([]int{n, bins[0], bins[1]}, d)}, offsets, longs(dims), mlx.FromFloat64s(d, edges),
					longs(int64(bins[0]+1), int64(bins[1]+1)), mlx.FromFloat64s(d, first[:]), mlx.FromFloat64s(d, last[:]),
					longs(int64(bins[0]*bins[1]), int64(bins[1]), 1), []byte{algorithm}, []byte{weighted})
				near(t, fmt.Sprint("histogram ", metal[d], algorithm, weighted), got, want, nil)
			}
		}
	}
}

// pytorchIndex selects, puts and adds x[i, j] with two arrays of indices,
// which an argument buffer holds the addresses of.
func pytorchIndex(t *testing.T, p *pytorch) {
	const rows, columns, n = 5, 6, 23
	bits := map[string]mlx.DType{"8bit": mlx.Int8, "16bit": mlx.Int16, "32bit": mlx.Int32, "64bit": mlx.Int64, "32bit_float": mlx.Float32, "32bit_int": mlx.Int32}
	first, second := make([]int64, n), make([]int64, n)
	for i := range n { // some count from the end; some come twice
		first[i], second[i] = int64(i*3%rows-rows*(i%2)), int64(i*5%columns-columns*(i/2%2))
	}
	for _, width := range []string{"32", "64"} {
		index := func(entry string, threads int, buffers []any) []*mlx.Array {
			for len(buffers) < 8 {
				buffers = append(buffers, nil)
			}
			d := dispatch{entry: entry + "_idx" + width, grid: [3]int{threads, 1, 1}, group: [3]int{32, 1, 1}, unordered: !strings.Contains(entry, "select") && !strings.Contains(entry, "serial")}
			d.buffers = append(buffers, longs(first...), longs(second...))
			d.pointers = []mlx.RawPointer{{In: 0, Offset: 0, To: 8}, {In: 0, Offset: 8, To: 9}}
			return p.dispatch(t, "Indexing", nil, d)
		}
		for _, name := range slices.Sorted(maps.Keys(bits)) {
			d := bits[name]
			size := int32(d.Size())
			// The kernels' offsets come from a kernel: strides of output,
			// input and indices in bytes, over one dimension.
			offsets := func(o, in int32) *mlx.Array {
				entry, lane, width := "kernel_index_offsets_"+width, mlx.Uint32, 4
				if width == 4 && entry == "kernel_index_offsets_64" {
					lane = mlx.Uint64
				}
				return p.run(t, "Indexing", entry, n, ints(o, in, 8), out(lane, n, 4), ints(n), ints(1))
			}
			strides := []any{make([]byte, 16), longs(rows, columns), longs(int64(columns*size), int64(size))}
			x, u := normal(1, d, rows, columns), normal(2, d, n)
			if name == "8bit" || name == "16bit" || name == "32bit" || name == "64bit" {
				v := x.Float64s()
				var want []float64
				put := slices.Clone(v)
				for i := range n {
					at := (int(first[i])+rows)%rows*columns + (int(second[i])+columns)%columns
					want = append(want, v[at])
					put[at] = u.Float64s()[i]
				}
				label := name + width
				near(t, "select "+label, index("index_select_"+name, n, append(slices.Clone(strides), offsets(size, 0), x, out(d, n), ints(2)))[0], want, nil)
				buffers := append(slices.Clone(strides), offsets(0, size), u, update{x}, ints(2))
				near(t, "put serially "+label, index("index_put_serial_"+name, 1, append(buffers, ints(n)))[0], put, nil)
				// In parallel any of two stores to one element may win.
				got := index("index_put_"+name, n, slices.Clone(buffers))[0].Float64s()
				for at := range put {
					if got[at] != put[at] {
						require.Contains(t, u.Float64s(), got[at])
						require.NotEqual(t, v[at], put[at])
					}
				}
				continue
			}
			sum := x.Float64s()
			for i := range n {
				sum[(int(first[i])+rows)%rows*columns+(int(second[i])+columns)%columns] += u.Float64s()[i]
			}
			for _, got := range index("index_put_accumulate_"+name, n, append(slices.Clone(strides), offsets(0, size), u, update{x}, ints(2))) {
				near(t, "accumulate "+name+width, got, sum, func(int) float64 { return 8 * unit[d] * 3 })
			}
		}
	}
}

// pytorchView gathers from a strided view and scatters into one.
func pytorchView(t *testing.T, p *pytorch) {
	const library = "mps/IndexKernels.h#"
	for _, types := range [][2]mlx.DType{{mlx.Float32, mlx.Float32}, {mlx.Float32, mlx.Float16}, {mlx.Int64, mlx.Int32}, {mlx.Bfloat16, mlx.Float32}, {mlx.Float32, mlx.Bfloat16}, {mlx.Int8, mlx.Bool}} {
		from, to := types[0], types[1]
		convert := "(x)"
		if from == mlx.Bfloat16 || to == mlx.Bfloat16 {
			convert = metal[to] + "(x)"
		}
		for rank := 1; rank <= 5; rank++ {
			sizes := []int32{3, 2, 4, 2, 3}[:rank]
			n := 1
			for _, s := range sizes {
				n *= int(s)
			}
			strides := make([]int32, rank) // of the transposed tensor, with gaps
			at := int32(2)
			for i := range strides {
				strides[i] = at
				at *= sizes[i]
			}
			src, dst := normal(1, from, int(at)), normal(2, to, int(at))
			gathered, scattered := make([]float64, n), dst.Float64s()
			packed := src.Slice([]int{0}, []int{n}, nil)
			for i := range n {
				offset, rest := 0, i
				for dim := rank - 1; dim >= 0; dim-- {
					offset += rest % int(sizes[dim]) * int(strides[dim])
					rest /= int(sizes[dim])
				}
				gathered[i] = src.AsType(to).Float64s()[offset]
				scattered[offset] = packed.AsType(to).Float64s()[i]
			}
			for kernel, c := range map[string]struct {
				in   *mlx.Array
				out  any
				want []float64
			}{"gather": {src, out(to, n), gathered}, "scatter": {packed, update{dst}, scattered}} {
				entry := fmt.Sprint(kernel, "_kernel_", rank)
				buffers := []any{c.in, c.out, ints(sizes...), ints(strides...), ints(int32(n))}
				if rank == 5 {
					entry = kernel + "_kernel_n"
					buffers = append(buffers, ints(5))
				}
				mark := map[string]string{"gather": "_GATHER", "scatter": "_SCATTER"}[kernel]
				got := p.dispatch(t, library+mark, []string{metal[from], metal[to], convert}, dispatch{
					entry: entry, grid: [3]int{n + 5, 1, 1}, group: [3]int{32, 1, 1}, buffers: buffers})[0]
				near(t, fmt.Sprint(entry, types), got, c.want, nil)
			}
		}
	}
}

func pytorchRepeat(t *testing.T, p *pytorch) {
	times := []int64{3, 0, 1, 5, 2}
	var sums []int64
	var want []int64
	for i, n := range times {
		for range n {
			want = append(want, int64(i))
		}
		sums = append(sums, int64(len(want)))
	}
	for name, d := range map[string]mlx.DType{"int32_t": mlx.Int32, "int64_t": mlx.Int64} {
		got := p.run(t, "Repeat", "repeat_interleave_"+name, len(times), mlx.New(times).AsType(d), longs(sums...), out(d, len(want)))
		same(t, name, got, mlx.New(want).AsType(d))
	}
}

// pytorchTriangle lists the places on and below, or above, a diagonal.
func pytorchTriangle(t *testing.T, p *pytorch) {
	for _, d := range []mlx.DType{mlx.Int32, mlx.Int64} {
		for _, c := range [][3]int{{5, 7, 0}, {7, 5, 2}, {6, 6, -3}, {9, 4, -1}, {4, 9, 3}, {300, 300, 0}} {
			rows, columns, diagonal := c[0], c[1], c[2]
			var lower, upper [2][]int64
			for r := range rows {
				for k := range columns {
					place := &upper
					if k-r <= diagonal {
						lower[0], lower[1] = append(lower[0], int64(r)), append(lower[1], int64(k))
					}
					if k-r >= diagonal {
						place[0], place[1] = append(place[0], int64(r)), append(place[1], int64(k))
					}
				}
			}
			all := func(p [2][]int64) *mlx.Array { return mlx.New(append(slices.Clone(p[0]), p[1]...)).AsType(d) }
			n := len(lower[0])
			firstRow := min(columns, 1+diagonal)
			if diagonal <= 0 {
				firstRow = 0
				if rows+diagonal > 0 {
					firstRow = 1
				}
			}
			offset := max(0, -diagonal)
			rectangle := max(0, (rows-(offset+columns-firstRow+1))*columns)
			got := p.run(t, "TriangularOps", "tril_indices_"+metal[d], n, out(d, 2*n),
				longs(int64(offset)), longs(int64(firstRow)), longs(int64(columns)), longs(int64(n-rectangle)), longs(int64(n)))
			same(t, fmt.Sprint("tril ", c), got, all(lower))

			n, firstRow, rectangle = len(upper[0]), columns, 0
			if diagonal > 0 {
				firstRow = max(columns-diagonal, 0)
			} else {
				rectangle = min(rows, -diagonal) * columns
			}
			got = p.run(t, "TriangularOps", "triu_indices_"+metal[d], n, out(d, 2*n),
				longs(int64(max(0, diagonal))), longs(int64(firstRow)), longs(int64(columns)), longs(int64(rectangle)), longs(int64(n)))
			same(t, fmt.Sprint("triu ", c), got, all(upper))
		}
	}
}

// pytorchUnfold adds up the windows of size 3, every 2, that each element is in.
func pytorchUnfold(t *testing.T, p *pytorch) {
	const rows, n, columns, size, step = 3, 11, 4, 3, 2
	const windows = (n-size)/step + 1
	for _, d := range floats {
		g := normal(1, d, rows, windows, columns, size)
		v := g.Float64s()
		want, terms := make([]float64, rows*n*columns), make([]float64, rows*n*columns)
		for i, x := range v {
			k, c, w, r := i%size, i/size%columns, i/size/columns%windows, i/size/columns/windows
			at := (r*n+w*step+k)*columns + c
			want[at] += x
			terms[at] += math.Abs(x)
		}
		got := p.run(t, "UnfoldBackward", "unfold_backward_"+metal[d], len(want), g, out(d, len(want)),
			longs(windows*columns*size, columns*size, size, 1), longs(rows, n, columns), longs(n*columns, columns, 1), ints(1, size, step, 3))
		near(t, "unfold_backward "+metal[d], got, want, func(i int) float64 { return 2 * unit[mlx.Float32] * terms[i] })
	}
}

func pytorchIm2Col(t *testing.T, p *pytorch) {
	const batch, channels, h, w = 2, 3, 7, 8
	const kh, kw, dh, dw, ph, pw, sh, sw = 2, 3, 2, 1, 1, 2, 1, 2
	const oh, ow = (h+2*ph-(dh*(kh-1)+1))/sh + 1, (w+2*pw-(dw*(kw-1)+1))/sw + 1
	type kind struct {
		dtype mlx.DType
		parts int // a complex number has two
	}
	for name, k := range map[string]kind{"bool": {mlx.Bool, 1}, "float": {mlx.Float32, 1}, "half": {mlx.Float16, 1}, "bfloat": {mlx.Bfloat16, 1}, "float2": {mlx.Float32, 2}, "half2": {mlx.Float16, 2}} {
		x := normal(1, k.dtype, batch, channels, h, w, k.parts)
		v := x.Float64s()
		var want []float64
		for i := range batch * channels * kh * kw * oh * ow * k.parts {
			part, at := i%k.parts, i/k.parts
			ox, oy := at%ow, at/ow%oh
			at /= ow * oh
			kx, ky, plane := at%kw, at/kw%kh, at/kw/kh
			ix, iy := ox*sw-pw+kx*dw, oy*sh-ph+ky*dh
			value := 0.0
			if ix >= 0 && ix < w && iy >= 0 && iy < h {
				value = v[((plane*h+iy)*w+ix)*k.parts+part]
			}
			want = append(want, value)
		}
		got := p.dispatch(t, "Im2Col", nil, dispatch{entry: "im2col_" + name, grid: [3]int{oh * ow, channels, batch}, group: [3]int{64, 1, 1}, buffers: []any{
			x, out(k.dtype, len(want)), ints(kw, kh, dw, dh), ints(pw, ph, sw, sh), longs(1, w, h*w, channels*h*w),
			longs(1, oh*ow, channels*kh*kw*oh*ow, ow), longs(w, h, channels, batch)}})[0]
		near(t, "im2col "+name, got, want, nil)
	}
}
