package kernels

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const tunable = `zmlx: 1
name: copy
# Sizes. TG: 32 is a guess.
params: {N: 64, TG: 32, W: TG * 2, S: "4"}   # in one line
template: {T: float32, U: 1, B: false}
inputs: {x: {dtype: T, shape: [N]}}
outputs: {y: {dtype: T, shape: [N]}}
launch: {grid: [64, 1, 1], threadgroup: [TG, 1, 1]}
source: y[thread_position_in_grid.x] = x[thread_position_in_grid.x];
reference: y = x
`

func TestWithValues(t *testing.T) {
	for _, text := range []string{
		tunable,
		strings.ReplaceAll(tunable, "\n", "\r\n"),
		strings.Replace(tunable, "params: {N: 64, TG: 32, W: TG * 2, S: \"4\"}", "params:\n  N: 64\n  TG: 32 # TG: 32\n  W: TG * 2\n  S: '4'", 1),
	} {
		s, err := Parse("copy.yaml", []byte(text))
		require.NoError(t, err, text)
		got, err := s.WithValues([]NamedValue{{"TG", Int(8)}, {"U", Int(12)}, {"W", Int(2048)}, {"S", Int(5)}, {"B", Bool(true)}})
		require.NoError(t, err)
		want := text
		for _, r := range [][2]string{{"TG: 32, W: TG * 2, S: \"4\"", "TG: 8, W: 2048, S: \"5\""}, {"  TG: 32", "  TG: 8"}, {"  W: TG * 2", "  W: 2048"}, {"'4'", "'5'"},
			{"U: 1", "U: 12"}, {"B: false", "B: true"}} {
			want = strings.Replace(want, r[0], r[1], 1)
		}
		require.Equal(t, want, got)
		again, err := Parse("copy.yaml", []byte(got))
		require.NoError(t, err)
		src, err := again.Source(Case{}, again.DefaultDType())
		require.NoError(t, err)
		require.Contains(t, src.Values, NamedValue{"W", Int(2048)})
	}
	s, err := Parse("copy.yaml", []byte(tunable))
	require.NoError(t, err)
	_, err = s.WithValues([]NamedValue{{"T", Int(1)}})
	require.ErrorContains(t, err, "copy.yaml has no line in which T could be set to 1")
}
