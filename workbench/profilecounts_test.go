package workbench

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCountsByHand holds totals to numbers that were worked out on paper, of
// SIMD-groups of 32, transactions of 128 bytes and 32 banks of 4 bytes. The launch
// has 128 threads in threadgroups of 64, so four SIMD-groups, where nothing else is said.
func TestCountsByHand(t *testing.T) {
	const i, barrier = "uint i = thread_position_in_grid.x;", "threadgroup_barrier(mem_flags::mem_threadgroup);"
	tile := func(width int) string {
		return fmt.Sprintf("threadgroup float t[32][%d]; uint2 p = thread_position_in_grid.xy; t[p.y][p.x] = x[p.y*32+p.x]; %s y[p.y*32+p.x] = t[p.x][p.y];", width, barrier)
	}
	square := "grid: [32, 32, 1], threadgroup: [32, 32, 1]" // a threadgroup of 32 SIMD-groups
	for _, c := range []struct {
		name, body, launch string
		x, y               int // elements
		want               Counts
	}{
		{name: "a copy: each SIMD-group loads one segment and stores one", body: i + "y[i] = x[i];",
			want: Counts{Loads: 128, Stores: 128, LoadBytes: 512, StoreBytes: 512, Transactions: 8}},
		{name: "every other float: two segments a SIMD-group", body: i + "y[i] = x[2*i];", x: 256,
			want: Counts{Loads: 128, Stores: 128, LoadBytes: 512, StoreBytes: 512, Transactions: 8 + 4}},
		{name: "each lane its own segment", body: i + "y[i] = x[32*i];", x: 4096,
			want: Counts{Loads: 128, Stores: 128, LoadBytes: 512, StoreBytes: 512, Transactions: 128 + 4}},
		{name: "four bytes off: each SIMD-group reaches into the next segment", body: i + "y[i] = x[i+1];", x: 129,
			want: Counts{Loads: 128, Stores: 128, LoadBytes: 512, StoreBytes: 512, Transactions: 8 + 4}},
		{name: "all lanes the same address", body: i + "y[i] = x[0];", x: 1,
			want: Counts{Loads: 128, Stores: 128, LoadBytes: 512, StoreBytes: 512, Transactions: 4 + 4}},
		{name: "backwards is as good as forwards", body: i + "y[i] = x[127-i];",
			want: Counts{Loads: 128, Stores: 128, LoadBytes: 512, StoreBytes: 512, Transactions: 8}},
		{name: "37 is prime to 128: each SIMD-group meets all four segments", body: i + "y[i] = x[(i*37)%128];",
			want: Counts{Loads: 128, Stores: 128, LoadBytes: 512, StoreBytes: 512, Transactions: 16 + 4}},
		{name: "a vector: an access of 16 bytes, four operations a lane", body: i + "((device float4*)y)[i] = ((device const float4*)x)[i] * 2.0f;", launch: "grid: [32, 1, 1], threadgroup: [32, 1, 1]",
			want: Counts{Loads: 32, Stores: 32, LoadBytes: 512, StoreBytes: 512, Transactions: 8, FLOPs: 128}},
		{name: "columns of a square tile lie in one bank: 31 further passes for each of 32 SIMD-groups", body: tile(32), launch: square, x: 1024, y: 1024,
			want: Counts{Loads: 2048, Stores: 2048, LoadBytes: 8192, StoreBytes: 8192, Transactions: 64, BankConflicts: 992, Barriers: 32}},
		{name: "one column more, and they lie in all banks", body: tile(33), launch: square, x: 1024, y: 1024,
			want: Counts{Loads: 2048, Stores: 2048, LoadBytes: 8192, StoreBytes: 8192, Transactions: 64, Barriers: 32}},
		{name: "every other word: half of the banks, twice, when storing and when loading",
			body:   "threadgroup float t[128];" + i + "t[2*i] = x[i];" + barrier + "y[i] = t[2*(63-i)];",
			launch: "grid: [64, 1, 1], threadgroup: [64, 1, 1]", x: 64, y: 64,
			want: Counts{Loads: 128, Stores: 128, LoadBytes: 512, StoreBytes: 512, Transactions: 4, BankConflicts: 4, Barriers: 2}},
		{name: "even and odd lanes part in each SIMD-group", body: i + "y[i] = 0; if (i % 2 == 0) { y[i] = x[i] + 1.0f; } else { y[i] = x[i] * 3.0f; }",
			want: Counts{Loads: 128, Stores: 256, LoadBytes: 512, StoreBytes: 1024, Transactions: 4 + 2*(4+4), FLOPs: 128, Branches: 4, Divergent: 4}},
		{name: "threadgroups part, and no SIMD-group does", body: i + "y[i] = 0; if (i < 64) { y[i] = x[i] + 1.0f; } else { y[i] = x[i] * 3.0f; }",
			want: Counts{Loads: 128, Stores: 256, LoadBytes: 512, StoreBytes: 1024, Transactions: 4 + 4 + 4, FLOPs: 128, Branches: 4}},
		{name: "the second SIMD-group parts in its middle", body: i + "y[i] = 0; if (i < 48) { y[i] = x[i] + 1.0f; }",
			want: Counts{Loads: 48, Stores: 176, LoadBytes: 192, StoreBytes: 704, Transactions: 4 + 2 + 2, FLOPs: 48, Branches: 4, Divergent: 1}},
		{name: "none to three rounds: a SIMD-group asks four times, and disagrees but for the last", body: i + "float s = x[i]; for (uint k = 0; k < i % 4; k++) s = s * s; y[i] = s;",
			want: Counts{Loads: 128, Stores: 128, LoadBytes: 512, StoreBytes: 512, Transactions: 8, FLOPs: 32 * (0 + 1 + 2 + 3), Branches: 16, Divergent: 12}},
		{name: "a sum over SIMD-groups, an exponential and an addition", body: i + "float v = x[i]; y[i] = simd_sum(v) + metal::exp(v);",
			want: Counts{Loads: 128, Stores: 128, LoadBytes: 512, StoreBytes: 512, Transactions: 8, FLOPs: 256, Transcendental: 128}},
		{name: "a fused multiply-add is two operations", body: i + "y[i] = fma(x[i], 2.0f, 1.0f);",
			want: Counts{Loads: 128, Stores: 128, LoadBytes: 512, StoreBytes: 512, Transactions: 8, FLOPs: 256}},
		{name: "a ragged grid: the last SIMD-group has four threads", body: i + "y[i] = x[i];", launch: "grid: [100, 1, 1], threadgroup: [64, 1, 1]", x: 100, y: 100,
			want: Counts{Loads: 100, Stores: 100, LoadBytes: 400, StoreBytes: 400, Transactions: 8}},
	} {
		t.Run(c.name, func(t *testing.T) {
			size := func(n int) int {
				if n == 0 {
					return 128
				}
				return n
			}
			if c.launch == "" {
				c.launch = "grid: [128, 1, 1], threadgroup: [64, 1, 1]"
			}
			text := fmt.Sprintf("zmlx: 1\nname: k\ninputs: {x: {dtype: float32, shape: [%d], init: normal}}\noutputs: {y: {dtype: float32, shape: [%d]}}\nlaunch: {%s}\nsource: |\n  %s\n",
				size(c.x), size(c.y), c.launch, c.body)
			result, err := New(Options{}).Start(t.Context(), ProfileJob{Document: Document{Path: "k.yaml", Text: text}, CountsOnly: true}).Wait()
			require.NoError(t, err)
			r := result.(*ProfileResult)
			require.Equal(t, StatusOK, r.Status)
			got := r.Totals
			got.Instructions, got.Slots = 0, 0 // what the compiler makes of it
			require.Equal(t, c.want, got)
		})
	}
}
