package workbench

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"time"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile"
)

// sampleLanes warms every candidate up and takes the samples in rounds, there
// and back (ABBA), so that a machine that becomes slower or faster does so for
// all of them. Then it goes on with the lanes whose samples do not all count, or
// do not tell enough, in rounds that end within the job's patience. Those who look
// on are told of all in out, with the lines as they are then.
func (t *task) sampleLanes(lanes []*lane, job BenchJob, out *BenchResult) error {
	all := candidatesOf(lanes)
	for i, c := range all {
		t.push(Progress{Label: "warm up", Done: int64(i), Total: int64(len(all))})
		if err := c.warmUp(t.ctx); err != nil {
			return deviceError(err)
		}
	}
	if err := t.pace(lanes); err != nil {
		return err
	}
	for _, l := range lanes { // samples of one kind are of one size
		batch := 0
		for _, c := range l.kernels() {
			batch = max(batch, c.batch)
		}
		for _, c := range l.kernels() {
			c.batch = batch
		}
		if job.Cold {
			for _, c := range candidatesOf([]*lane{l}) {
				c.batch = 1
			}
		}
	}
	defer heldCollector()()
	rounds := job.Samples
	if rounds <= 0 {
		rounds = DefaultSamples
	}
	next := t.engine.now().Add(liveEvery)
	var end time.Time      // of the job's patience
	var each time.Duration // what a candidate of the last round took
	told := false          // that the machine is disturbed
	for round, waiting := 0, lanes; ; round++ {
		progress := Progress{Label: "sample", Done: int64(round), Total: int64(rounds)}
		if round == rounds {
			end = t.engine.now().Add(job.Patience)
		}
		if round >= rounds {
			var disturbed bool
			waiting, disturbed = unsettledLanes(lanes, rounds, job.Resolution)
			another := each * time.Duration(len(candidatesOf(waiting)))
			left := end.Sub(t.engine.now())
			if len(waiting) == 0 || another >= left {
				return nil
			}
			if disturbed && !told {
				t.push(Log{Text: fmt.Sprintf("%s: other work disturbs the machine; sampling goes on, for %v at most (--patience)", job.Label(), job.Patience)})
				told = true
			}
			progress = Progress{Label: waitingLabel(disturbed, job.Resolution, left)}
		}
		t.push(progress)
		if start := t.engine.now(); round > 1 && start.After(next) {
			so := *out
			so.Lines = finishAll(lanes)
			so.Status = worstOf(lanes, so.Lines)
			t.push(Measured{&so})
			// However much there is to sum up, sampling keeps most of the time.
			end := t.engine.now()
			next = end.Add(max(liveEvery, 20*end.Sub(start)))
		}
		turn := candidatesOf(waiting)
		if round%2 == 1 {
			slices.Reverse(turn)
		}
		begin := t.engine.now()
		for _, c := range turn {
			if err := c.sample(t.ctx); err != nil {
				return err
			}
		}
		each = t.engine.now().Sub(begin) / time.Duration(max(1, len(turn)))
		collectGarbage()
	}
}

func candidatesOf(lanes []*lane) []*candidate {
	var all []*candidate
	for _, l := range lanes {
		for _, c := range append([]*candidate{l.kernel, l.op, l.baseline}, l.against...) {
			if c != nil {
				all = append(all, c)
			}
		}
	}
	return all
}

// pace gives the candidates of each device its pacer.
func (t *task) pace(lanes []*lane) error {
	pacers := map[string]*pacer{}
	for _, l := range lanes {
		name := l.device.Name()
		for _, c := range candidatesOf([]*lane{l}) {
			if pacers[name] == nil {
				p, err := t.newPacer(l.device)
				if err != nil {
					return err
				}
				pacers[name] = p
			}
			c.pacer = pacers[name]
		}
	}
	return nil
}

// waitingLabel says why sampling goes on, and how much longer.
func waitingLabel(disturbed bool, resolution float64, left time.Duration) string {
	why := "machine disturbed"
	if !disturbed {
		why = fmt.Sprintf("sample to ±%g %%", 100*resolution)
	}
	return fmt.Sprintf("%s, ≤%v more", why, left.Round(time.Second))
}

// unsettledLanes are those with fewer than n samples that count, as the machine was
// disturbed, or whose level is not known to a resolution.
func unsettledLanes(lanes []*lane, n int, resolution float64) (out []*lane, disturbed bool) {
	for _, l := range lanes {
		if l.kernel == nil {
			continue
		}
		c := l.kernel.counted()
		level := l.kernel.run().Level()
		busy := c.busy || len(c.samples) < n
		if busy || resolution > 0 && level.Hi-level.Lo > 2*resolution*level.Value {
			out, disturbed = append(out, l), disturbed || busy
		}
	}
	return out, disturbed
}

// heldCollector keeps the garbage collector out of the samples: collectGarbage runs it
// between them. It returns what ends that.
func heldCollector() (release func()) {
	percent := debug.SetGCPercent(-1)
	return func() { debug.SetGCPercent(percent) }
}

// collectGarbage frees memory once there may be much to free: what the last
// collection kept, as thousands of kernels that are compared, does not count.
func collectGarbage() {
	const heap, live, enough = "/memory/classes/heap/objects:bytes", "/gc/heap/live:bytes", 256 << 20
	sample := []metrics.Sample{{Name: heap}, {Name: live}}
	metrics.Read(sample)
	if sample[0].Value.Uint64() > sample[1].Value.Uint64()+enough {
		runtime.GC()
	}
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
// the samples. Other work may keep a roof low: before a line is taken for an error
// that is above one, it is looked for again: that of arithmetic longer each time.
func (t *task) measureRoofs(lanes []*lane) error {
	for try := range roofTries {
		gflops := map[string]float64{} // by device
		for _, l := range lanes {
			if l.kernel == nil || try > 0 && l.finish().Status == StatusOK {
				continue
			}
			gbps, err := t.copyRoof(l.device, l.line.Bytes)
			if err != nil {
				return deviceError(err)
			}
			l.line.RoofGBps = max(l.line.RoofGBps, gbps)
			if l.flops == nil || *l.flops == 0 {
				continue
			}
			if _, ok := gflops[l.line.Device]; !ok {
				if gflops[l.line.Device], err = t.arithmeticRoof(l.device, roofTime<<try); err != nil {
					return err
				}
			}
			l.line.RoofGFlops = max(l.line.RoofGFlops, gflops[l.line.Device])
		}
	}
	return t.ctx.Err()
}

// arithmeticRoof is the rate of the fastest arithmetic in GFLOP/s, of each kind
// looked for within a time.
func (t *task) arithmeticRoof(d mlx.Device, within time.Duration) (gflops float64, err error) {
	for _, p := range []probe{probes.scalar, probes.vector, probes.matrix} {
		best, err := t.bestTime(d, p, within)
		if err != nil {
			return 0, err
		}
		gflops = max(gflops, p.work/float64(best))
	}
	return gflops, nil
}

// roofTime is how long a bench looks for the fastest arithmetic of each kind at
// first, roofTries how often it does, for twice as long each time.
const (
	roofTime  = 50 * time.Millisecond
	roofTries = 3
)

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

// sample takes one sample and probes the machine after it; the probe before it
// is that of the sample before.
func (c *candidate) sample(ctx context.Context) error {
	before := c.pacer.last
	run, wall, err := c.once(ctx, c.batch)
	if err != nil {
		return deviceError(err)
	}
	if err := c.pacer.probe(); err != nil {
		return err
	}
	c.samples = append(c.samples, ms(run)/float64(c.batch))
	c.wall = append(c.wall, ms(wall)/float64(c.batch))
	c.probes = append(c.probes, c.pacer.parts)
	c.paces = append(c.paces, max(before, c.pacer.last))
	return ctx.Err()
}

// minQuiet is how many undisturbed samples it takes to leave the others out.
const minQuiet = minGateSamples

// counts are the samples that count, with their wall times, and the others. All
// count where there are too few. busy tells that, or that the level of the samples
// is of a disturbed machine.
type counts struct {
	samples, wall, others []float64
	busy                  bool
}

func (c *candidate) counted() (out counts) {
	limit := c.pacer.limit()
	for i, v := range c.samples {
		if c.paces[i] <= limit {
			out.samples, out.wall = append(out.samples, v), append(out.wall, c.wall[i])
		} else {
			out.others = append(out.others, v)
		}
	}
	if n := len(c.samples); len(out.samples) < min(minQuiet, n) {
		return counts{samples: c.samples[:n:n], wall: c.wall[:n:n], busy: true}
	}
	out.busy = len(c.probes) > 0 && profile.Pace(c.probes).Value > limit
	return out
}

// run is what was measured so far.
func (c *candidate) run() profile.Run { return profile.Run{Samples: c.samples, Probes: c.probes} }

// aboveRoof is how far above the measured roof a result may be before it is
// taken for an error: the roof is measured, too.
const aboveRoof = 1.25

// finish turns the samples so far into the line's statements.
func (l *lane) finish() BenchLine {
	line := l.line
	if l.kernel == nil {
		return line
	}
	c := l.kernel.counted()
	line.Samples, line.WallMS, line.Disturbed, line.Busy = c.samples, c.wall, c.others, c.busy
	line.Probes = slices.Clip(l.kernel.probes)
	line.Batch = l.kernel.batch
	line.Summary = profile.Summarise(line.Samples)
	line.MedianMS = Reading(line.Summary.Median)
	if median := line.Summary.Median; median > 0 {
		line.GBps = Reading(float64(line.Bytes) / (median * 1e6))
		if l.flops != nil {
			rate := float64(*l.flops) / (median * 1e6)
			line.GFlops = &rate
		}
	}
	line.judgeRoofs()
	if l.op != nil {
		op := l.op.rivalOf(l.kernel.wall)
		line.Op = &op
	}
	if l.baseline != nil {
		b := l.baseline.rivalOf(l.kernel.samples)
		line.Baseline = &b
	}
	for _, c := range l.against {
		line.Against = append(line.Against, c.rivalOf(l.kernel.samples))
	}
	return line
}

// rivalOf compares with the times of a kernel that was measured in turn. All
// samples count in that: what disturbs one of a pair disturbs the other.
func (c *candidate) rivalOf(kernel []float64) Rival {
	return newRival(c.name, c.counted().samples, profile.ComparePaired(c.samples, kernel))
}

// judgeRoofs compares the line with its roofs. What is above one was not
// measured, or not done.
func (line *BenchLine) judgeRoofs() {
	for _, r := range []struct {
		rate, roof float64
		unit       string
	}{{float64(line.GBps), line.RoofGBps, "GB/s"}, {value(line.GFlops), line.RoofGFlops, "GFLOP/s"}} {
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

func newRival(name string, samples []float64, shift profile.Shift) Rival {
	s := profile.Summarise(samples)
	return Rival{Name: name, Samples: samples, MedianMS: s.Median, Summary: s, Shift: shift}
}
