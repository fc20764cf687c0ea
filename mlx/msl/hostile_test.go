package msl_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/internal/cputime"
	"github.com/zmlx/zmlx/mlx/msl"
)

// TestHostileTexts: texts whose parts grow with their length take no time of its square, nor
// of a power of it. The time is far more than any of them needs, and far less than they took.
func TestHostileTexts(t *testing.T) {
	names := make([]string, 30_000) // which a hash of exclusive or takes for one
	for i := range names {
		a, b := []byte(strings.Repeat("q", 64)), []byte(strings.Repeat("q", 64))
		for j := range 15 {
			a[j], b[j] = 'x'+byte(i>>j&1), 'y'-byte(i>>j&1)
		}
		names[i] = string(a) + string(b)
	}
	condition := "1"
	for i := range 24 {
		condition = fmt.Sprintf("({ int a%d = 1; if ((a%[1]d + %[2]s == 1)) a%[1]d = 2; a%[1]d; })", i, condition)
	}
	size, pragmas := "a", ""
	for i := range 24 {
		size = "sizeof(a + " + size + ")"
		pragmas += strings.Repeat(fmt.Sprintf("#pragma clang diagnostic ignored \"-Wx%d\"\n", i), 2000)
	}
	types, value, list := "int", "1", strings.Repeat("{", 40)+"1"+strings.Repeat("}", 40)
	classes, assigned := "struct S0 { const int a = 1; };", "struct S0 { int a; thread S0 &operator=(thread const S0 &); };"
	for i := range 28 {
		value = "A<(A<" + value + " + 0>::n)>::n"
		assigned += fmt.Sprintf(" struct S%d { S%[2]d a, b; };", i+1, i)
		types = "typename A<" + types + ">::type"
		classes += fmt.Sprintf(" struct S%d { const S%[2]d a, b; };", i+1, i)
	}
	for name, text := range map[string]string{
		"types":  "template <class T> struct A { using type = A; }; kernel void k(device int *o [[buffer(0)]]) { " + types + " a; o[0] = sizeof(a); }",
		"macros": "#define " + strings.Join(names, "\n#define "),
		"values": "template <int N> struct A { static constant constexpr int n = N; }; kernel void k(device int *o [[buffer(0)]]) { o[0] = " + value + "; }",
		"lists": "struct W; struct V { int a; V(int x) : a(x) {} V(W w); }; struct W { int b; W(V v) : b(v.a) {} }; V::V(W w) : a(w.b) {}" +
			"kernel void k(device int *o [[buffer(0)]]) { W w = " + list + "; o[0] = w.b; }",
		"enumerators": "enum E { " + strings.Join(names, ", ") + " };",
		"sizes":       "kernel void k(device int *o [[buffer(0)]]) { int a = 1; o[0] = " + size + "; }",
		"pragmas":     pragmas,
		"packs": "template <typename... R> int f(R... r) { return sizeof...(r); } kernel void k(device int *o [[buffer(0)]]) { o[0] = f(" +
			strings.Repeat("1, ", 130_000) + "1); }",
		"conditions": "kernel void k(device int *o [[buffer(0)]]) { o[0] = " + condition + "; }",
	} {
		start := cputime.User()
		require.NotNil(t, msl.Compile("k.metal", text, msl.Options{}).Program, name)
		require.Less(t, cputime.User()-start, 4*time.Second, name)
	}
	for name, text := range map[string]string{
		"classes": classes + " kernel void k(device S28 *o [[buffer(0)]]) { S28 a; const S28 b = {}; *o = a; }",
		"copies":  assigned + " kernel void k(device int *o [[buffer(0)]]) { S24 a, b; a = b; }",
		"names":   "void f() { " + strings.Repeat("undeclared; ", 30_000) + "}",
	} {
		start := cputime.User()
		require.NotEmpty(t, msl.Compile("k.metal", text, msl.Options{}).Diagnostics, name)
		require.Less(t, cputime.User()-start, 4*time.Second, name)
	}
}
