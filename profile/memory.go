package profile

import (
	"runtime/metrics"
	"time"

	"github.com/zmlx/zmlx/profile/trace"
)

// memoryEvery is how often memory is recorded. Each time costs launches on all cores
// tenths of a millisecond, as a core has to be taken from them.
const memoryEvery = 20 * time.Millisecond

// TraceMemory records the memory of this process at the start, at intervals and at
// the end, as counters, until stop is called: what is in use, and what the system
// has given.
func TraceMemory(t *trace.Track) (stop func()) {
	if t == nil {
		return func() {}
	}
	const used, total = "/memory/classes/heap/objects:bytes", "/memory/classes/total:bytes"
	sample := []metrics.Sample{{Name: used}, {Name: total}}
	take := func() {
		metrics.Read(sample)
		t.Count("heap in use", "bytes", float64(sample[0].Value.Uint64()))
		t.Count("memory of the process", "bytes", float64(sample[1].Value.Uint64()))
	}
	done, finished := make(chan struct{}), make(chan struct{})
	take()
	go func() {
		defer close(finished)
		ticker := time.NewTicker(memoryEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				take()
			case <-done:
				take()
				return
			}
		}
	}()
	return func() {
		close(done)
		<-finished
	}
}
