package wasm

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The fixed-point quotient is that of a division, at the edges above all.
func TestReciprocal(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 20_000 {
		d := max(2, uint32(rng.Uint64()>>(32+rng.IntN(32))))
		if i < 31 {
			d = 2 << i
		}
		most := uint64(1)<<(1+rng.IntN(32)) - 1
		r := reciprocalOf(d, most, false)
		check := func(x uint64) {
			if x > most {
				return
			}
			q := x * uint64(r.factor) >> 32
			if r.add {
				q += (x - q) / 2
			}
			require.Equal(t, x/uint64(d), q>>r.shift, "%d / %d with %+v", x, d, r)
		}
		top := most / uint64(d) * uint64(d)
		for _, x := range []uint64{0, 1, uint64(d) - 1, uint64(d), most, top, max(top, 1) - 1, rng.Uint64N(most + 1)} {
			check(x)
		}
		// Signed: rounded down, and one more below zero.
		d = max(2, d>>1)
		r = reciprocalOf(d, 1<<31-1, true)
		require.False(t, r.add)
		x := int64(int32(rng.Uint32()))
		for _, x := range []int64{x, -1 << 31, 1<<31 - 1, x / int64(d) * int64(d), -int64(d), -int64(d) + 1, -1} {
			q := x * int64(r.factor) >> (32 + r.shift)
			if x < 0 {
				q++
			}
			require.Equal(t, x/int64(d), q, "%d / %d with %+v", x, d, r)
		}
	}
}

const bothKernel = `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%i.2:u32) {
  %%3:i64 = convert.u32 %%i.2
  %%4:i64 = const %[2]d
  %%5:i64 = mul %%3, %%4
  %%6:ptr.device = ptradd %%x.0, %%5
  %%7:ptr.device = ptradd %%y.1, %%5
  %%8:%[1]s = load.device %%6
  %%9:%[1]s = const %[3]d
  %%10:%[1]s = const 5
  %%11:%[1]s = const 0
  %%12:%[1]s = const 3
  %%18:%[1]s = const 40
%[4]s  store.%[1]s.device %%7, %%11
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem %[1]s size %[2]d
  buffer 1 "y" device type "t" elem %[1]s size %[2]d
  builtin thread_position_in_grid "i" u32 x1
}`

// A quotient and its remainder are those of interp, whichever comes first, where only some
// threads need one, and in a loop that divides what it found.
func TestQuotientsWithRemainders(t *testing.T) {
	const n = 512
	x := make([]byte, 4*n)
	for i := range uint32(n) {
		v := i*0x9e3779b9 ^ i<<28
		if i < 64 {
			v = uint32(1)<<(i/2) - i%2
		}
		binary.LittleEndian.PutUint32(x[4*i:], v)
	}
	one := "  %13:K = OP %8, %9\n"
	bodies := []string{
		one + "  %14:K = PO %8, %9\n  %15:K = mul %14, %10\n  %11:K = xor %13, %15\n",
		one + "  %16:bool = lt.K %8, %10\n  %11:K = mov %13\n  if %16 {\n    %14:K = PO %8, %9\n    %11:K = sub %13, %14\n  }\n",
		"  %16:bool = lt.K %10, %8\n  if %16 {\n  " + one + "    %11:K = mov %13\n  } else {\n    %14:K = PO %8, %9\n    %11:K = sub %10, %14\n  }\n",
		"  %16:bool = lt.K %10, %8\n  if %16 {\n  " + one + "    %14:K = PO %8, %9\n    %11:K = xor %13, %14\n  }\n  %17:K = PO %8, %9\n  %11:K = add %11, %17\n",
		"  loop {\n    %16:bool = lt.K %12, %8\n    if %16 {\n    } else {\n      break\n    }\n    %13:K = OP %8, %9\n    %11:K = add %11, %13\n    %14:K = PO %8, %9\n    %11:K = mul %11, %10\n    %11:K = xor %11, %14\n    %8:K = div %8, %10\n  }\n",
		"  loop {\n    %13:K = OP %8, %9\n    %17:K = PO %8, %9\n    %11:K = add %13, %17\n    %8:K = add %8, %10\n    %14:K = PO %8, %9\n    %11:K = add %11, %14\n    %12:K = add %12, %12\n    %16:bool = lt.K %18, %12\n    if %16 {\n      break\n    }\n  }\n",
	}
	for kind, size := range integerSizes {
		if size > 4 {
			continue
		}
		for _, d := range []int{3, 10, 100, 127, 255, 1000, 32767, 65535, 65537, 146097, 1<<30 + 3} {
			if d >= 1<<(8*size-1) {
				continue
			}
			for _, body := range bodies {
				for _, ops := range []*strings.Replacer{strings.NewReplacer("OP", "div", "PO", "rem", "K", kind), strings.NewReplacer("OP", "rem", "PO", "div", "K", kind)} {
					text := fmt.Sprintf(bothKernel, kind, size, d, ops.Replace(body))
					checkInteger(t, text, n, size, x, text)
				}
			}
		}
	}
}
