package workbench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/zmlx/zmlx/profile"
)

// sampleLanes warms every candidate up and takes the samples in rounds, there
// and back (ABBA), so that a machine that becomes slower or faster does so for
// all of them.
func (t *task) sampleLanes(lanes []*lane, job BenchJob) error {
	var all []*candidate
	for _, l := range lanes {
		for _, c := range append([]*candidate{l.kernel, l.op, l.baseline}, l.against...) {
			if c != nil {
				all = append(all, c)
			}
		}
	}
	for i, c := range all {
		t.push(Progress{Label: "warm up", Done: int64(i), Total: int64(len(all))})
		if err := c.warmUp(t.ctx); err != nil {
			return deviceError(err)
		}
	}
	for _, l := range lanes { // samples of one kind are of one size
		batch := 0
		for _, c := range l.kernels() {
			batch = max(batch, c.batch)
		}
		for _, c := range l.kernels() {
			c.batch = batch
		}
	}
	rounds := job.Samples
	if rounds <= 0 {
		rounds = DefaultSamples
	}
	next := t.engine.now().Add(liveEvery)
	for round := range rounds {
		t.push(Progress{Label: "sample", Done: int64(round), Total: int64(rounds)})
		if start := t.engine.now(); round > 1 && start.After(next) {
			t.push(Measured{finishAll(lanes)})
			// However much there is to sum up, sampling keeps most of the time.
			end := t.engine.now()
			next = end.Add(max(liveEvery, 20*end.Sub(start)))
		}
		for _, c := range all {
			if err := c.sample(t.ctx); err != nil {
				return deviceError(err)
			}
		}
		slices.Reverse(all)
	}
	return nil
}

// liveEvery is how often those who look on are told at most.
const liveEvery = 200 * time.Millisecond

func finishAll(lanes []*lane) []BenchLine {
	out := make([]BenchLine, len(lanes))
	for i, l := range lanes {
		out[i] = l.finish()
	}
	return out
}

// kernels are the lane's candidates but for the op.
func (l *lane) kernels() []*candidate {
	var out []*candidate
	for _, c := range append([]*candidate{l.kernel, l.baseline}, l.against...) {
		if c != nil {
			out = append(out, c)
		}
	}
	return out
}

// measureRoofs finds out what the devices can do at most, in the same run as
// the samples.
func (t *task) measureRoofs(lanes []*lane) error {
	gflops := map[string]float64{}
	for _, l := range lanes {
		if l.kernel == nil {
			continue
		}
		var err error
		if l.line.RoofGBps, err = t.copyRoof(l.device, l.line.Bytes); err != nil {
			return deviceError(err)
		}
		if l.flops == nil || *l.flops == 0 {
			continue
		}
		if _, ok := gflops[l.line.Device]; !ok {
			for _, p := range []probe{probes.vector, probes.matrix} {
				best, err := t.bestTime(l.device, p, roofTime)
				if err != nil {
					return err
				}
				gflops[l.line.Device] = max(gflops[l.line.Device], p.work/float64(best))
			}
		}
		l.line.RoofGFlops = gflops[l.line.Device]
	}
	return t.ctx.Err()
}

// roofTime is how long a bench looks for the fastest arithmetic of each kind.
const roofTime = 50 * time.Millisecond

// maxWarmUp bounds the runs before the first sample.
const maxWarmUp = 20

// warmUp runs until two runs in a row are no faster than what was seen, and
// chooses how many executions make a sample, from warm ones.
func (c *candidate) warmUp(ctx context.Context) error {
	best, same := time.Duration(1<<62), 0
	for i := 0; i < maxWarmUp && same < 2; i++ {
		d, _, err := c.once(ctx, 1)
		if err != nil {
			return err
		}
		if d < best-best/50 {
			best, same = d, 0
		} else {
			same++
		}
	}
	c.batch = 1
	if best < minSample {
		c.batch = int(min(maxBatch, 1+minSample/max(best, 1)))
	}
	return nil
}

func (c *candidate) sample(ctx context.Context) error {
	run, wall, err := c.once(ctx, c.batch)
	if err != nil {
		return err
	}
	c.samples = append(c.samples, ms(run)/float64(c.batch))
	c.wall = append(c.wall, ms(wall)/float64(c.batch))
	return ctx.Err()
}

// aboveRoof is how far above the measured roof a result may be before it is
// taken for an error: the roof is measured, too.
const aboveRoof = 1.25

// finish turns the samples so far into the line's statements.
func (l *lane) finish() BenchLine {
	line := l.line
	if l.kernel == nil {
		return line
	}
	n := len(l.kernel.samples)
	line.Samples, line.WallMS, line.Batch = l.kernel.samples[:n:n], l.kernel.wall[:n:n], l.kernel.batch
	line.Summary = profile.Summarise(line.Samples)
	line.MedianMS = line.Summary.Median
	if line.MedianMS > 0 {
		line.GBps = float64(line.Bytes) / (line.MedianMS * 1e6)
		if l.flops != nil {
			rate := float64(*l.flops) / (line.MedianMS * 1e6)
			line.GFlops = &rate
		}
	}
	line.judgeRoofs()
	if l.op != nil {
		op := rivalOf(l.op.name, l.op.wall, line.WallMS, profile.ComparePaired)
		line.Op = &op
	}
	if l.baseline != nil {
		b := rivalOf(l.baseline.name, l.baseline.samples, line.Samples, profile.ComparePaired)
		line.Baseline = &b
	}
	for _, c := range l.against {
		line.Against = append(line.Against, rivalOf(c.name, c.samples, line.Samples, profile.ComparePaired))
	}
	return line
}

// judgeRoofs compares the line with its roofs. What is above one was not
// measured, or not done.
func (line *BenchLine) judgeRoofs() {
	for _, r := range []struct {
		rate, roof float64
		unit       string
	}{{line.GBps, line.RoofGBps, "GB/s"}, {value(line.GFlops), line.RoofGFlops, "GFLOP/s"}} {
		if r.roof <= 0 {
			continue
		}
		line.OfRoof = max(line.OfRoof, r.rate/r.roof)
		if r.rate > aboveRoof*r.roof {
			line.Status = StatusMismatch
			line.Reason = fmt.Sprintf("%.1f %s is above the measured roof of %.1f %s: something is not measured", r.rate, r.unit, r.roof, r.unit)
		}
	}
}

func value(p *float64) float64 {
	if p == nil {
		return 0
	}
	return *p
}

func rivalOf(name string, base, kernel []float64, compare func(base, candidate []float64) profile.Shift) Rival {
	s := profile.Summarise(base)
	return Rival{Name: name, Samples: base, MedianMS: s.Median, Summary: s, Shift: compare(base, kernel)}
}
