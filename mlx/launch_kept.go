package mlx

import (
	"bytes"
	"context"
	"unsafe"

	"github.com/zmlx/zmlx/internal/bulk"
	"github.com/zmlx/zmlx/mlx/internal/host"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/lower"
)

// storedKey is where a program keeps what a function only stores to.
type storedKey struct{ fn int }

// keepBuffers copies the buffers that a launch may change. Of those that it
// only stores to, as outputs mostly are, nothing need be kept, and what is in new
// ones is known: these are made when they are needed.
func (p *hostProgram) keepBuffers(ctx context.Context, e *ir.Entry, l RawLaunch) (map[int][]byte, error) {
	prepared, err := lower.Prepare(ctx, p.program, e)
	if err != nil {
		return nil, err
	}
	entry := prepared.Entries[0]
	stored := prepared.Memo(storedKey{entry.Func}, func() any { return prepared.Funcs[entry.Func].StoredOnly() }).([]bool)
	out := map[int][]byte{}
	for i, b := range l.Buffers {
		fixed, blank := false, false
		param := 0
		for _, a := range entry.Args {
			if a.Kind == ir.ArgBuffer && a.Index == i {
				fixed, blank = a.ReadOnly, stored[param]
			}
			param += a.Params()
		}
		fresh := l.New[i] > 0
		for j, o := range l.Buffers {
			if j != i && overlap(b, o) {
				fixed, blank, fresh = false, false, false
			}
		}
		switch {
		case fixed:
			out[i] = b
		case fresh, blank:
		default:
			if out[i], err = cloned(ctx, b); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// poison makes the buffers that keepBuffers left out, filled with a byte.
func (l RawLaunch) poison(ctx context.Context, sizes map[int][]byte, fill byte) error {
	for i, b := range sizes {
		if _, kept := l.Buffers[i]; kept {
			continue
		}
		fresh, err := host.Bytes(len(b))
		if err != nil {
			return err
		}
		bulk.Fill(ctx, fresh, []byte{fill})
		l.Buffers[i] = fresh
	}
	return ctx.Err()
}

func overlap(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	at, bt := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return at < bt+uintptr(len(b)) && bt < at+uintptr(len(a))
}

func cloned(ctx context.Context, b []byte) ([]byte, error) {
	out, err := host.Bytes(len(b))
	bulk.Copy(ctx, out, b)
	return out, err
}

// keptBytes counts, by new buffer, the bytes of the elements that a launch did not
// store to as a whole. Where elements are as before, the kernel runs again over another
// pattern and the same other buffers, on which may depend what it stores to: what
// keeps its pattern both times was not stored to.
func (p *hostProgram) keptBytes(ctx context.Context, before RawLaunch, after map[int][]byte) (map[int]int, error) {
	e, err := p.entry(before.Entry)
	if err != nil {
		return nil, err
	}
	bound, err := bindBuffers(e, RawLaunch{Buffers: after, Pointers: before.Pointers, LocalBytes: before.LocalBytes}, false)
	if err != nil {
		return nil, err
	}
	counts, found := map[int]int{}, false
	for i, b := range bound {
		if _, kept := before.Buffers[i]; !kept && !b.ReadOnly && before.New[i] > 0 {
			counts[i] = 0
			found = found || poisoned(b.Data, before.New[i])
		}
	}
	if !found {
		return counts, ctx.Err()
	}
	const other = Poison ^ 0x5a
	if err := before.poison(ctx, after, other); err != nil {
		return nil, err
	}
	again := before
	again.Options = LaunchOptions{StepBudget: before.Options.StepBudget, Workers: before.Options.Workers}
	if _, err := p.run(ctx, again); err != nil {
		return nil, err
	}
	for i := range counts {
		counts[i] = before.New[i] * keptElements(after[i], again.Buffers[i], Poison, other, before.New[i])
	}
	return counts, nil
}

// poisoned reports whether any element has its poison. Bytes of poison occur in
// values, so that only the first element stands for what is stored to in part:
// members of structures, of which all elements lack the same bytes.
func poisoned(data []byte, size int) bool {
	if len(data) >= size && bytes.IndexByte(data[:size], Poison) >= 0 {
		return true
	}
	pattern := bytes.Repeat([]byte{Poison}, size)
	for at := 0; at < len(data); at += size {
		i := bytes.IndexByte(data[at:], Poison)
		if i < 0 {
			return false
		}
		at += i
		at -= at % size
		if bytes.Equal(data[at:at+size], pattern) {
			return true
		}
	}
	return false
}

// keptElements counts the elements of which a byte had one pattern after a launch
// and another after the other: nothing stored to it.
func keptElements(first, second []byte, fill, other byte, size int) (n int) {
	for at := 0; at < len(first); at++ {
		if first[at] == fill && second[at] == other {
			n++
			at += size - 1 - at%size // the rest of the element
		}
	}
	return n
}
