package ir

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is awaited is made once, whoever gives up meanwhile.
func TestAwait(t *testing.T) {
	p := &Program{}
	require.NoError(t, Verify(p))
	ctx, cancel := context.WithCancel(context.Background())
	made, goOn := 0, make(chan bool)
	build := func() any {
		cancel()
		<-goOn
		made++
		return made
	}
	_, err := p.Await(ctx, "key", build)
	require.ErrorIs(t, err, context.Canceled)
	close(goOn)
	for range 2 {
		v, err := p.Await(context.Background(), "key", build)
		require.NoError(t, err)
		require.Equal(t, 1, v)
	}
	for range 2 {
		require.PanicsWithValue(t, "why", func() { _, _ = p.Await(context.Background(), "other", func() any { panic("why") }) })
	}
}
