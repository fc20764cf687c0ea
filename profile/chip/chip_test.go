package chip

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFind(t *testing.T) {
	for name, want := range map[string]string{
		"m4-max": "M4 Max, 40 cores", "Apple M4 Max": "M4 Max, 40 cores", "M4 Max 32": "M4 Max, 32 cores", "m4-max-32-cores": "M4 Max, 32 cores",
		"m1": "M1, 8 cores", "M3 Ultra": "M3 Ultra, 80 cores", "M5 Pro 16": "M5 Pro, 16 cores",
	} {
		c, ok := Find(name)
		require.True(t, ok, name)
		require.Equal(t, want, c.String())
	}
	for _, name := range []string{"", "m4-max-41", "m9", "max"} {
		_, ok := Find(name)
		require.False(t, ok, name)
	}
	seen := map[string]bool{}
	for _, id := range IDs() {
		require.False(t, seen[id])
		seen[id] = true
		_, ok := Find(id)
		require.True(t, ok)
	}
}

// copying is a kernel that copies n floats, one a thread.
func copying(n int64) Work {
	b := Buffer{4 * n, 4 * n, 4 * n}
	return Work{Threads: n, Threadgroups: n / 256, Slots: 6 * n, Buffers: []Buffer{b, b}}
}

func model(t *testing.T, w Work, chip string) Estimate {
	t.Helper()
	c, ok := Find(chip)
	require.True(t, ok)
	return Model(w, c)
}

func TestModel(t *testing.T) {
	const n = 64 << 20
	e := model(t, copying(n), "m4-max")
	require.Equal(t, "memory", e.Bound)
	require.InDelta(t, 0.85*546, e.GBps, 5, "a large copy reaches the bandwidth that is assumed to be reachable")
	require.True(t, e.Model)
	require.Contains(t, e.Assumptions[0], "a model")
	require.InDelta(t, 2, e.MS/model(t, copying(n/2), "m4-max").MS, 0.02)
	require.Greater(t, model(t, copying(n), "m1").MS, 7*e.MS)

	small := model(t, copying(256), "m4-max")
	require.Equal(t, "dispatch", small.Bound)

	heavy := copying(n)
	heavy.Slots *= 100
	require.Equal(t, "arithmetic", model(t, heavy, "m4-max").Bound)
	require.InDelta(t, 80.0/60, model(t, heavy, "m3-ultra-60").MS/model(t, heavy, "m3-ultra").MS, 0.01, "arithmetic goes with the cores")

	alone := heavy // in one threadgroup: one core works
	alone.Threadgroups, alone.Threads = 1, 1024
	require.Greater(t, model(t, alone, "m4-max").MS, 30*model(t, heavy, "m4-max").MS)

	strided := copying(n) // each lane its own transaction: the caches work
	strided.Buffers[0].Moved *= 32
	require.Equal(t, "cache", model(t, strided, "m4-max").Bound)

	again := copying(n) // reads its input twice; what runs at a time stays in the cache
	again.Buffers[0].Useful *= 2
	require.InDelta(t, e.MS, model(t, again, "m4-max").MS, 1e-9)
	again.Threads = 40 * ThreadsPerCore // few threads, much data for each
	require.InDelta(t, 1.4, model(t, again, "m4-max").MS/e.MS, 0.15)

	require.InDelta(t, e.MS, model(t, copying(n/4).Scale(4), "m4-max").MS, 1e-9)
}

func TestEmptyWork(t *testing.T) {
	for _, c := range Chips {
		e := Model(Work{}, c)
		require.Equal(t, "dispatch", e.Bound)
		require.InDelta(t, 0.005, e.MS, 1e-12)
	}
}
