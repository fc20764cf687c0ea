package main

import (
	"fmt"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

// indexing is the unit that MLX compiles at run time for gathers and scatters.
const indexing = `#include "mlx/backend/metal/kernels/utils.h"
#include "mlx/backend/metal/kernels/atomic.h"
#include "mlx/backend/metal/kernels/reduction/ops.h"
#include "mlx/backend/metal/kernels/indexing/gather.h"
#include "mlx/backend/metal/kernels/indexing/gather_axis.h"
#include "mlx/backend/metal/kernels/indexing/gather_front.h"
#include "mlx/backend/metal/kernels/indexing/scatter.h"
#include "mlx/backend/metal/kernels/indexing/scatter_axis.h"
`

var indexed = append([]mlx.DType{mlx.Int32, mlx.Uint8}, floats...)

// indices are different from each other in every column; some are negative if
// the type is signed.
func indices(dtype mlx.DType, before, n, after, size int) *mlx.Array {
	v := make([]int32, 0, before*n*after)
	for i := range before {
		for j := range n {
			for k := range after {
				at := (3*j + i + k) % size
				if dtype == mlx.Int32 && j%2 == 1 {
					at -= size
				}
				v = append(v, int32(at))
			}
		}
	}
	return mlx.FromBytes(mlx.Int32, []int{before, n, after}, ints(v...)).AsType(dtype)
}

func TestGatherScatterAxis(t *testing.T) {
	t.Parallel()
	corpus(t)
	const before, size, n, after = 3, 7, 5, 4
	for _, d := range indexed {
		for _, index := range []mlx.DType{mlx.Int32, mlx.Uint32} {
			idx := indices(index, before, n, after, size)
			geometry := []any{ints(before, after), longs(size*after, 1), longs(n*after, 1), longs(2), ints(1), ints(size), longs(after), longs(after)}
			for _, contiguous := range []bool{true, false} {
				x := normal(20, d, before, size, after)
				args := fmt.Sprintf("%s, %s, int", names[d], names[index])
				l := launch{
					text: indexing, instance: fmt.Sprintf("gather_axis, %s, %v, %v", args, contiguous, contiguous),
					grid: [3]int{after, n, before}, group: [3]int{after, n, before},
					buffers: append([]any{x, idx, out(d, before, n, after)}, geometry...),
				}
				agree(t, l.instance, l.run(t), x.TakeAlongAxis(idx, 1), 0)

				u := normal(21, d, before, n, after)
				geometry := append([]any{}, geometry...)
				geometry[1] = longs(n*after, 1)
				for op, want := range map[string]*mlx.Array{"None": x.PutAlongAxis(idx, u, 1), "Sum<" + names[d] + ">": x.ScatterAddAxis(idx, u, 1)} {
					l := launch{
						text: indexing, instance: fmt.Sprintf("scatter_axis, %s, %s, %v, %v", args, op, contiguous, contiguous),
						grid: [3]int{after, n, before}, group: [3]int{after, n, before},
						buffers: append([]any{u, idx, update{x}}, geometry...),
					}
					agree(t, l.instance, l.run(t), want, 1)
				}
			}
		}
	}
}

func TestGatherScatterRows(t *testing.T) {
	t.Parallel()
	corpus(t)
	const rows, columns, n = 11, 7, 5 // two columns a thread, and one
	for _, d := range indexed {
		for _, index := range []mlx.DType{mlx.Int32, mlx.Uint32} {
			x, u := normal(22, d, rows, columns), normal(23, d, n, 1, columns)
			idx := indices(index, 1, n, 1, rows).Reshape(n)
			want := x.Take(idx, 0)

			l := launch{
				text: indexing, instance: fmt.Sprintf("gather_front, %s, %s, int, 2", names[d], names[index]),
				grid: [3]int{(columns + 1) / 2, n, 1}, group: [3]int{3, n, 1},
				buffers: []any{x, idx, out(d, n, columns), longs(columns), ints(rows)},
			}
			agree(t, l.instance, l.run(t), want, 0)

			// One index array selects rows: what MLX generates around its headers.
			l = launch{
				text: indexing + fmt.Sprintf(`
[[kernel]] void rows(const device %[1]s* src, device %[1]s* out, const constant int* shape, const constant int64_t* strides,
    const constant size_t& ndim, const constant int* slices, const constant int* axes, const constant int* idx_shapes,
    const constant int64_t* idx_strides, const constant bool* contiguous, const constant int& idx_ndim, const device %[2]s* idx,
    uint3 index [[thread_position_in_grid]], uint3 grid [[threads_per_grid]]) {
  Indices<%[2]s, 1> indices{{{idx}}, idx_shapes, idx_strides, contiguous, idx_ndim};
  return gather_impl<%[1]s, %[2]s, 1, 1, int>(src, out, shape, strides, ndim, slices, axes, indices, index, grid);
}`, names[d], names[index]),
				entry: "rows", grid: [3]int{n, 1, columns}, group: [3]int{n, 1, columns},
				buffers: []any{x, out(d, n, columns), ints(rows, columns), longs(columns, 1), longs(2), ints(1, columns), ints(0), ints(n), longs(1), []byte{1}, ints(1), idx},
			}
			agree(t, "gather "+names[d], l.run(t), want, 0)

			for op, want := range map[string]*mlx.Array{
				"None":                  x.PutAlongAxis(idx.Reshape(n, 1).BroadcastTo(n, columns), u.Reshape(n, columns), 0),
				"Sum<" + names[d] + ">": x.ScatterAddAxis(idx.Reshape(n, 1).BroadcastTo(n, columns), u.Reshape(n, columns), 0),
			} {
				l = launch{
					text: indexing + fmt.Sprintf(`
[[kernel]] void rows(const device %[1]s* updates, device mlx_atomic<%[1]s>* out, const constant int* upd_shape,
    const constant int64_t* upd_strides, const constant size_t& upd_ndim, const constant size_t& upd_size,
    const constant int* out_shape, const constant int64_t* out_strides, const constant size_t& out_ndim, const constant int* axes,
    const constant int* idx_shapes, const constant int64_t* idx_strides, const constant bool* contiguous,
    const constant int& idx_ndim, const constant size_t& idx_size, const device %[2]s* idx, uint2 gid [[thread_position_in_grid]]) {
  Indices<%[2]s, 1> indices{{{idx}}, idx_shapes, idx_strides, contiguous, idx_ndim};
  return scatter_impl<%[1]s, %[2]s, %[3]s, 1, true, 2, int>(updates, out, upd_shape, upd_strides, upd_ndim, upd_size, out_shape,
    out_strides, out_ndim, axes, idx_size, indices, gid);
}`, names[d], names[index], op),
					entry: "rows", grid: [3]int{columns, (n + 1) / 2, 1}, group: [3]int{columns, (n + 1) / 2, 1},
					buffers: []any{
						u, update{x}, ints(n, 1, columns), longs(columns, columns, 1), longs(3), longs(columns), ints(rows, columns),
						longs(columns, 1), longs(2), ints(0), ints(n), longs(1), []byte{1}, ints(1), longs(n), idx,
					},
				}
				agree(t, "scatter "+op, l.run(t), want, 1)
			}
		}
	}
}

// TestGatherScatterElements picks by two arrays of indices of three dimensions,
// of which the second and the updates are transposed, elements or runs of them.
func TestGatherScatterElements(t *testing.T) {
	t.Parallel()
	corpus(t)
	const rows, columns, n = 11, 7, 2 * 3 * 2
	for _, d := range indexed {
		for _, index := range []mlx.DType{mlx.Int32, mlx.Uint32} {
			for _, depth := range []int{1, 2} {
				x, u := normal(24, d, rows, columns, depth), normal(25, d, depth, n)
				var picked [2][n]int32
				gathered, sum := make([]float64, n*depth), x.Float64s()
				for i := range n {
					a, b, c := i/6, i/2%3, i%2
					q := a + 2*b + 6*c // its place where it is transposed
					row, column := q%rows, i%columns
					picked[0][i], picked[1][q] = int32(column), int32(row)
					if index == mlx.Int32 && i%2 == 1 {
						picked[0][i], picked[1][q] = int32(column-columns), int32(row-rows)
					}
					for z := range depth {
						at := (row*columns+column)*depth + z
						gathered[i*depth+z] = x.Float64s()[at]
						sum[at] += u.Float64s()[z*n+q]
					}
				}
				shape, strides, contiguous := ints(2, 3, 2, 2, 3, 2), longs(6, 2, 1, 1, 2, 6), []byte{1, 0}
				of, steps := ints(rows, columns, int32(depth)), longs(int64(columns*depth), int64(depth), 1)
				kernel := func(parameters, function, call string) string {
					return indexing + fmt.Sprintf(`
[[kernel]] void elements(%[1]s, const constant int* axes, const constant int* idx_shapes, const constant int64_t* idx_strides,
    const constant bool* contiguous, const constant int& idx_ndim, const constant size_t& idx_size, const device %[2]s* idx0,
    const device %[2]s* idx1, uint3 index [[thread_position_in_grid]], uint3 grid [[threads_per_grid]]) {
  Indices<%[2]s, 2> indices{{{idx0, idx1}}, idx_shapes, idx_strides, contiguous, idx_ndim};
  return %[3]s(%[4]s);
}`, parameters, names[index], function, call)
				}
				arrays := []any{ints(1, 0), shape, strides, contiguous, ints(3), longs(n), ints(picked[0][:]...), ints(picked[1][:]...)}
				l := launch{
					text: kernel(fmt.Sprintf(`const device %[1]s* src, device %[1]s* out, const constant int* shape, const constant int64_t* strides,
    const constant size_t& ndim, const constant int* slices`, names[d]), fmt.Sprintf("gather_impl<%s, %s, 2, 2, int>", names[d], names[index]),
						"src, out, shape, strides, ndim, slices, axes, indices, index, grid"),
					entry: "elements", grid: [3]int{2, 6, depth}, group: [3]int{2, 6, depth},
					buffers: append([]any{x, out(d, n, depth), of, steps, longs(3), ints(1, 1, int32(depth))}, arrays...),
				}
				near(t, "gather elements "+names[d], l.run(t), gathered, nil)

				l = launch{
					text: kernel(fmt.Sprintf(`const device %[1]s* updates, device mlx_atomic<%[1]s>* out, const constant int* upd_shape,
    const constant int64_t* upd_strides, const constant size_t& upd_ndim, const constant size_t& upd_size, const constant int* shape,
    const constant int64_t* strides, const constant size_t& ndim`, names[d]), fmt.Sprintf("scatter_impl<%[1]s, %[2]s, Sum<%[1]s>, 2, false, 2, int>", names[d], names[index]),
						"updates, out, upd_shape, upd_strides, upd_ndim, upd_size, shape, strides, ndim, axes, idx_size, indices, index.xy"),
					entry: "elements", grid: [3]int{depth, n / 2, 1}, group: [3]int{depth, n / 2, 1},
					buffers: append([]any{u, update{x}, ints(2, 3, 2, 1, 1, int32(depth)), longs(1, 2, 6, 0, 0, n), longs(6), longs(int64(depth)), of, steps, longs(3)}, arrays...),
				}
				want := mlx.FromFloat64s(mlx.Float64, sum).AsType(d).Float64s()
				near(t, "scatter elements "+names[d], l.run(t), want, func(i int) float64 { return ulp(d, want[i]) / 2 })
			}
		}
	}
}
