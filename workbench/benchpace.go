package workbench

import (
	"slices"
	"time"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/profile"
)

// A machine that others use too, or that heat slows down, takes longer for the
// same work, in phases of milliseconds to minutes. What it takes for work that
// never changes tells when: samples between two slow probes do not count, and runs
// that were disturbed for more than three quarters of the time are not compared.

// disturbed is how much slower than its best a machine may be in a sample that
// counts: more than its clocks vary by themselves, less than another process
// costs.
const disturbed = 0.03

// A probe computes and copies: kernels do both, and not all that disturbs a
// machine slows both down. For each launch of arithmetic there are copies of a
// few caches' size, a third of the time on the host.
const (
	paceTime         = time.Millisecond // how long the arithmetic of a probe lasts at least
	paceThreads      = 1 << 11
	paceCopies       = 3
	paceCopyingBytes = 2 << 20
	paceOnInterp     = 16 // interp's probes are so much smaller: they would take longer than samples
)

// pacer probes how fast a device is at the moment.
type pacer struct {
	launch [2]func(n int) (time.Duration, error) // arithmetic and copies
	batch  int
	parts  profile.Probe // the last one, in milliseconds of the work of one launch
	last   float64       // its total
	seen   []float64     // all totals, in order
}

// newPacer prepares probes that last long enough.
func (t *task) newPacer(d mlx.Device) (*pacer, error) {
	smaller := 1
	if d.Info().Executor == (interp.Executor{}).Name() { // known before: runs are compared by what their probes took
		smaller = paceOnInterp
	}
	part := func(p probe, threads int) (func(n int) (time.Duration, error), error) {
		p.threads = threads / smaller
		k, inputs, cfg, err := t.probeKernel(d, p)
		return func(n int) (time.Duration, error) {
			return t.timeLaunches(k, inputs, cfg, n)
		}, err
	}
	arithmetic, err := part(probes.vector, paceThreads)
	if err != nil {
		return nil, deviceError(err)
	}
	copying, err := part(probes.copy, paceCopyingBytes/copyBytes)
	if err != nil {
		return nil, deviceError(err)
	}
	c := &pacer{launch: [2]func(int) (time.Duration, error){arithmetic, func(n int) (time.Duration, error) { return copying(paceCopies * n) }}}
	best := time.Duration(1 << 62)
	for range 10 {
		took, err := arithmetic(1)
		if err != nil {
			return nil, deviceError(err)
		}
		best = max(1, min(best, took))
	}
	c.batch = int(min(maxBatch, 1+paceTime/best))
	return c, c.probe()
}

func (p *pacer) probe() error {
	for i, launch := range p.launch {
		took, err := launch(p.batch)
		if err != nil {
			return deviceError(err)
		}
		p.parts[i] = ms(took) / float64(p.batch)
	}
	p.last = p.parts.Total()
	p.seen = append(p.seen, p.last)
	return nil
}

// limit is what a probe takes at most on the undisturbed machine, whose best is
// its fastest tenth.
func (p *pacer) limit() float64 {
	return (1 + disturbed) * slices.Sorted(slices.Values(p.seen))[len(p.seen)/10]
}
