package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// callKey is what decides which function a call means: those of its name, and what conversions
// see of the arguments. Kernels call few functions, with few types, often.
type callKey struct {
	funcs        **Function // the first of a list
	tmpls        **Template
	fams         *famRef
	nf, nt, nfam int32
	n            int32 // arguments
	args         [maxKeyArgs]argKey
}

const (
	maxKeyArgs  = 4    // of a call that is remembered
	maxResolved = 1024 // calls that are remembered at a time
)

// argKey is what the conversions of an argument depend on.
type argKey struct {
	t      *Type
	quals  Quals
	space  ir.Space // of the type
	memory ir.Space // of the address, NoSpace if there is none
	cat    Category
	part   bool // of a vector or a word: no reference binds to it
	lit0   bool
}

// keyOf is the key of a call; ok is false if more decides than a key holds: an object, template
// arguments, or what classes, lists and functions as arguments convert to.
func keyOf(set *overloads, args []Value) (key callKey, ok bool) {
	if set.hasArg || set.this != nil || set.members != nil || len(args) > maxKeyArgs {
		return key, false
	}
	key.nf, key.nt, key.nfam, key.n = int32(len(set.funcs)), int32(len(set.tmpls)), int32(len(set.fams)), int32(len(args))
	if len(set.funcs) > 0 {
		key.funcs = &set.funcs[0]
	}
	if len(set.tmpls) > 0 {
		key.tmpls = &set.tmpls[0]
	}
	if len(set.fams) > 0 {
		key.fams = &set.fams[0]
	}
	for i := range args {
		v := &args[i]
		if !v.Type.T.plain() {
			return key, false
		}
		k := argKey{t: v.Type.T, quals: v.Type.Q, space: v.Type.Space, cat: v.Cat, lit0: v.lit0}
		if v.mem {
			k.memory = v.addr.Space
		}
		k.part = v.component || v.swz() != nil || v.bits() != nil
		key.args[i] = k
	}
	return key, true
}

// plain reports numbers, and pointers to and arrays of them: types whose conversions are the language's.
func (t *Type) plain() bool {
	for t.Kind == TPointer || t.Kind == TArray {
		t = t.Elem.T
	}
	switch t.Kind {
	case TScalar, TVector, TPacked, TMatrix, TSimdMatrix, TAtomic, TEnum:
		return true
	}
	return false
}

// remember keeps what a call means, unless another call of the key may mean something else: conversions to
// classes, and substitutions that failed, depend on what is declared by then.
func (c *checker) remember(key callKey, best *candidate, cands []*candidate) {
	for _, x := range cands {
		if x.tried != nil || x.fn != nil && (x.fn.broken || x.fn.record != nil || x.fn.decl.Deleted || slices.ContainsFunc(x.params, toClass)) {
			return
		}
	}
	if len(c.mem.resolved) == maxResolved {
		clear(c.mem.resolved)
	}
	kept := c.mem.kept.new()
	*kept = *best
	kept.args, kept.seqs = nil, c.mem.sequences.copy(best.seqs)
	c.mem.resolved[key] = kept
}

// toClass reports parameters that are objects of a class or refer to one.
func toClass(q QualType) bool {
	t := q.T
	if t.isRef() {
		t = t.Elem.T
	}
	return t.Kind == TRecord
}
