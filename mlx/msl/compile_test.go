package msl_test

import (
	"context"
	"embed"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/internal/cputime"
	"github.com/zmlx/zmlx/internal/fuzzing"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/internal/kerneltext"
	"github.com/zmlx/zmlx/mlx/msl/lower"
)

//go:embed testdata
var testdata embed.FS

// FuzzCompile: no input makes the compiler panic, hang or give up without a
// message, and what it accepts can be made ready for an executor.
func FuzzCompile(f *testing.F) {
	texts, err := fuzzing.Files(testdata, ".metal")
	require.NoError(f, err)
	for _, text := range texts {
		f.Add("#include <metal_stdlib>\nusing namespace metal;\n"+text, false)
	}
	f.Add("kernel void k(device float *a) { a[0] = 1; }", true)
	f.Add(kerneltext.Kernel(60), true)
	fuzzing.Prepare(f)
	f.Fuzz(func(t *testing.T, text string, preamble bool) {
		if len(text) > fuzzing.MaxInput {
			return
		}
		fuzzing.Guard(func() {
			r := msl.Compile("fuzz.metal", text, msl.Options{Preamble: preamble})
			for _, d := range r.Diagnostics {
				require.NotEqual(t, "internal-error", d.Code, d.Message)
			}
			diag.RenderAll(r.Sources, r.Diagnostics)
			if r.Program == nil {
				require.NotEmpty(t, r.Diagnostics)
				return
			}
			_, err := lower.Prepare(context.Background(), r.Program, nil)
			require.NoError(t, err)
		})
	})
}

// TestLimits holds inputs that grow without bounds: each must end in an error
// soon.
func TestLimits(t *testing.T) {
	tests := map[string]string{
		"templates": "template <int N> struct S { static constexpr constant int v = S<N + 1>::v; };\nkernel void k(device int *a) { a[0] = S<0>::v; }",
		"functions": "template <int N> int f() { return f<N + 1>(); }\nkernel void k(device int *a) { a[0] = f<0>(); }",
		"wide":      "template <int N> struct S { using a = typename S<2 * N>::t; using b = typename S<2 * N + 1>::t; };\nkernel void k(device int *a) { S<1>::a x; }",
		"constexpr": "constexpr int f(int n) { return f(n + 1); }\nkernel void k(device int *a) { constexpr int x = f(0); a[0] = x; }",
		"loop":      "constexpr int f() { while (true) {} return 1; }\nkernel void k(device int *a) { constexpr int x = f(); a[0] = x; }",
		"nesting":   "kernel void k(device int *a) { a[0] = " + strings.Repeat("(", 50_000) + "1" + strings.Repeat(")", 50_000) + "; }",
		"operators": "kernel void k(device int *a) { a[0] = " + strings.Repeat("-", 1) + strings.Repeat("1 + ", 50_000) + "1; }",
		"blocks":    "kernel void k(device int *a) { " + strings.Repeat("{", 20_000) + strings.Repeat("}", 20_000) + " }",
		"braces":    strings.Repeat("constant int a = 1; ", 40_000) + "struct S { void f() {\n" + strings.Repeat("  ;\n", 200_000),
		"array":     "kernel void k(device int *a) { int x[2000000000]; a[0] = x[1]; }",
		"record":    "struct S { S s; };\nkernel void k(device int *a) { S s; }",
		"alias":     "template <typename T> using A = typename A<T *>::type;\nkernel void k(device int *a) { A<int> x; }",
		"values":    "struct A { int x[1]; };\nkernel void k(device int *a) { a[0] = " + wrapped(60, "A{", "1", "}.x[0]") + "; }",
		"wrapped":   "template <typename T> struct A { T e[1]; };\nkernel void k() { " + wrapped(200, "A<", "int", ">") + " x = " + wrapped(200, "{", "1", "}") + "; }",
		"lists":     "struct A { int a, b; };\nint g(A s) { return s.a; }\nint g(float2 s) { return s.x; }\nkernel void k(device int *a) { a[0] = " + wrapped(60, "g({", "1", "})") + "; }",
		"ranges":    "kernel void k(device int *a) { a[0] = " + wrapped(40, "({ int s = 0; for (int x : {", "1", "}) s += x; s; })") + "; }",
		"lambdas":   "kernel void k(device int *a) {\n auto l0 = [&](auto x) { return x; };\n" + doubled(60, "auto l%d = [&](auto x) { return l%d(x) + l%d(x); };\n") + "a[0] = l60(1);\n}",
		"names":     "template <class T, class U> struct P {};\nusing T0 = int;\n" + doubled(60, "using T%d = P<T%d, T%d>;\n") + "kernel void k() { T60 x; x.foo(); }",
		"structs":   "struct T0 { int x = 1; };\n" + doubled(60, "struct T%d { T%d a; T%d b; };\n") + "kernel void k() { T20 x; T60 y; }",
		"elements":  "struct S { int x = 1; };\nkernel void k(device int *a) { S s[1000000]; a[0] = s[3].x; }",
		"loops":     "kernel void k(device int *a) { " + wrapped(60, "for (int i = 0; i < 2; ++i) {", "a[0] += 1;", "}") + " }",
		"pasted":    "#define C0(x) x\n" + doubled(40, "#define C%[1]d(x) C%[2]d(x##x)\n") + "kernel void k(device int *a) { C40(a); }",
		"packs":     "template <int... N> struct I {};\ntemplate <int... N> I<N..., N...> f(I<N...>) { return {}; }\nkernel void k() { auto x = " + wrapped(30, "f(", "I<1, 2>()", ")") + "; }",
		"constants": numbered(500, "constant int a%d[4000000] = {1};\n") + "kernel void k(device int *a) { a[0] = a7[3]; }",
		"steps":     "constexpr int f(int n) { int s = 0; for (int i = 0; i < 100000; ++i) s += i; return s + n; }\nkernel void k(device int *a) { " + numbered(1000, "constexpr int x%d = f(1);") + " }",
		"memory":    "constexpr int f(int n) { int x[1000000] = {}; return n ? f(n - 1) + x[3] : x[5]; }\nkernel void k(device int *a) { constexpr int x = f(250); a[0] = x; }",
		"cases":     "kernel void k(device int *a) { switch (a[0]) { " + numbered(2200, "case %d: a[1] = 1; break;") + " } }",
		"products":  "kernel void k(device float *a) { float4x4 m = float4x4(a[0]); " + strings.Repeat("m = m * m;", 6000) + " a[0] = m[0][0]; }",
		"trips":     "kernel void k(device int *a) { " + numbered(100, "for (int i%[1]d = 0; i%[1]d < 4; ++i%[1]d) ") + "a[0] += 1; }",
		"calls":     "float f0(float x) { return x; }\n" + doubled(60, "float f%[1]d(float x) { for (int i = 0; i < 8; ++i) x = f%[2]d(x) + 1; return x; }\n") + "kernel void k(device float *a) { a[0] = f60(a[0]); }",
		"chain":     "kernel void k(device int *a) { int x = a[1]; " + numbered(10_000, "if (x == %d) a[0] += 3; else ") + "a[0] = 2; }",
		"choices":   "kernel void k(device int *a) { int x = a[1]; a[0] = " + numbered(4000, "x == %d ? a[2] / x : ") + "2; }",
		"choice":    "kernel void k(device int *a) { int x = a[1]; a[0] = " + numbered(40_000, "x == %d ? a[2] / x : ") + "2; }",
		"bodies":    "template <int N> auto f(bool a) { if constexpr (N == 0) return a; else return f<N - 1>(a)" + strings.Repeat(" && a", 1900) + "; }\nkernel void k(device int *a) { a[0] = f<500>(true); }",
		"lambda":    "kernel void k(device int *a) { auto f = [&](auto g) { return g(g); }; f(f); }",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			start := cputime.User()
			r := msl.Compile("limits.metal", text, msl.Options{})
			for _, d := range r.Diagnostics {
				require.NotEqual(t, "internal-error", d.Code, d.Message)
			}
			if r.Program != nil {
				_, err := lower.Prepare(context.Background(), r.Program, nil)
				require.NoError(t, err)
			}
			require.Less(t, cputime.User()-start, 10*time.Second)
		})
	}
}

// TestTokens: a short text cannot become as many tokens as a long one.
func TestTokens(t *testing.T) {
	text := "#define R " + strings.Repeat("int f(int);", 1000) + "\n" + strings.Repeat("R ", 160)
	r := msl.Compile("k.metal", text, msl.Options{})
	require.Contains(t, diag.RenderAll(r.Sources, r.Diagnostics), "more than 524288 tokens after preprocessing")
	r = msl.Compile("k.metal", "//"+strings.Repeat(" ", 150_000)+"\n"+text, msl.Options{})
	require.NotNil(t, r.Program, diag.RenderAll(r.Sources, r.Diagnostics))
}

// wrapped is n times open, the middle, and n times end.
func wrapped(n int, open, middle, end string) string {
	return strings.Repeat(open, n) + middle + strings.Repeat(end, n)
}

// numbered repeats a line with the numbers from 0 on.
func numbered(n int, line string) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, line, i)
	}
	return s.String()
}

// doubled repeats a line that defines number i with number i-1, twice.
func doubled(n int, line string) string {
	var s strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&s, line, i, i-1, i-1)
	}
	return s.String()
}

// TestLambdasNeedTheirVersion compiles lambdas for the Metal that has them, and
// for the one before.
func TestLambdasNeedTheirVersion(t *testing.T) {
	const text = "kernel void k(device int *p) {\n  auto f = [=](int x) { return x + 1; };\n  *p = f(2);\n}\n"
	r := msl.Compile("k.metal", text, msl.Options{Version: 310})
	require.Nil(t, r.Program)
	require.Equal(t, "k.metal:2:12: error: lambda expressions need Metal 3.2\n  auto f = [=](int x) { return x + 1; };\n           ^~~\n", diag.RenderAll(r.Sources, r.Diagnostics))
	for _, version := range []int{320, 400} {
		r := msl.Compile("k.metal", text, msl.Options{Version: version})
		require.NotNil(t, r.Program, diag.RenderAll(r.Sources, r.Diagnostics))
	}
}

// Files of old Macs end their lines with a carriage return alone: all of one
// was the rest of its first #include.
func TestCarriageReturnsEndLines(t *testing.T) {
	r := msl.Compile("k.metal", "#include <metal_stdlib>\r// what for\r#define A \\\r  1\rkernel void k(device int *y [[buffer(0)]]) {\r  y[0] = A + x;\r}\r", msl.Options{})
	require.Equal(t, "k.metal:6:14: error: use of undeclared identifier 'x'\n  y[0] = A + x;\n             ^\n", diag.RenderAll(r.Sources, r.Diagnostics))
}

// TestErrorsEndInstances compiles templates of which each has two more: none are made
// once no errors are told any longer.
func TestErrorsEndInstances(t *testing.T) {
	const text = "template <int N> struct S { using a = typename S<2 * N>::t; using b = typename S<2 * N + 1>::t; };\nkernel void k() { S<1>::a x; }"
	msl.Compile("k.metal", text, msl.Options{}) // which parses the prelude
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := msl.Compile("k.metal", text, msl.Options{})
	runtime.ReadMemStats(&after)
	require.Equal(t, "too-many-errors", r.Diagnostics[len(r.Diagnostics)-1].Code)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(32<<20))
}

// TestNullCharacter has NULs in a text, which are white space, as clang warns.
func TestNullCharacter(t *testing.T) {
	r := msl.Compile("k.metal", "kernel void k(device int *p) { p[0]\x00 =\x00\x00 1; }\n", msl.Options{})
	require.NotNil(t, r.Program)
	require.Len(t, r.Diagnostics, 1)
	require.Equal(t, diag.Warning, r.Diagnostics[0].Severity)
	require.Equal(t, "null character ignored", r.Diagnostics[0].Message)
	require.Equal(t, diag.Location{File: "k.metal", Line: 1, Column: 36}, r.Sources.Resolve(r.Diagnostics[0].At()))
}

// What an included file says of warnings holds behind it, and what was said in front
// of it holds within.
func TestDiagnosticPragmasThroughIncludes(t *testing.T) {
	res := msl.Compile("k.metal", "#pragma clang diagnostic ignored \"-Wunused\"\n#include \"a.h\"\nvoid f() { int after; }\n", msl.Options{
		Include: func(name, _ string, _ bool) (string, string, error) {
			return name, "void a() { int quiet; }\n#pragma clang diagnostic warning \"-Wunused-variable\"\nvoid b() { int told; }\n", nil
		}})
	require.NotNil(t, res.Program)
	text := diag.RenderAll(res.Sources, res.Diagnostics)
	require.Contains(t, text, "unused variable 'told'")
	require.Contains(t, text, "unused variable 'after'")
	require.NotContains(t, text, "quiet")
}

// Groups of warnings hold those of other names.
func TestDiagnosticPragmasOfGroups(t *testing.T) {
	res := msl.Compile("k.metal", `#pragma clang diagnostic ignored "-Wunused-value"
[[nodiscard]] int n() { return 1; }
void f(int a, int b) { n(); a == b; a + b; (void)sizeof(a++); }
`, msl.Options{})
	require.NotNil(t, res.Program)
	require.Empty(t, res.Diagnostics)
}

// A carriage return is part of the end of its line.
func TestContinuedLinesOfWindows(t *testing.T) {
	res := msl.Compile("k.metal", "#define A 1 \\\r\n + 2\r\n// x \\\r\nint hidden;\r\nint f() { return A; }\r\n", msl.Options{})
	require.NotNil(t, res.Program)
	require.Empty(t, res.Diagnostics)
}
