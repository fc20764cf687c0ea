package workbench

import (
	"slices"
	"time"

	"github.com/zmlx/zmlx/mlx"
)

// A machine that others use too, or that heat slows down, takes longer for the
// same work, in phases of milliseconds to minutes. What it takes for work that
// never changes tells when: samples between two slow probes do not count.

// disturbed is how much slower than its best a machine may be in a sample that
// counts: more than its clocks vary by themselves, less than another process
// costs.
const disturbed = 0.03

// paceTime is how long a probe lasts at least.
const paceTime = time.Millisecond

// pacer probes how fast a device is at the moment.
type pacer struct {
	launch func(n int) (time.Duration, error)
	batch  int
	last   float64   // milliseconds of one launch
	seen   []float64 // all, in order
}

// newPacer prepares the arithmetic of the probes, as few launches as last long
// enough.
func (t *task) newPacer(d mlx.Device) (*pacer, error) {
	p := probes.vector
	p.threads = 1 << 11
	k, inputs, cfg, err := t.probeKernel(d, p)
	if err != nil {
		return nil, deviceError(err)
	}
	c := &pacer{launch: func(n int) (time.Duration, error) {
		return t.timeLaunches(t.ctx, k, inputs, cfg, n, new(string))
	}}
	best := time.Duration(1 << 62)
	for range 10 {
		took, err := c.launch(1)
		if err != nil {
			return nil, deviceError(err)
		}
		best = max(1, min(best, took))
	}
	c.batch = int(min(maxBatch, 1+paceTime/best))
	return c, c.probe()
}

func (p *pacer) probe() error {
	took, err := p.launch(p.batch)
	if err != nil {
		return deviceError(err)
	}
	p.last = ms(took) / float64(p.batch)
	p.seen = append(p.seen, p.last)
	return nil
}

// best is what a probe takes on the undisturbed machine: its fastest tenth.
func (p *pacer) best() float64 {
	return slices.Sorted(slices.Values(p.seen))[len(p.seen)/10]
}

// quiet tells which of these samples were taken on the undisturbed machine, by
// the slower one of the probes before and after each.
func (p *pacer) quiet(paces []float64) []bool {
	limit := (1 + disturbed) * p.best()
	out := make([]bool, len(paces))
	for i, v := range paces {
		out[i] = v <= limit
	}
	return out
}
