package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/workbench"
)

// What takes longer than a second tells for how long it has been going on.
func TestProgressTellsTheTime(t *testing.T) {
	for passed, want := range map[time.Duration]string{
		0:                      "",
		400 * time.Millisecond: "\r\x1b[Kcheck k.yaml: case 1 of 2, float32",
		90 * time.Second:       "\r\x1b[Kcheck k.yaml: case 1 of 2, float32 · 90 s",
	} {
		var b strings.Builder
		p := &progressLine{w: &b, begin: time.Now().Add(-passed)}
		p.show("check k.yaml", workbench.Progress{Label: "case 1 of 2, float32"})
		require.Equal(t, want, b.String())
	}
}
