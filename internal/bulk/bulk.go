// Package bulk copies and fills arrays of gigabytes, which takes seconds. It
// goes by pieces, as the collector, and so the whole program, waits for a single
// copy, and leaves the rest undone when the context ends.
package bulk

import (
	"bytes"
	"context"
)

const piece = 1 << 20

// Copy copies as much of src as dst has room for.
func Copy(ctx context.Context, dst, src []byte) {
	for n := min(len(dst), len(src)); n > 0 && ctx.Err() == nil; n = min(len(dst), len(src)) {
		k := copy(dst[:min(n, piece)], src)
		dst, src = dst[k:], src[k:]
	}
}

// Fill repeats an element all over b.
func Fill(ctx context.Context, b, element []byte) {
	pattern := bytes.Repeat(element, min(4096, len(b)/len(element)))
	for len(b) > 0 && ctx.Err() == nil {
		b = b[copy(b, pattern):]
	}
}
