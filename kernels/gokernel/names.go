package gokernel

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// reserved words mean something in Metal, but nothing in Go.
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		alignas alignof and and_eq asm auto bfloat bfloat16_t bitand bitor catch char class compl complex64_t const_cast constant constexpr
		decltype delete device do double dynamic_cast enum explicit export extern false float float16_t friend half inline kernel long metal
		mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected ptrdiff_t public register reinterpret_cast
		short signed size_t sizeof static static_assert static_cast template this thread threadgroup threadgroup_imageblock throw true try
		typedef typeid typename uchar ulong union unsigned ushort using vertex fragment virtual void volatile wchar_t while xor xor_eq
		mem_flags threadgroup_barrier simdgroup_barrier min max INFINITY NAN uint2 uint3 uint4 int2 int3 int4 float2 float3 float4 half2 half3 half4
		const if else for switch case default break continue return goto struct int uint bool main os_log Limits IdxT ceildiv assert
		int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t`) {
		m[w] = true
	}
	for _, f := range gpuFunctions {
		m[f] = true
	}
	for _, f := range mathFunctions {
		m[f] = true
	}
	for _, f := range positions {
		m[f] = true
	}
	return m
}()

// name is that of an object in Metal. A variable that shadows another gets a
// name of its own: in C++ it would be in scope in its own initial value.
func (t *translator) name(id *ast.Ident) string {
	obj := t.info.ObjectOf(id)
	if n, ok := t.names[obj]; ok {
		return n
	}
	n := id.Name
	for _, r := range n {
		if r > 0x7e {
			t.fail(id, "use letters, digits and underscores", "the name %s is not ASCII", n)
		}
	}
	if t.functions[obj] != nil {
		n = "go_" + n // apart from the overloads of Metal's own functions
	} else if t.taken(obj, n) {
		base := strings.TrimRight(n, "_")
		for i := 2; ; i++ {
			n = fmt.Sprintf("%s_%d", base, i)
			if !t.words[n] {
				break
			}
		}
	}
	t.words[n] = true
	t.names[obj] = n
	return n
}

// taken reports whether a local name cannot stay as it is.
func (t *translator) taken(obj types.Object, name string) bool {
	if reserved[name] || strings.HasPrefix(name, "_") || strings.Contains(name, "__") {
		return true
	}
	for _, suffix := range []string{"_shape", "_strides", "_ndim"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	if s := obj.Parent(); s != nil && s.Parent() != nil {
		scope, other := s.Parent().LookupParent(name, token.NoPos)
		return other != nil && scope != types.Universe
	}
	return false
}

// temp is a name that the text does not have.
func (t *translator) temp(base string) string {
	for {
		t.temps++
		n := fmt.Sprintf("%s_%d", base, t.temps)
		if !t.words[n] {
			t.words[n] = true
			return n
		}
	}
}
