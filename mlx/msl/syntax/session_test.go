package syntax_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

const prelude = `#define SQ(x) ((x) * (x))
#define LIMIT 4
namespace metal {
template <typename T> struct Pair { T a, b; using type = T; template <int N> T get() const; };
template <typename T> T first(Pair<T> p) { return SQ(p.a); }
typedef float real;
enum class Order { relaxed };
namespace fast { real quick(real); }
}
using namespace metal;
`

func newPrelude(t *testing.T) *syntax.Session {
	t.Helper()
	s := syntax.NewSession(syntax.Options{})
	s.Parse("prelude.metal", prelude)
	require.Empty(t, diag.RenderAll(s.Sources(), s.Diagnostics()))
	return s
}

func TestForkKnowsParent(t *testing.T) {
	f := newPrelude(t).Fork(syntax.Options{Defines: map[string]string{"D": "512"}})
	u := f.Parse("k.metal", `real x = SQ(LIMIT) + D;
Pair<real>::type * p;
auto y = first<real>(z) > metal::fast::quick(1) ? z.get<2>() : 0;
namespace metal { struct Own { Pair<int> p; real r; }; }
metal::Own o; Own *q;
template <> struct Pair<int> { int only; };
`)
	require.Empty(t, diag.RenderAll(f.Sources(), f.Diagnostics()))
	require.Equal(t, `(VarDecl real x init=(Binary + (Paren (Binary * (Paren 4) (Paren 4))) 512) =)
(VarDecl (Pointer Pair<real>::type) p)
(VarDecl (Auto) y init=(Cond (Binary > (Call first<real> args=[z]) (Call metal::fast::quick args=[1])) (Call (Member z get<2>)) 0) =)
(NamespaceDecl names=[metal]
  (RecordDecl struct Own
    (VarDecl Pair<int> p)
    (VarDecl real r) definition))
(VarDecl metal::Own o)
(VarDecl (Pointer Own) q)
(TemplateDecl (RecordDecl struct Pair<int>
  (VarDecl int only) definition))
`, syntax.PrintUnit(u))
}

func TestForkLeavesParent(t *testing.T) {
	s := newPrelude(t)
	one := s.Fork(syntax.Options{})
	one.Parse("one.metal", "#undef SQ\n#define LIMIT 9\n#define NEW 1\nstruct metal::Far {}; int first; namespace metal { struct Own {}; int real; }\nusing namespace metal;")
	two := s.Fork(syntax.Options{})
	u := two.Parse("two.metal", "real x = SQ(LIMIT) + NEW; Own * x; void f() { first<int>(y); Own * z; (metal::Far) * z; }")
	require.Equal(t, `(VarDecl real x init=(Binary + (Paren (Binary * (Paren 4) (Paren 4))) NEW) =)
(VarDecl (Pointer Own) x)
(FuncDecl void f (Block
  (Expr (Call first<int> args=[y]))
  (Expr (Binary * Own z))
  (Expr (Binary * (Paren metal::Far) z))))
`, syntax.PrintUnit(u))
}

func TestForkDiagnosticsReachParent(t *testing.T) {
	f := newPrelude(t).Fork(syntax.Options{})
	f.Parse("k.metal", "int x = SQ();\n")
	require.Equal(t, `k.metal:1:9: error: expected expression
int x = SQ();
        ^~~~
prelude.metal:1:18: note: expanded from macro 'SQ'
#define SQ(x) ((x) * (x))
                 ^
`, diag.RenderAll(f.Sources(), f.Diagnostics()))
}

func TestForksInParallel(t *testing.T) {
	s := newPrelude(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				f := s.Fork(syntax.Options{})
				name := fmt.Sprintf("v%d", i*100+j)
				u := f.Parse("k.metal", "#define LIMIT "+name+"u\nnamespace metal { struct "+name+" {}; }\nPair<"+name+"> x = SQ(LIMIT);")
				if got := syntax.PrintUnit(u); !strings.Contains(got, "(VarDecl Pair<"+name+"> x init=(Paren (Binary * (Paren "+name+"u) ") {
					t.Error(got)
				}
				diag.RenderAll(f.Sources(), f.Diagnostics())
			}
		})
	}
	wg.Wait()
}

// TestHostile gives inputs that cost exponential or quadratic time, or the
// stack, where nothing bounds them.
func TestHostile(t *testing.T) {
	rep := strings.Repeat
	doubling := "#define m0 x x\n"
	for i := range 60 {
		doubling += fmt.Sprintf("#define m%d m%d m%d\n", i+1, i, i)
	}
	arguments := "#define d0(x) x x\n"
	for i := range 60 {
		arguments += fmt.Sprintf("#define d%d(x) d%d(x x) d%d(x x)\n", i+1, i, i)
	}
	usings := ""
	for i := range 2000 {
		usings += fmt.Sprintf("namespace n%d { using namespace n%d; struct s%d {}; } using namespace n%d;\n", i, max(i-1, 0), i, i)
	}
	tests := map[string]string{
		"macros double":       doubling + "m60",
		"arguments double":    arguments + "d60(y)",
		"macro arguments":     "#define f(x) x\n" + rep("f(", 1000) + rep(")", 1000),
		"includes itself":     "#include \"self\"\n#include \"self\"\n",
		"parentheses":         "int x = " + rep("(", 30000),
		"casts":               "int x = " + rep("(int)", 12000) + "1;",
		"unary":               "int x = " + rep("- ", 30000) + "1;",
		"blocks":              "void f() {" + rep("{", 30000),
		"ifs":                 "void f() {" + rep("if (1) ", 9000) + ";}",
		"elses":               "void f() {" + rep("if (1) ; else ", 4500) + ";}",
		"classes":             rep("struct A {", 6000),
		"namespaces":          rep("namespace a {", 5000),
		"unknown templates":   "int x = " + rep("f<", 3000),
		"template arguments":  "A" + rep("<A", 3000),
		"declarators":         "int " + rep("(*", 30000),
		"arrays":              "int a" + rep("[1]", 20000) + ";",
		"pointers":            "int " + rep("*", 60000) + "p;",
		"lambdas":             "auto x = " + rep("[] { return ", 5000),
		"initialisers":        "int x = " + rep("{", 60000),
		"conditionals":        "int x = " + rep("a ? b : ", 8000) + "c;",
		"commas":              "int x = (" + rep("a, ", 20000) + "b);",
		"long sums":           "int x = " + rep("a + ", 16000) + "b;",
		"calls":               "int x = f" + rep("(1)", 20000) + ";",
		"if directives":       rep("#if 1\n", 10000),
		"if expression":       "#if " + rep("(", 60000) + "\n#endif\n",
		"unfinished names":    rep("a::", 20000) + "b x;",
		"splices":             rep("\\\n", 30000) + "x" + rep("y\\\n", 15000),
		"quotes":              rep("\"", 30001),
		"comments":            rep("/*", 30000),
		"using directives":    usings,
		"switch cases":        "void f() { switch (1) {" + rep("case 1: ", 8000) + "; } }",
		"template parameters": rep("template <template <", 3000),
		"pragmas":             "void f() {" + rep("\n#pragma unroll\n", 4000),
		"statement recovery":  "void f() {" + rep("+;(", 20000),
		"open brackets":       rep("int a[3;\n", 7000),
		"nested paste":        "#define p(a,b) a##b\n" + rep("p(x,", 5000),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			u, src, ds := syntax.Parse("k", text, include(text))
			diag.RenderAll(src, ds)
			syntax.PrintUnit(u)
		})
	}
}
