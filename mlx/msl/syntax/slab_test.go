package syntax

import (
	"reflect"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/internal/kerneltext"
)

// TestClosedSessionsLeaveNothing looks at every slab, so that none is forgotten
// when nodes get another one.
func TestClosedSessionsLeaveNothing(t *testing.T) {
	base := NewSession(Options{})
	s := base.Fork(Options{})
	s.Parse("a.metal", kerneltext.Library(300))
	nodes := s.nodes
	require.Positive(t, nodes.binaries.next)
	s.Close()
	v := reflect.ValueOf(nodes).Elem()
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		if stack := f.FieldByName("stack"); stack.IsValid() {
			require.Zero(t, stack.Len(), name)
			f = f.FieldByName("slab")
		}
		require.Zero(t, f.FieldByName("used").Int(), name)
		require.Zero(t, f.FieldByName("next").Int(), name)
		for c := range f.FieldByName("chunks").Len() {
			chunk := f.FieldByName("chunks").Index(c)
			for k := range chunk.Len() {
				require.True(t, chunk.Index(k).IsZero(), name)
			}
		}
	}
}

func TestSlabsAreUsedAgain(t *testing.T) {
	var s slab[int]
	var chunks int
	for round := range 2 {
		var lists [][]int
		for n := 0; n < 2*lastChunk; n += 17 { // some are larger than a chunk
			list := s.room(n)[:n]
			for i := range list {
				require.Zero(t, list[i])
				list[i] = n
			}
			lists = append(lists, list)
			*s.new() = -1
		}
		for _, list := range lists { // none is within another
			for i := range list {
				require.Equal(t, len(list), list[i])
			}
		}
		if round == 1 {
			require.Len(t, s.chunks, chunks, "no new ones")
		}
		chunks = len(s.chunks)
		s.reset()
	}
}

func TestTableForgetsAllWords(t *testing.T) {
	table := newIdentTable(nil)
	for i := range 3 * pageSize {
		table.get(strconv.Itoa(i)).macro = &macro{}
	}
	table.reset()
	require.Equal(t, word(1), table.get("x").word, "words are counted anew")
	for i := range 3 * pageSize {
		require.False(t, table.get(strconv.Itoa(i)).isMacro())
	}
}
