package main

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
)

// number is a name's part.
func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	require.NoError(t, err)
	return n
}

// gemvTile is a tiling of a product with a vector: of how many SIMD-groups,
// threads and elements a threadgroup is, by rows and columns.
type gemvTile struct{ bm, bn, sm, sn, tm, tn int }

const gemvTiles = `_bm(\d+)_bn(\d+)_sm(\d+)_sn(\d+)_tm(\d+)_tn(\d+)`

func tile(t *testing.T, m []string) gemvTile {
	return gemvTile{number(t, m[0]), number(t, m[1]), number(t, m[2]), number(t, m[3]), number(t, m[4]), number(t, m[5])}
}

// outputs is how many elements of the output a threadgroup gives, and small
// that the tiling is for outputs of fewer than four.
func (g gemvTile) outputs(transposed bool) (perGroup int, small bool) {
	if transposed {
		return g.bn * g.sn * g.tn, g.tn == 1
	}
	return g.bm * g.sm * g.tm, g.tm == 1
}

// flawed marks a launch of a kernel with a barrier inside of a condition, which
// is over the thread's column or, between SIMD-groups of a row, the lane. On
// Apple's GPUs SIMD-groups meet there, and no value depends on it.
func (c trial) flawed(transposed bool, tile gemvTile) trial {
	c.divergent = transposed || tile.bn > 1
	return c
}

// TestGemv launches products of matrices and vectors: over batches in one
// dimension or, broadcast, in two, with and without a bias, and gathered.
func TestGemv(t *testing.T) {
	t.Parallel()
	everyEntry(t, "gemv.metal", `gemv_(t_)?(gather_)?T`+gemvTiles+`(?:_nc([01])_axpby([01]))?`, func(m []string) trial {
		d, tile := dtype(t, m[3]), tile(t, m[4:])
		perGroup, small := tile.outputs(m[1] != "")
		const columns = 301
		rows := perGroup + 7
		if small {
			rows = 3
		}
		a, x := matrices(20, d, m[1] != "", 2, rows, columns), normal(21, d, 4, columns)
		group := [3]int{32, tile.bn, tile.bm}
		groups := (rows + perGroup - 1) / perGroup
		sizes := []any{ints(columns), ints(int32(rows)), ints(int32(a.ld))}
		step := int64(rows * columns)
		if m[2] != "" {
			ids, vectors := mlx.New([]uint32{1, 0, 1, 1}), mlx.New([]uint32{3, 0, 2, 1})
			want := multiply(a.Take(ids, 0), x.Take(vectors, 0).Reshape(4, columns, 1), 1, 0, nil)
			// Indices are in one dimension, or in two with the vectors' transposed.
			batch := []any{ints(1), ints(4), longs(1, 1)}
			if small {
				batch = []any{ints(2), ints(2, 2), longs(1, 2, 2, 1)}
				vectors = vectors.Reshape(2, 2).Transpose(1, 0).AsContiguous()
			}
			buffers := append([]any{a.stored, x, nil, out(d, 4, rows)}, sizes...)
			buffers = append(append(append(buffers, nil, nil), batch...), ints(1), ints(4), longs(columns), ints(1), ints(2), longs(step), vectors, ids)
			return space([3]int{32 * groups, tile.bn, 4 * tile.bm}, group, nil, 0, buffers...).rounded(want, d, 0).flawed(m[1] != "", tile)
		}
		batches, shape, vectors, matrices, biases := 2, ints(2), longs(columns), longs(step), longs(int64(rows))
		am, xm := a.Array, x.Slice([]int{0, 0}, []int{2, columns}, nil).Reshape(2, columns, 1)
		if m[10] == "1" {
			batches, shape, vectors, matrices, biases = 4, ints(2, 2), longs(2*columns, columns), longs(0, step), longs(int64(2*rows), int64(rows))
			am, xm = am.Reshape(1, 2, rows, columns), x.Reshape(2, 2, columns, 1)
		}
		var bias *mlx.Array
		extra := 0
		if m[11] == "1" {
			bias = normal(22, d, append(xm.Shape()[:xm.NDim()-2:xm.NDim()-2], rows, 1)...)
			extra = 3 // the product, its multiple and the bias's are rounded
		}
		want := multiply(am, xm, 0.75, 1.5, bias)
		buffers := append([]any{a.stored, x, bias, out(d, batches, rows)}, sizes...)
		if bias == nil {
			buffers[2] = nil
		}
		buffers = append(buffers, reals(0.75), reals(1.5), ints(int32(len(shape)/4)), shape, vectors, matrices, biases, ints(1))
		return space([3]int{32 * groups, tile.bn, batches * tile.bm}, group, nil, 0, buffers...).rounded(want, d, extra).flawed(m[1] != "", tile)
	})
}

// TestGemvMasked has masks of bool or of factors, over blocks as wide as a
// threadgroup is long.
func TestGemvMasked(t *testing.T) {
	t.Parallel()
	everyEntry(t, "gemv_masked.metal", `gemv_(t_)?outmask_(nomask|T)_opmask_(nomask|T)_T`+gemvTiles+`_nc([01])`, func(m []string) trial {
		d, tile := dtype(t, m[6]), tile(t, m[7:])
		perGroup, small := tile.outputs(m[1] != "")
		block := tile.bn * tile.sn * tile.tn
		if m[1] != "" {
			block = tile.bm * tile.sm * tile.tm
		}
		columns, rows := 2*block+37, perGroup+block+7
		if small {
			rows = 3
		}
		up := func(n int) int { return (n + block - 1) / block }
		a, x := matrices(20, d, m[1] != "", 2, rows, columns), normal(21, d, 4, columns, 1)
		am, xm := a.Array, x.Slice([]int{0, 0, 0}, []int{2, columns, 1}, nil)
		batches, batch, step := 2, []int{2}, int64(rows*columns)
		shape, vectors, matrices := ints(2), longs(int64(columns)), longs(step)
		if m[13] == "1" {
			batches, batch = 4, []int{2, 2}
			am, xm = am.Reshape(1, 2, rows, columns), x.Reshape(2, 2, columns, 1)
			shape, vectors, matrices = ints(2, 2), longs(int64(2*columns), int64(columns)), longs(0, step)
		}
		buffers := make([]any, 25)
		copy(buffers, []any{a.stored, x, nil, out(d, batches, rows), ints(int32(columns)), ints(int32(rows)), ints(int32(a.ld)), nil, nil, ints(int32(len(batch))), shape, vectors, matrices})
		// Strides of masks, the last axis first, and of their batches: all are rows
		// of blocks, but the matrices' masks, which are broadcast as the matrices
		// are. A step along an axis of one block leaves the mask.
		const astray = 1 << 20
		along := []int32{astray, 1}
		if m[1] != "" {
			along = []int32{1, astray}
		}
		var strides []int32
		var steps []int64
		dense := func(n int) {
			for i := range batch {
				steps = append(steps, int64(n)<<(len(batch)-1-i))
			}
		}
		of := func(name string) mlx.DType { return dtype(t, name) }
		var onOutput *mlx.Array
		if m[2] != "nomask" {
			onOutput = mask(of(m[3]), append(batch, up(rows), 1)...)
			buffers[20] = onOutput
			strides = append(strides, along...)
			dense(up(rows))
		}
		e := expect{}
		if m[4] != "nomask" {
			onMatrix, onVector := mask(of(m[5]), append(am.Shape()[:len(batch):len(batch)], up(rows), up(columns))...), mask(of(m[5]), append(batch, up(columns), 1)...)
			buffers[21], buffers[22] = onMatrix, onVector
			onStored := []int32{1, int32(up(columns))}
			if m[1] != "" {
				slices.Reverse(onStored)
			}
			strides = append(append(strides, onStored...), along...)
			if n := int64(up(rows) * up(columns)); len(batch) == 1 {
				steps = append(steps, n)
			} else {
				steps = append(steps, 0, n)
			}
			dense(up(columns))
			am, xm = am.AsType(mlx.Float64).Multiply(blocks(onMatrix, block, rows, columns)), xm.AsType(mlx.Float64).Multiply(blocks(onVector, block, columns, 1))
		}
		e = multiply(am, xm, 1, 0, nil)
		if onOutput != nil {
			for i, f := range blocks(onOutput, block, rows, 1).Float64s() {
				e.value[i], e.size[i] = e.value[i]*f, e.size[i]*f
			}
		}
		buffers[23], buffers[24] = ints(strides...), longs(steps...)
		groups := (rows + perGroup - 1) / perGroup
		return space([3]int{32 * groups, tile.bn, batches * tile.bm}, [3]int{32, tile.bn, tile.bm}, nil, 0, buffers...).rounded(e, d, 0).flawed(m[1] != "", tile)
	})
}
