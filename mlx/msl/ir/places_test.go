package ir_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// exchanges makes a kernel that exchanges neighbouring groups of bits by masks and shifts,
// step by step, so that all bits are reversed if no step is missing or has another mask;
// between two steps the bits may be rotated.
func exchanges(rng *rand.Rand, kind string, width int) (text string, whole bool) {
	b := &strings.Builder{}
	at, whole := 2, true
	emit := func(format string, args ...any) string {
		at++
		fmt.Fprintf(b, "  %%%d:%s = %s\n", at, kind, fmt.Sprintf(format, args...))
		return fmt.Sprintf("%%%d", at)
	}
	number := func(v uint64) string { return emit("const %d", v) }
	join := func(x, y string) string { return emit([]string{"or", "xor", "add"}[rng.IntN(3)]+" %s, %s", x, y) }
	x := emit("load.device %%x.0")
	var sizes []int
	for size := 1; size < width; size *= 2 {
		sizes = append(sizes, size)
	}
	rng.Shuffle(len(sizes), func(i, j int) { sizes[i], sizes[j] = sizes[j], sizes[i] })
	broken := rng.IntN(3 * len(sizes))
	for i, size := range sizes {
		mask := uint64(0)
		for bit := range width {
			if bit/size%2 == 0 {
				mask |= 1 << bit
			}
		}
		if i == broken {
			mask ^= 1 << rng.IntN(width)
			whole = false
		}
		low := emit("shl %s, %s", emit("and %s, %s", x, number(mask)), number(uint64(size)))
		high := emit("and %s, %s", emit("shr %s, %s", x, number(uint64(size))), number(mask))
		if rng.IntN(2) == 0 {
			high = emit("shr %s, %s", emit("and %s, %s", x, number(mask<<size)), number(uint64(size)))
			whole = whole && kind[0] == 'u' // otherwise the sign is copied
		}
		x = join(low, high)
	}
	if count := uint64(1 + rng.IntN(width-1)); rng.IntN(4) == 0 {
		x = join(emit("shl %s, %s", x, number(count)), emit("shr %s, %s", x, number(uint64(width)-count)))
		whole = whole && kind[0] == 'u'
	}
	return fmt.Sprintf(`func @f(%%x.0:ptr.device, %%y.1:ptr.device) {
%s  store.%s.device %%y.1, %s
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem u8 size 1
  buffer 1 "y" device type "t" elem u8 size 1
}`, b, kind, x), whole
}

// Numbers of which masks and shifts reverse all bits, or rotate them, become that; others
// stay what they are.
func TestBitPlaces(t *testing.T) {
	reversed := 0
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 0))
		width := []int{32, 64}[rng.IntN(2)]
		text, whole := exchanges(rng, []string{"u", "i"}[rng.IntN(2)]+fmt.Sprint(width), width)
		p, err := ir.Parse(text)
		require.NoError(t, err, text)
		require.NoError(t, ir.Verify(p), text)
		opt, err := ir.Optimize(p)
		require.NoError(t, err)
		for range 4 {
			x := binary.LittleEndian.AppendUint64(nil, rng.Uint64())
			result := func(p *ir.Program) []byte {
				y := make([]byte, 8)
				require.True(t, execute(p, exec.Launch{Grid: exec.Dim{1, 1, 1}, Threadgroup: exec.Dim{1, 1, 1},
					Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}}}))
				return y
			}
			require.Equal(t, result(p), result(opt), "seed %d\n%s\n%s", seed, text, opt)
		}
		if whole {
			require.Contains(t, opt.String(), "reversebits", "seed %d\n%s", seed, text)
			require.NotContains(t, opt.String(), "and", "seed %d\n%s", seed, opt)
			reversed++
		}
	}
	require.Greater(t, reversed, 100)
}
