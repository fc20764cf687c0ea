package main

import (
	"fmt"
	"math"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

func TestReduce(t *testing.T) {
	corpus(t)
	for _, c := range []struct {
		op     string
		want   func(x *mlx.Array, keep bool, axes ...int) *mlx.Array
		dtypes []mlx.DType
	}{
		{"Sum", (*mlx.Array).Sum, append([]mlx.DType{mlx.Int32, mlx.Int64}, floats...)},
		{"Max", (*mlx.Array).Max, append([]mlx.DType{mlx.Int32, mlx.Int64, mlx.Uint8}, floats...)},
		{"Min", (*mlx.Array).Min, append([]mlx.DType{mlx.Int32, mlx.Int64, mlx.Int8}, floats...)},
	} {
		for _, d := range c.dtypes {
			const rows, columns = 9, 1030
			x := normal(4, d, rows, columns)
			args := fmt.Sprintf("%s, %[1]s, %s<%[1]s>", names[d], c.op)
			all := launch{
				file: "reduce.metal", instance: "all_reduce, " + args,
				grid: [3]int{256, 1, 1}, group: [3]int{256, 1, 1},
				buffers: []any{x, out(d, 1), longs(rows * columns), longs(rows * columns)},
			}.run(t)
			agree(t, "all "+args, all, c.want(x, false), 50)
			row := launch{
				file: "reduce.metal", instance: "row_reduce_simple, " + args,
				grid: [3]int{256, (rows + 3) / 4, 1}, group: [3]int{256, 1, 1},
				buffers: []any{x, out(d, rows), longs(columns), longs(rows)},
			}.run(t)
			agree(t, "rows "+args, row, c.want(x, false, 1), 20)
		}
	}
}

func TestScan(t *testing.T) {
	corpus(t)
	for _, c := range []struct {
		op     string
		want   func(x *mlx.Array, axis int, reverse, inclusive bool) *mlx.Array
		dtypes []mlx.DType
	}{
		{"CumSum", (*mlx.Array).CumSum, append([]mlx.DType{mlx.Int32, mlx.Int64}, floats...)},
		{"CumMax", (*mlx.Array).CumMax, append([]mlx.DType{mlx.Int32}, floats...)},
		{"CumMin", (*mlx.Array).CumMin, floats},
	} {
		for _, d := range c.dtypes {
			for flags := range 4 {
				inclusive, reverse := flags&1 != 0, flags&2 != 0
				const rows, n = 3, 301
				x := normal(5, d, rows, n)
				reads := 4
				if d.Size() == 8 {
					reads = 2
				}
				instance := fmt.Sprintf("contiguous_scan, %s, %[1]s, %s<%[1]s>, %[3]d, %[4]v, %[5]v", names[d], c.op, reads, inclusive, reverse)
				got := launch{
					file: "scan.metal", instance: instance,
					grid: [3]int{64, rows, 1}, group: [3]int{64, 1, 1},
					buffers: []any{x, out(d, rows, n), longs(n)},
				}.run(t)
				agree(t, instance, got, c.want(x, 1, reverse, inclusive), 40)
			}
		}
	}
}

func TestSort(t *testing.T) {
	corpus(t)
	for _, d := range append([]mlx.DType{mlx.Int32, mlx.Int64, mlx.Uint8}, floats...) {
		const rows, n = 2, 300
		x := normal(6, d, rows, n)
		l := launch{
			file: "sort.metal", grid: [3]int{128, rows, 1}, group: [3]int{128, 1, 1},
			buffers: []any{x, out(d, rows, n), ints(n), ints(1), ints(1), ints(n), ints(n)},
		}
		l.instance = fmt.Sprintf("block_sort, %s, %[1]s, false, 128, 4", names[d])
		agree(t, l.instance, l.run(t), x.Sort(1), 0)
		l.instance = fmt.Sprintf("block_sort, %s, uint32_t, true, 128, 4", names[d])
		l.buffers[1] = out(mlx.Uint32, rows, n)
		agree(t, l.instance, x.TakeAlongAxis(l.run(t), 1), x.Sort(1), 0)
	}
}

func TestArgReduce(t *testing.T) {
	corpus(t)
	for _, d := range append([]mlx.DType{mlx.Int32, mlx.Uint8}, floats...) {
		const n = 700
		x := normal(7, d, n)
		for op, want := range map[string]*mlx.Array{"ArgMin": x.ArgMin(0, false), "ArgMax": x.ArgMax(0, false)} {
			got := launch{
				file: "arg_reduce.metal", instance: fmt.Sprintf("arg_reduce_general, %s, %s<%[1]s>", names[d], op),
				grid: [3]int{256, 1, 1}, group: [3]int{256, 1, 1},
				buffers: []any{x, out(mlx.Uint32, 1), ints(1), longs(0), longs(0), longs(0), longs(1), longs(n)},
			}.run(t)
			agree(t, op+" "+names[d], got, want, 0)
		}
	}
}

func TestSoftmax(t *testing.T) {
	corpus(t)
	for _, d := range floats {
		const rows, n = 3, 1000
		x := normal(8, d, rows, n)
		for kernel, threads := range map[string]int{"softmax_single_row": 256, "softmax_looped": 1024} {
			got := launch{
				file: "softmax.metal", instance: fmt.Sprintf("%s, %s, float", kernel, names[d]),
				grid: [3]int{rows * threads, 1, 1}, group: [3]int{threads, 1, 1},
				buffers: []any{x, out(d, rows, n), ints(n)},
			}.run(t)
			agree(t, kernel+" "+names[d], got, x.Softmax(true, 1), 1e-4)
		}
	}
}

func TestNorms(t *testing.T) {
	corpus(t)
	for _, d := range floats {
		const rows, n, eps = 3, 512, 1e-5
		x, w, b := normal(9, d, rows, n), normal(10, d, n), normal(11, d, n)
		got := launch{
			file: "rms_norm.metal", instance: "rms_single_row, " + names[d],
			grid: [3]int{rows * 128, 1, 1}, group: [3]int{128, 1, 1},
			buffers: []any{x, w, out(d, rows, n), reals(eps), ints(n), ints(1)},
		}.run(t)
		agree(t, "rms_norm "+names[d], got, mlx.RMSNorm(x, w, eps), 0.5)
		got = launch{
			file: "layer_norm.metal", instance: "layer_norm_single_row, " + names[d],
			grid: [3]int{rows * 64, 1, 1}, group: [3]int{64, 1, 1},
			buffers: []any{x, w, b, out(d, rows, n), reals(eps), ints(n), ints(1), ints(1)},
		}.run(t)
		agree(t, "layer_norm "+names[d], got, mlx.LayerNorm(x, w, b, eps), 1)
	}
}

func TestRoPE(t *testing.T) {
	corpus(t)
	for _, d := range floats {
		for traditional := range uint64(2) {
			const heads, length, dims, offset = 2, 7, 64, 13
			x := normal(12, d, 1, heads, length, dims)
			got := launch{
				file: "rope.metal", instance: fmt.Sprintf("rope, %s, int32_t, 1", names[d]),
				constants: map[int]uint64{1: 1, 2: traditional, 3: 0},
				grid:      [3]int{dims / 2, length, heads}, group: [3]int{32, 1, 1},
				buffers: []any{
					x, out(d, 1, heads, length, dims), ints(offset), reals(1),
					longs(length*dims, dims, 1), longs(length*dims, dims, 1), longs(0), ints(heads), nil, nil,
					reals(float32(math.Log2(10_000))),
				},
			}.run(t)
			want := mlx.RoPE(x, mlx.RoPEOptions{Dims: dims, Traditional: traditional == 1, Base: 10_000, Scale: 1, Offset: offset})
			agree(t, fmt.Sprint("rope ", names[d], traditional), got, want, 1)
		}
	}
}
