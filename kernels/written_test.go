package kernels

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWritten(t *testing.T) {
	text := `zmlx: 1
name: copy
# TG: 32 is a guess.
params: {N: 64, TG: 32, W: TG * 2, S: "4"}
template: {T: float32, U: 12, B: false}
inputs: {x: {dtype: T, shape: [N]}}
outputs: {y: {dtype: T, shape: [N]}}
launch: {grid: [64, 1, 1], threadgroup: [TG, 1, 1]}
source: y[thread_position_in_grid.x] = x[thread_position_in_grid.x];
reference: y = x
`
	for _, text := range []string{text, strings.ReplaceAll(text, "\n", "\r\n")} {
		s, err := Parse("copy.yaml", []byte(text))
		require.NoError(t, err)
		for name, want := range map[string]string{"TG": "32", "W": "TG * 2", "S": "4", "U": "12", "B": "false"} {
			at := s.Written(name)
			require.Equal(t, want, strings.Split(text, "\n")[at.Line-1][at.Column-1:][:at.Length], name)
		}
		require.Zero(t, s.Written("T"))
		require.Zero(t, s.Written("none"))
	}
	s, err := Parse("copy.yaml", []byte(strings.Replace(text, "TG: 32,", "TG: 0x20,", 1)))
	require.NoError(t, err)
	require.Equal(t, Place{Line: 4, Column: 21, Length: 4}, s.Written("TG"))
}
