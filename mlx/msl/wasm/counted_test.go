package wasm

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// countsTo is a kernel of loops that count to a constant, one in the other.
func countsTo(n, depth int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "func @f(%%y.0:ptr.device) {\n  %%1:u32 = const 1\n  %%2:u32 = const 0\n  %%3:u32 = const %d\n  %%4:u32 = mov %%2\n", n)
	var loop func(d int)
	loop = func(d int) {
		if d == 0 {
			b.WriteString("%4:u32 = rotl %4, %1\n%4:u32 = add %4, %1\nstore.u32.device %y.0, %4\n")
			return
		}
		i, more := 3+2*d, 4+2*d
		fmt.Fprintf(&b, "%%%[1]d:u32 = mov %%2\nloop {\n%%%[2]d:bool = lt.u32 %%%[1]d, %%3\nif %%%[2]d {\n} else {\nbreak\n}\n", i, more)
		loop(d - 1)
		fmt.Fprintf(&b, "} continuing {\n%%%[1]d:u32 = add %%%[1]d, %%1\n}\n", i)
	}
	loop(depth)
	b.WriteString("}\nentry \"f\" @f maxthreads 0 threadgroupsize 0 {\n  buffer 0 \"y\" device type \"uint\" elem u32 size 4\n}")
	return b.String()
}

// Of loops in each other only so many take no fuel that a cancelled launch ends.
func TestCountedLoopsEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, wait := started(t, ctx, countsTo(100, 6), 4) // 10^12 repetitions
	cancel()
	_, err := wait()
	require.ErrorIs(t, err, context.Canceled)
}
