package sema

import "slices"

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

// argKey is what the conversions of an argument depend on. Keys are hashed as one piece of
// memory, which fields with gaps between them are not.
type argKey struct {
	t    *Type
	form uint64 // see formOf
}

// formOf is what else than the type's kind decides what a value converts to: qualifiers, the spaces
// of the type and of the address, the category, whether it is part of a vector or a word, to which
// no reference binds, and whether it is a literal 0.
func formOf(v *Value) uint64 {
	form := uint64(v.Type.Q) | uint64(v.Type.Space)<<8 | uint64(v.Cat)<<16
	if v.mem {
		form |= uint64(v.addr.Space) << 24
	}
	if v.component || v.swz() != nil || v.bits() != nil {
		form |= 1 << 32
	}
	if v.lit0 {
		form |= 1 << 33
	}
	return form
}

// set makes k the key of a call; false says that more decides than a key holds: an object, template
// arguments, or what classes, lists and functions as arguments convert to.
func (k *callKey) set(set *overloads, args []Value) bool {
	if set.hasArg || set.this != nil || set.members != nil || len(args) > maxKeyArgs {
		return false
	}
	k.nf, k.nt, k.nfam, k.n = int32(len(set.funcs)), int32(len(set.tmpls)), int32(len(set.fams)), int32(len(args))
	if len(set.funcs) > 0 {
		k.funcs = &set.funcs[0]
	}
	if len(set.tmpls) > 0 {
		k.tmpls = &set.tmpls[0]
	}
	if len(set.fams) > 0 {
		k.fams = &set.fams[0]
	}
	for i := range args {
		v := &args[i]
		if !v.Type.T.plain() {
			return false
		}
		k.args[i] = argKey{v.Type.T, formOf(v)}
	}
	return true
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
