package sema

import (
	goreflect "reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
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

// TestACompilationLeavesNothing: what lasts as long as a compilation is empty
// before the next one uses its memory.
func TestACompilationLeavesNothing(t *testing.T) {
	s := syntax.NewSession(syntax.Options{})
	u := s.Parse("k.metal", `
namespace n { template <typename T> struct S { T x; T twice() { return x + x; } }; }
using namespace metal;
template <typename T> T half_of(T x) { return x / T(2); }
int unused(int a, int b) { return max(a, b) + max(b, a); }
kernel void k(device float *p [[buffer(0)]]) { n::S<float> s = {p[0]}; p[0] = half_of(max(s.twice(), 1.0f)); }
`)
	var bag diag.Bag
	c := newChecker(Options{}, &bag)
	c.prog.Sources, c.unit = s.Sources(), u
	c.declareAll(u.Decls)
	c.drain()
	require.Zero(t, bag.Errors())
	l := c.mem.lasting
	require.NotEmpty(t, l.resolved)
	require.NotEmpty(t, l.stdCache)
	require.NotZero(t, l.functions.top)
	require.NotEmpty(t, l.passing.funcs.free)
	l.release()
	v := goreflect.ValueOf(l).Elem()
	for i := range v.NumField() {
		empty(t, v.Type().Field(i).Name, v.Field(i))
	}
}

// empty looks for what is left of a compilation in a part of its memory.
func empty(t *testing.T, name string, v goreflect.Value) {
	switch {
	case v.Kind() == goreflect.Map:
		require.Zero(t, v.Len(), name)
	case v.Kind() != goreflect.Struct:
	case v.FieldByName("top").IsValid(): // a stack
		require.True(t, v.FieldByName("top").IsZero(), name)
	case v.FieldByName("spare").IsValid(): // a slab
		require.Zero(t, v.FieldByName("used").Len()+v.FieldByName("free").Len(), name)
	default:
		for i := range v.NumField() {
			empty(t, name+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
}
