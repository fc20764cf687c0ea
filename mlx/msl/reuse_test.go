package msl_test

import (
	"crypto/sha256"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/internal/fuzzing"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// TestReuse compiles texts, whole and broken off, in memory that others have left: what is
// said and made of one does not hang on what was compiled before or is at the same time, and
// stays what it was.
func TestReuse(t *testing.T) {
	texts, err := fuzzing.Files(testdata, ".metal")
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	var inputs []string
	for i, text := range texts[:100] {
		if i%3 == 0 {
			text = text[:random.IntN(len(text))]
		}
		inputs = append(inputs, unitHeader+text)
	}
	compile := func(i int) msl.Result { return msl.Compile("k.metal", inputs[i], msl.Options{Preamble: i%2 == 0}) }
	made := func(r msl.Result) (string, [32]byte) {
		var h [32]byte
		if r.Program != nil {
			h = sha256.Sum256([]byte(r.Program.String()))
		}
		return diag.RenderAll(r.Sources, r.Diagnostics), h
	}
	said, hash, kept := make([]string, len(inputs)), make([][32]byte, len(inputs)), make([]msl.Result, len(inputs))
	for i := range inputs {
		runtime.GC() // twice: pools are empty then
		runtime.GC()
		kept[i] = compile(i)
		said[i], hash[i] = made(kept[i])
	}
	var all sync.WaitGroup
	for range 4 {
		order := random.Perm(len(inputs))
		all.Go(func() {
			for _, i := range order {
				s, h := made(compile(i))
				if s != said[i] || h != hash[i] {
					t.Errorf("again, other:\n%s\nwas:\n%s\nis:\n%s", inputs[i], said[i], s)
				}
			}
		})
	}
	all.Wait()
	for i, r := range kept {
		s, h := made(r)
		require.Equal(t, said[i], s)
		require.Equal(t, hash[i], h)
	}
}
