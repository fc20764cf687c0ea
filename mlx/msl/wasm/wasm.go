package wasm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
	"github.com/zmlx/zmlx/profile/trace"
)

// Executor implements exec.Executor. The zero value is ready.
type Executor struct{}

// Name returns "wasm".
func (Executor) Name() string { return "wasm" }

// Run executes a launch.
func (x Executor) Run(ctx context.Context, p *ir.Program, l exec.Launch) (exec.Result, error) {
	start := time.Now()
	if err := l.Check(p); err != nil {
		return exec.Result{}, err
	}
	kernel, launch, allocs, err := ready(ctx, p, l)
	if ctx.Err() != nil {
		return exec.Result{}, ctx.Err()
	}
	if err != nil {
		return fallBack(ctx, p, l, err)
	}
	if allocs != nil {
		defer setPointers(l, allocs)()
	}
	m, v, err := x.module(ctx, kernel, launch, allocs)
	if m != nil {
		defer m.leave()
	}
	if ctx.Err() != nil {
		return exec.Result{}, ctx.Err()
	}
	if err != nil {
		return fallBack(ctx, p, l, err)
	}
	track := trace.FromContext(ctx)
	r := &run{ctx: ctx, m: m, l: launch, v: v, allocs: allocs, trace: track, log: &exec.Log{}}
	defer r.unbind()
	r.grid = wholeGrid(launch.Grid, v.tg)
	r.part, r.total = r.grid, r.grid.groups()
	binding := track.Begin("bind")
	err = r.bind()
	binding.End()
	parts := 0
	if err == errBeyond {
		parts = 1
		binding = track.Begin(copying)
		err = r.bindCopies()
		binding.End()
	}
	if err == errBeyond {
		var res exec.Result
		var failed error
		if res, err, failed = x.runInParts(ctx, kernel, launch, v); err == nil {
			return res, failed
		}
	}
	if err != nil {
		return fallBack(ctx, p, l, err)
	}
	err = r.finish()
	res := exec.Result{Findings: r.findings(), Log: r.log.Lines(), Duration: time.Since(start), Executor: x.Name(), CopiedParts: parts}
	return res, err
}

// fallBack runs a launch on interp and says why, in the timeline too.
func fallBack(ctx context.Context, p *ir.Program, l exec.Launch, why error) (exec.Result, error) {
	span := trace.FromContext(ctx).Begin("interp: " + why.Error())
	defer span.End()
	res, err := interp.Executor{}.Run(ctx, p, l)
	res.Fallback = why.Error()
	return res, err
}

// lower lowers what was prepared; once more for threads that run one by one if these
// look up different pointers, or with the matrices of elements if
// it holds tiles that vary in a SIMD-group. That takes no proofs from the
// launch, as its accesses are others than those that the key names.
func lower(g *gen, err error) (*wc.Module, *gen, error) {
	if err != nil {
		return nil, nil, err
	}
	code, err := g.lower()
	if _, ok := err.(varyingPointer); ok {
		v := g.v
		v.alone, v.run = true, 1
		v.aligned, v.tail = true, false
		if g, _, err = prepare(g.prog, g.source, v, g.local, g.facts, false); err != nil {
			return nil, nil, err
		}
		code, err = g.lower()
		return code, g, err
	}
	if _, ok := err.(varyingTile); !ok {
		return code, g, err
	}
	g, _, err = prepare(g.prog, g.source, g.v, g.local, unknown(len(g.facts.sizes)), true)
	if err != nil {
		return nil, nil, err
	}
	code, err = g.lower()
	return code, g, err
}

// WAT returns the text of the module that a launch would run. Comments are what
// describe makes of the positions that code comes from; it may be nil.
func WAT(p *ir.Program, l exec.Launch, describe func(diag.Pos) string) (string, error) {
	if err := l.CheckGeometry(); err != nil {
		return "", err
	}
	p, l, allocs, err := ready(context.Background(), p, l)
	if err != nil {
		return "", err
	}
	v, err := variantOf(p, l, allocs)
	if err != nil {
		return "", err
	}
	g, _, err := prepare(p, l.Entry, v, l.LocalBytes, factsOf(l), v.ragged)
	m, _, err := lower(g, err)
	if err != nil {
		return "", err
	}
	return m.WAT(func(place int) string {
		if describe == nil {
			return ""
		}
		return describe(diag.Pos(place))
	}), nil
}

var errGrid = errors.New("no WebAssembly is made of a grid of this size")

// variantOf finds what a launch specialises the module on. Allocations are those
// that pointers which are numbers name, in order; nil if there are none.
func variantOf(p *ir.Program, l exec.Launch, allocs []int) (variant, error) {
	v := variant{tg: l.Threadgroup, aligned: true}
	if len(l.LocalBytes) > 0 {
		v.local = fmt.Sprint(l.LocalBytes)
	}
	if l.Checks != 0 || l.Count {
		return v, errors.New("checks and counts are made by interp")
	}
	if max(l.Grid[0], l.Grid[1], l.Grid[2]) > maxGrid {
		return v, errGrid
	}
	v.overlap = overlaps(l)
	v.alone = allocs == nil && alone(p, l.Entry)
	args := 0
	for _, a := range l.Entry.Args {
		if a.Kind != ir.ArgBuffer {
			continue
		}
		if l.Buffers[a.Index].Written != nil {
			v.written |= 1 << args
		}
		if l.Buffers[a.Index].ReadOnly || a.Space == ir.Constant {
			v.fixed |= 1 << args
		}
		args++
		if allocs != nil {
			v.numbers = append(v.numbers, 1+slices.Index(allocs, a.Index))
		}
	}
	if allocs != nil {
		v.numbers = append(v.numbers, len(allocs))
		for _, b := range l.Buffers {
			v.tracked = v.tracked || b.Written != nil
		}
	}
	// Sizes of the threadgroups at the edges.
	sizes := [3][]uint32{}
	for i := range 3 {
		if l.Grid[i] >= v.tg[i] {
			sizes[i] = append(sizes[i], v.tg[i])
		}
		if rest := l.Grid[i] % v.tg[i]; rest != 0 {
			sizes[i] = append(sizes[i], rest)
		}
	}
	if v.alone {
		v.run = 1
		return v, nil
	}
	v.run = maxRun
	for _, x := range sizes[0] {
		v.aligned = v.aligned && (x%4 == 0 || v.flat())
		for !v.flat() && x%uint32(4*v.run) != 0 && v.run > 1 {
			v.run /= 2
		}
		for _, y := range sizes[1] {
			for _, z := range sizes[2] {
				n := x * y * z
				v.tail = v.tail || n%4 != 0
				v.ragged = v.ragged || n%32 != 0
				for n%uint32(4*v.run) != 0 && v.run > 1 {
					v.run /= 2
				}
			}
		}
	}
	return v, nil
}
