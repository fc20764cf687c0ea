package sema

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStackIsClearedAndUsedAgain(t *testing.T) {
	var s stack[int]
	first := s.make(3)
	first[0] = 7
	mark := s.top
	var parts [][]int
	for n := range 3 * stackPiece { // several pieces, some of them for one part
		p := s.make(n)
		for i := range p {
			require.Zero(t, p[i])
			p[i] = 1
		}
		parts = append(parts, p)
	}
	for _, p := range parts { // no part is within another
		for i := range p {
			require.Equal(t, 1, p[i])
			p[i] = 2
		}
	}
	pieces := len(s.pieces)
	s.shrink(mark)
	for n := range 3 * stackPiece {
		for _, v := range s.make(n) {
			require.Zero(t, v)
		}
	}
	require.Len(t, s.pieces, pieces, "the same memory is used again")
	require.Equal(t, 7, first[0])
}

func TestKeptScopesAreNotUsedAgain(t *testing.T) {
	m := &memory{lasting: &lasting{}, work: &workspace{}}
	root := &Scope{kind: namespaceScope, mem: m}
	block := newBlock(root)
	inner := m.work.mark()
	newBlock(block)
	class := newScope(recordScope, block) // refers to the block
	m.work.release(inner)
	m.work.release(workMark{})
	require.Same(t, block, class.parent)
	require.Same(t, root, block.parent, "what was kept is not cleared")
	require.NotSame(t, block, newBlock(root))
	require.False(t, m.work.kept)
}
