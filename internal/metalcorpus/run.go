package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/lower"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// geometries are the grids and threadgroups that each kernel is launched with:
// one thread, whole and broken SIMD-groups, rows and planes.
var geometries = []struct{ grid, group exec.Dim }{
	{exec.Dim{1, 1, 1}, exec.Dim{1, 1, 1}},
	{exec.Dim{77, 1, 1}, exec.Dim{32, 1, 1}},
	{exec.Dim{20, 12, 1}, exec.Dim{8, 4, 1}},
	{exec.Dim{256, 1, 1}, exec.Dim{256, 1, 1}},
}

// outcome is what launches of a kernel on both executors gave.
type outcome string

const (
	agreed      outcome = "agree"
	agreedFault outcome = "agree, both with findings"
	unfinished  outcome = "with loops that do not end in the time given"
	open        outcome = "differ with atomics or data races, whose order is open"
	differ      outcome = "differ"
)

const (
	elements  = 2048    // of a drawn buffer
	budget    = 1 << 24 // steps of a threadgroup
	patience  = 20 * time.Second
	localSize = 8 << 10 // of dynamic threadgroup memory
)

// launchAll launches every kernel of a program over drawn buffers, on interp and on
// wasm, and prints where they differ. One worker runs the threadgroups in order: many
// of these launches store to one place from several of them.
func (t *totals) launchAll(file string, p *ir.Program) {
	for _, e := range p.Entries {
		q, err := lower.Prepare(context.Background(), p, e)
		if err != nil {
			fmt.Printf("%s: %s: %v\n", file, e.Name, err)
			t.outcomes[differ]++
			continue
		}
		for i, g := range geometries {
			if threads := g.group[0] * g.group[1] * g.group[2]; e.MaxThreads > 0 && int(threads) > e.MaxThreads {
				continue
			}
			l := exec.Launch{Grid: g.grid, Threadgroup: g.group, Buffers: map[int]exec.Buffer{}, LocalBytes: map[int]int{}, StepBudget: budget, Workers: 1}
			h := fnv.New64a()
			fmt.Fprint(h, e.Name, i)
			for _, a := range e.Args {
				switch a.Kind {
				case ir.ArgBuffer:
					data := draw(a, rand.New(rand.NewPCG(h.Sum64(), uint64(a.Index))))
					l.Buffers[a.Index] = exec.Buffer{Name: a.Name, Data: data, ReadOnly: a.ReadOnly || a.Space == ir.Constant}
				case ir.ArgThreadgroup:
					l.LocalBytes[a.Index] = localSize
				}
			}
			got, what := compare(p, e, q, l)
			t.outcomes[got]++
			if got == differ {
				fmt.Printf("%s: %s, grid %v, threadgroup %v: %s\n", file, e.Name, g.grid, g.group, what)
			}
		}
	}
}

// draw makes the memory of an argument: small integers, so that what is an index or a
// length often stays within the buffers, and floats around zero.
func draw(a ir.Arg, r *rand.Rand) []byte {
	n := max(a.ElemSize, 1)
	if !a.Ref {
		n *= min(elements, max(1, (1<<18)/n))
	}
	size, value := 4, func() uint64 { return uint64(r.IntN(48)) }
	if k := a.ElemKind; k.IsFloat() {
		size, value = k.Bits()/8, func() uint64 { return ir.FloatBits(k, r.NormFloat64()*3) }
	} else if k != ir.Void && k != ir.Ptr {
		size = max(k.Bits()/8, 1)
	}
	if a.ElemKind == ir.Bool {
		size, value = 1, func() uint64 { return uint64(r.IntN(2)) }
	}
	out := make([]byte, 0, n+8)
	for len(out) < n {
		out = append(out, binary.LittleEndian.AppendUint64(nil, value())[:size]...)
	}
	return out[:n]
}

// compare launches q, which is entry e of p made ready, on both executors.
func compare(p *ir.Program, e *ir.Entry, q *ir.Program, l exec.Launch) (outcome, string) {
	want, wanted, err := launched(interp.Executor{}, q, l)
	var got map[int][]byte
	var found []exec.Finding
	if err == nil {
		got, found, err = launched(wasm.Executor{}, q, l)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return unfinished, ""
	case err != nil:
		return differ, err.Error()
	}
	has := func(k exec.FindingKind) bool {
		is := func(f exec.Finding) bool { return f.Kind == k }
		return slices.ContainsFunc(wanted, is) || slices.ContainsFunc(found, is)
	}
	switch {
	case has(exec.EndlessLoop), has(exec.StackOverflow):
		return unfinished, ""
	case (len(wanted) == 0) != (len(found) == 0):
		return differ, fmt.Sprintf("findings of interp: %v, of wasm: %v", wanted, found)
	}
	for _, a := range e.Args {
		if a.Kind != ir.ArgBuffer {
			continue
		}
		at := difference(a.ElemKind, want[a.Index], got[a.Index])
		if at < 0 {
			continue
		}
		if unordered(p, e, l) {
			return open, ""
		}
		return differ, fmt.Sprintf("byte %d of %s is %#x on interp, %#x on wasm", at, a.Name, want[a.Index][at], got[a.Index][at])
	}
	if len(found) > 0 {
		return agreedFault, ""
	}
	return agreed, ""
}

// launched launches over copies of the buffers, which it returns.
func launched(x exec.Executor, q *ir.Program, l exec.Launch) (map[int][]byte, []exec.Finding, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	memory := map[int][]byte{}
	own := l
	own.Entry, own.Buffers = q.Entries[0], map[int]exec.Buffer{}
	for i, b := range l.Buffers {
		memory[i] = bytes.Clone(b.Data)
		b.Data = memory[i]
		own.Buffers[i] = b
	}
	res, err := x.Run(ctx, q, own)
	return memory, res.Findings, err
}

// unordered reports whether what a launch gives may hang on the order of its threads.
func unordered(p *ir.Program, e *ir.Entry, l exec.Launch) bool {
	q, err := lower.Link(context.Background(), p, e)
	if err != nil {
		return false
	}
	l.Checks = exec.Races
	_, found, _ := launched(interp.Executor{}, q, l)
	if slices.ContainsFunc(found, func(f exec.Finding) bool { return f.Kind == exec.DataRace || f.Kind == exec.EndlessLoop }) {
		return true
	}
	for _, f := range q.Funcs {
		atomic := false
		f.Body.Walk(func(in *ir.Instr) { atomic = atomic || in.Op >= ir.AtomicLoad && in.Op <= ir.AtomicXor })
		if atomic {
			return true
		}
	}
	return false
}

// difference is the first byte in which buffers differ, -1 if none. NaNs have any
// payload; words of structures are taken for floats.
func difference(k ir.Kind, x, y []byte) int {
	floats := k == ir.Void || k.IsFloat()
	if k == ir.Void {
		k = ir.F32
	}
	size := k.Bits() / 8
	nan := func(v []byte) bool {
		var bits [8]byte
		copy(bits[:], v)
		return math.IsNaN(ir.FloatValue(k, binary.LittleEndian.Uint64(bits[:])))
	}
	for i := range x {
		if x[i] == y[i] {
			continue
		}
		if !floats {
			return i
		}
		at := i - i%size
		if at+size > len(x) || !nan(x[at:at+size]) || !nan(y[at:at+size]) {
			return i
		}
	}
	return -1
}
