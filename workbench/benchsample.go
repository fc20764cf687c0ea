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
		for _, c := range []*candidate{l.kernel, l.op, l.rival} {
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
	for _, l := range lanes {
		if l.rival != nil { // samples of one kind are of one size
			l.kernel.batch = max(l.kernel.batch, l.rival.batch)
			l.rival.batch = l.kernel.batch
		}
	}
	rounds := job.Samples
	if rounds <= 0 {
		rounds = DefaultSamples
	}
	for round := range rounds {
		t.push(Progress{Label: "sample", Done: int64(round), Total: int64(rounds)})
		for _, c := range all {
			if err := c.sample(t.ctx); err != nil {
				return deviceError(err)
			}
		}
		slices.Reverse(all)
	}
	for _, l := range lanes {
		if l.kernel != nil {
			l.line.RoofGBps = profile.CopyBandwidth(t.ctx, l.line.Bytes)
		}
	}
	return nil
}

// maxWarmUp bounds the runs before the first sample.
const maxWarmUp = 20

// warmUp runs until two runs in a row are no faster than what was seen, and
// chooses how many executions make a sample, from warm ones.
func (c *candidate) warmUp(ctx context.Context) error {
	best, same := time.Duration(1<<62), 0
	for i := 0; i < maxWarmUp && same < 2; i++ {
		d, err := c.once(ctx, 1)
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
	d, err := c.once(ctx, c.batch)
	if err != nil {
		return err
	}
	c.samples = append(c.samples, ms(d)/float64(c.batch))
	return ctx.Err()
}

// aboveRoof is how far above the measured roof a result may be before it is
// taken for an error: the roof is measured, too.
const aboveRoof = 1.25

// finish turns samples into the line's statements.
func (l *lane) finish() BenchLine {
	line := &l.line
	if l.kernel == nil {
		line.Samples = []float64{}
		return *line
	}
	line.Samples, line.Batch = l.kernel.samples, l.kernel.batch
	line.Summary = profile.Summarise(line.Samples)
	line.MedianMS = line.Summary.Median
	if line.MedianMS > 0 {
		line.GBps = float64(line.Bytes) / (line.MedianMS * 1e6)
		if l.flops != nil {
			rate := float64(*l.flops) / (line.MedianMS * 1e6)
			line.GFlops = &rate
		}
	}
	if line.RoofGBps > 0 && line.GBps > aboveRoof*line.RoofGBps {
		line.Status = StatusMismatch
		line.Reason = fmt.Sprintf("%.1f GB/s is above the measured roof of %.1f GB/s: something is not measured", line.GBps, line.RoofGBps)
	}
	line.Op = rivalOf("reference op", l.op, line.Samples, profile.ComparePaired)
	line.Baseline = rivalOf("baseline", l.rival, line.Samples, profile.ComparePaired)
	return *line
}

func rivalOf(name string, c *candidate, kernel []float64, compare func(base, candidate []float64) profile.Shift) *Rival {
	if c == nil {
		return nil
	}
	s := profile.Summarise(c.samples)
	return &Rival{Name: name, Samples: c.samples, MedianMS: s.Median, Summary: s, Shift: compare(c.samples, kernel)}
}
