package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
)

func TestSort(t *testing.T) {
	t.Parallel()
	everyEntry(t, "sort.metal", `(n?c)(arg)?_block_sort_T_T_bn(\d+)_tn4|(?:sort|partition|merge)_mbsort_T_uint32_bn(?:\d+)_tn4`, func(m []string) trial {
		if m[1] == "" {
			return skip("launched as a chain")
		}
		const rows = 2
		threads, err := strconv.Atoi(m[5])
		require.NoError(t, err)
		n := 4*threads - 7
		d, to := dtype(t, m[3]), dtype(t, m[4])
		x := normal(6, d, n, rows) // sorted columns become rows
		want := x.Transpose(1, 0).Sort(1)
		if m[2] == "arg" {
			want = x.Transpose(1, 0).ArgSort(1)
		}
		buffers := []any{x, out(to, rows, n), ints(int32(n)), ints(rows), ints(1), ints(1), ints(int32(n))}
		if m[1] == "nc" {
			buffers = append(buffers[:5], ints(1), ints(rows), longs(1), longs(int64(n)))
		}
		return space([3]int{threads, rows, 1}, [3]int{threads, 1, 1}, want, 0, buffers...)
	})
	multiBlockSort(t)
}

// multiBlockSort sorts rows of several blocks: each block, then pairs of sorted
// runs until there is one.
func multiBlockSort(t *testing.T) {
	const file = "sort.metal"
	program := corpusFile(t, file)
	for _, e := range program.Entries() {
		kind, suffix, ok := strings.Cut(e.Name, "_mbsort")
		if !ok || kind != "sort" {
			continue
		}
		parts := strings.Split(suffix, "_") // _float32_uint32_bn512_tn4
		d := dtype(t, parts[1])
		threads, err := strconv.Atoi(strings.TrimPrefix(parts[3], "bn"))
		require.NoError(t, err)
		const rows = 2
		blocks, n := 5, 4*4*threads+100
		size := ints(int32(n))
		var chain []string
		run := func(kind string, groups, group int, buffers ...any) []*mlx.Array {
			entry := kind + "_mbsort" + suffix
			chain = append(chain, entry)
			record(file, entry, func(f *fate) { f.launched++ })
			return dispatch{entry: entry, grid: [3]int{groups * group, rows, 1}, group: [3]int{group, 1, 1}, buffers: buffers}.run(t, program, e.Name)
		}
		x := normal(7, d, rows, n)
		values, indices := out(d, rows, n), out(mlx.Uint32, rows, n)
		got := run("sort", blocks, threads, x, values, indices, size, ints(1), ints(1), ints(rows), longs(int64(n)))
		for tiles := 2; tiles/2 < blocks; tiles *= 2 {
			tile, count := ints(int32(tiles)), ints(int32(blocks))
			at := run("partition", 1, blocks+1, out(mlx.Uint32, rows, blocks+1), got[0], got[1], size, tile, count)[0]
			got = run("merge", blocks, threads, at, got[0], got[1], values, indices, size, tile, count)
		}
		sorted := agree(t, "sorted"+suffix, got[0], x.Sort(1), 0)
		if agree(t, "indices"+suffix, x.TakeAlongAxis(got[1], 1), x.Sort(1), 0) && sorted {
			for _, entry := range chain {
				record(file, entry, func(f *fate) { f.agreed++ })
			}
		}
	}
}
