package program

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// source reads a program whose last kernel has the source that is returned.
func sourceOf(t *testing.T, text string, files map[string]string) any {
	t.Helper()
	kernels, _ := Read(context.Background(), "dir/main.py", "import mlx.core as mx\n"+text, map[string]any{"given": int64(5)}, func(path string) (string, bool) {
		s, ok := files[path]
		return s, ok
	})
	require.NotEmpty(t, kernels)
	return kernels[len(kernels)-1].Args["source"]
}

// TestTexts: the ways in which programs put the text of a kernel together.
func TestTexts(t *testing.T) {
	files := map[string]string{
		"dir/parts.py":        "from pathlib import Path\nHALF = 'half'\ndef typed(n, *, unit='f'):\n  return f'{n:.2f}{unit}'\nTEXT = (Path(__file__).parent / 'shaders' / 'a.metal').read_text()\n",
		"dir/shaders/a.metal": "y[0] = 1;",
	}
	for _, c := range []struct{ name, program, want string }{
		{"concatenation", "s = 'a' 'b' + \"c\"\ns += 'd'", "abcd"},
		{"f-string", "n = 3\ns = f'{n * 2} {{{n!r}}} {n / 2:.3f} {1e-6} {n:04d} {\"x\" if n > 2 else \"y\"}'", "6 {3} 1.500 1e-06 0003 x"},
		{"a constant of a library", "import math\nimport numpy as np\ns = f'{math.pi:.3f} {np.pi:.2f} {mx.float16}'", "3.142 3.14 mlx.core.float16"},
		{"format", "s = '{0} {name} {{}} {1:.1e}'.format(7, 0.5, name='z')", "7 z {} 5.0e-01"},
		{"percent", "s = '%d %s %.2f %%' % (3, 'q', 0.25)", "3 q 0.25 %"},
		{"template", "from string import Template\ns = Template('$a ${b}c $$').substitute(a=1, b='2')", "1 2c $"},
		{"join", "s = '\\n'.join(f'v{i} = {i ** 2};' for i in range(4) if i % 2)", "v1 = 1;\nv3 = 9;"},
		{"loop", "s = ''\nfor i, op in enumerate(['+', '-'], start=1):\n  if op == '-':\n    continue\n  s += f'{op}{i}'", "+1"},
		{"while", "n, s = 8, ''\nwhile n > 1:\n  n //= 2\n  s += str(n)", "421"},
		{"dictionary", "OPS = {'add': 'a + b', **{'mul': 'a * b'}}\ns = ';'.join(f'{k}={v}' for k, v in OPS.items())", "add=a + b;mul=a * b"},
		{"methods", "s = ' A-b '.strip().replace('-', '_').lower() + 'x.y'.split('.')[-1]", "a_by"},
		{"chained comparison", "s = 'in' if 1 < 2 <= 2 and 3 not in (1, 2) else 'out'", "in"},
		{"slices", "v = [1, 2, 3, 4]\na, *_ = v[1:]\ns = str(v[-1]) + str(a) + 'abc'[1:]", "42bc"},
		{"function", "def f(a, b=2, *rest, c, **more):\n  return f'{a}{b}{len(rest)}{c}{more[\"d\"]}'\ns = f(1, 3, 4, 5, c=6, d=7)", "13267"},
		{"class", "class A:\n  unit = 'f'\n  def __init__(self, n):\n    self.n = n\n  @property\n  def text(self):\n    return f'{self.n}{self.unit}'\nclass B(A):\n  unit = 'h'\ns = B(4).text", "4h"},
		{"dataclass", "@dataclass\nclass C:\n  n: int\n  tg: int = 32\nc = C(2)\ns = f'{c.n} {c.tg}'", "2 32"},
		{"module", "from .parts import typed, HALF\nimport parts\ns = typed(1.5) + HALF + parts.HALF", "1.50fhalfhalf"},
		{"file", "from parts import TEXT as s", "y[0] = 1;"},
		{"opened file", "import os\nwith open(os.path.join(os.path.dirname(__file__), 'shaders', 'a.metal')) as f:\n  s = f.read()", "y[0] = 1;"},
		{"given", "given = 4\ns = str(given)", "5"},
		{"dedent", "import textwrap\ns = textwrap.dedent('''\\\n    a\n      b''')", "a\n  b"},
		{"generator", "def parts(n):\n  for i in range(n):\n    yield str(i)\n  yield from ['x', 'y']\ns = ''.join(parts(2))", "01xy"},
		{"indent", "import textwrap\ns = textwrap.indent('a\\n\\nb\\n', '  ')", "  a\n\n  b\n"},
		{"type checking", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  s = 'no'\nelse:\n  s = 'yes'", "yes"},
		{"match", "def f(v):\n  match v:\n    case 'a' | 'b':\n      return '1'\n    case (x, 2) if x > 3:\n      return str(x)\n    case [1, _] as pair:\n      return str(len(pair))\n    case other:\n      return other + '!'\ns = f('b') + f((4, 2)) + f([1, 5]) + f('c')", "142c!"},
		{"match of a rest", "def f(v):\n  match v:\n    case [x, *_, y] if x == y:\n      return 'same'\n    case x, *rest:\n      return x + str(len(rest)) + ''.join(rest)\n    case []:\n      return 'none'\ns = f(['a', 'b', 'c']) + f([]) + f([1, 2, 1]) + f(['z'])", "a2bcnonesamez0"},
		{"unpacking of a rest", "a, *b, c = [1, 2, 3, 4]\nd, *e = (5,)\ns = f'{a}{b}{c}{d}{len(e)}'", "1[2, 3]450"},
		{"members of an enumeration", "from enum import Enum\nclass Op(Enum):\n  ADD = '+'\n  SUB = '-'\ns = ''.join(o.name + o.value for o in Op) + Op['SUB'].value + Op('+').name + str(len(Op))", "ADD+SUB--ADD2"},
		{"members that are texts", "from enum import Enum\nclass Op(str, Enum):\n  ADD = '+'\n  SUB = '-'\ns = ''.join(Op) + Op('-') + Op['ADD']", "+--+"},
		{"a variable named match", "match = ['x']\nmatch[0] = 'y'\ns = match[0]", "y"},
		{"enumeration", "import enum\nclass Op(enum.Enum):\n  ADD = '+'\n  SUB = '-'\nnames = {Op.SUB: 'minus'}\ns = Op.ADD.name + Op.ADD.value + names[Op.SUB] + ('same' if Op.ADD == Op.ADD != Op.SUB else '')", "ADD+minussame"},
		{"enumeration of texts", "from enum import Enum\nclass Op(str, Enum):\n  ADD = '+'\ns = 'a' + Op.ADD + Op.ADD.value", "a++"},
		{"a cache's first key", "cache = {}\ndef f(n):\n  try:\n    return cache[n]\n  except KeyError:\n    cache[n] = str(n)\n  return cache[n] + '.'\ns = f(2) + f(2)", "2.2"},
		{"an attribute made when it is asked for", "class A:\n  def text(self):\n    try:\n      return self.t\n    except AttributeError:\n      self.t = 'made'\n    return self.t\ns = A().text()", "made"},
		{"nothing failed", "try:\n  s = 'a'\nexcept ValueError:\n  s = 'b'\nelse:\n  s += 'c'", "ac"},
		{"super", "class A:\n  def __init__(self, n):\n    self.n = n\n  def text(self):\n    return str(self.n)\nclass B(A):\n  def __init__(self, n):\n    super().__init__(n * 2)\n  def text(self):\n    return 'b' + super().text()\nclass C(B):\n  def text(self):\n    return 'c' + super(C, self).text()\ns = C(3).text()", "cb6"},
		{"what two bases share comes last", "class A:\n  t = 'a'\n  def f(self):\n    return 'a'\nclass B(A):\n  def f(self):\n    return 'b' + super().f()\nclass C(A):\n  t = 'c'\n  def f(self):\n    return 'c' + super().f()\nclass D(B, C):\n  pass\ns = D().f() + D.t", "bcac"},
		{"instead of a module that may be missing", "try:\n  import fast_ops\n  s = 'other'\nexcept ImportError:\n  kernel = mx.fast.metal_kernel('first', [], ['y'], 'a')\n  s = 'made'", "made"},
		{"chained comparisons", "n = [0]\ndef f():\n  n.append(1)\n  return len(n)\ns = str(1 < f() < 3 < (2 + 2) < 5) + str(len(n)) + str(1 < f() < 3)", "True2False"},
		{"more than there is room for", "a = [0] * 10 ** 12\nb = 'x' * 10 ** 10\nc = list(range(10 ** 9))\ns = 'a'", "a"},
		{"a list in itself", "a = [1]\na.append(a)\nd = {}\nd[str(a)] = d[(a,)] = a == [1, a] or a in [[a]]\ns = str([1, (2,), 'a', []]) + str(a == a)", "[1, (2,), 'a', []]True"},
		{"lists of the same lists", "a = [1]\nfor i in range(60):\n  a = [a, a]\ns = 'a'\nt = str(a)\nu = a == a", "a"},
		{"methods without arguments", "try:\n  [1].insert()\n  {}.update()\n  Path('a').with_suffix()\nfinally:\n  s = 'a'", "a"},
		{"shapes beyond 64 bits", "a = mx.zeros((3, 4)).reshape(1 << 32, 1 << 32, -1)\ns = 'a'", "a"},
		{"sequences of other lengths", "def f(v):\n  match v:\n    case [x]:\n      return str(x)\n    case [x, y]:\n      return str(x + y)\ns = f((3, 4)) + f([5])", "75"},
		{"docstring", "def f():\n  'y[0] = 1;'\ns = f.__doc__", "y[0] = 1;"},
		{"walrus", "s = str(n * 2) if (n := 3) else ''", "6"},
		{"a branch that raises", "def f(d):\n  if d == mx.bfloat16:\n    u = 'bfloat'\n  elif d == mx.float16:\n    u = 'half'\n  else:\n    raise TypeError()\n  return u\ns = f(mx.float32)", "half"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := sourceOf(t, c.program+"\nk = mx.fast.metal_kernel(name='k', input_names=[], output_names=['y'], source=s)\n", files)
			require.Equal(t, c.want, got)
		})
	}
}

// TestBounds: what would not end, or would take all memory, ends soon; what
// follows is read if the program is not to blame for more than a statement.
func TestBounds(t *testing.T) {
	diamonds := "class A0: pass\nclass B0: pass\n"
	for i := range 40 {
		diamonds += fmt.Sprintf("class A%d(A%d, B%d): pass\nclass B%d(A%d, B%d): pass\n", i+1, i, i, i+1, i, i)
	}
	compared := "x"
	for range 45 {
		compared = "x < (" + compared + ") < x"
	}
	for _, c := range []struct{ name, program string }{
		{"classes", diamonds + "for i in range(1000): A40().foo\n"},
		{"nested comparisons", "a = " + compared},
		{"many comparisons", "a = x" + strings.Repeat(" < x", 1<<13)},
		{"many conditions", "a = x" + strings.Repeat(" and x or x", 1<<13)},
		{"many branches", "if x: pass\n" + strings.Repeat("elif x: pass\n", 1<<13)},
		{"a list added to itself", "a = [1]\nwhile True: a.extend(a)"},
		{"a list of itself twice", "a = [1]\nfor i in range(60): a = [*a, *a]"},
		{"slices", "a = [0] * 10 ** 6\nwhile True: a[:]"},
		{"percent", "a = 'ab'\nfor i in range(60): a = '%s%s' % (a, a)"},
		{"format", "a = 'ab'\nfor i in range(60): a = '{0}{0}'.format(a)"},
		{"f-strings", "a = 'ab'\nfor i in range(60): a = f'{a}{a}'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, "a", sourceOf(t, c.program+"\nk = mx.fast.metal_kernel('k', [], ['y'], 'a')\n", nil))
		})
	}
	for _, program := range []string{
		"while True:\n  while True: x = 1",
		"a = b = [1]\nfor i in range(60):\n  a, b = [a, a], [b, b]\nu = a == b",
		"s = 'a' * 30000000\nfor i in range(60000):\n  for j in range(60000): s.lower()",
	} {
		kernels, _ := Read(context.Background(), "a.py", program+"\nk = mx.fast.metal_kernel('k', [], ['y'], 'a')\n", nil, nil)
		require.Len(t, kernels, 1)
		require.True(t, kernels[0].Unreached)
	}
}

// TestUnknown: what needs the program to run says so, and of what it was made.
func TestUnknown(t *testing.T) {
	for program, want := range map[string]string{
		"s = f'{n}'":       "n",
		"s = 'x' * load()": "load()",
		"s = 'x' * mx.load(0, -(a - b) // (2 * c) ** 2 - (e - f))":      "mx.load(0, -(a - b) // (2 * c) ** 2 - (e - f))",
		"s = mx.load(0, (a ** b) ** c ** -d, (-a) ** 2, not (a and b))": "mx.load(0, (a ** b) ** c ** -d, (-a) ** 2, not (a and b))",
		"s = mx.load(0, (a + b).c, (a or b)[0], (a < b) == c)":          "mx.load(0, (a + b).c, (a or b)[0], (a < b) == c)",
		"s = '%d %5' % n":                       "n",
		"s = '%d %5' % 3":                       "what '%5' stands for in a text with %, where the sign itself is written %%,",
		"s = '%d % n' % 3":                      "what '% n' stands for in a text with %, where the sign itself is written %%,",
		"s = ''.join(mx.load('a')['b'])":        "mx.load('a')['b']",
		"s = open('none.metal').read()":         "the text of none.metal",
		"s = 'a'.format_map(d)":                 "d",
		"s = 'x' * 10 ** 12":                    "'x' * 10 ** 12",
		"def f():\n  return f() + 'a'\ns = f()": "",
	} {
		got, ok := sourceOf(t, program+"\nk = mx.fast.metal_kernel('k', [], ['y'], s)\n", nil).(Unknown)
		require.True(t, ok, program)
		if want != "" {
			require.Equal(t, want, got.Text, program)
		}
	}
}

// TestEntered: functions are entered with plausible arguments, which are noted
// where the kernel depends on them.
func TestEntered(t *testing.T) {
	kernels, orphans := Read(context.Background(), "a.py", `
from functools import lru_cache
import mlx.core as mx

@lru_cache(maxsize=None)
def _kernel(bits, masked):
    ins = ["q", "w"] + (["mask"] if masked else [])
    return mx.fast.metal_kernel(name=f"qmv_{bits}", input_names=ins, output_names=["y"], source=f"// {bits} {masked}")

class Layer:
    def __init__(self, head_dim: int, group_size: int = 32):
        self.d = head_dim
        self.group_size = group_size

    def __call__(self, q: mx.array, w, mask=None):
        B, H, L, D = q.shape
        if not mx.metal.is_available():
            return fallback(q)
        if D % 4096 != 0:
            raise ValueError("D")
        k = _kernel(self.group_size // 8, mask is not None)
        return k(inputs=[q.astype(mx.float16), w.reshape(-1)], template=[("D", D)], grid=(32, H, B * L), threadgroup=(32, 1, 1),
                 output_shapes=[(B, H, L), q.shape[:-1]], output_dtypes=[q.dtype, mx.uint32])[0]

def cached(key, make):
    return CACHE.get(key) or make()

def other(x):
    k = cached("o", lambda: mx.fast.metal_kernel("other", ["x"], ["y"], "y[0] = x[0];"))
    table[0](inputs=[x], grid=(1, 1, 1), threadgroup=(1, 1, 1), output_shapes=[(1,)], output_dtypes=[mx.float32])
`, nil, nil)
	require.Len(t, kernels, 2)
	qmv := kernels[0]
	require.Equal(t, "// 4 False", qmv.Args["source"])
	require.Equal(t, 8, qmv.Line)
	require.Len(t, qmv.Launches, 1)
	l := qmv.Launches[0].Args
	require.Equal(t, []int64{32, 4, 32}, Dims(l["grid"]))
	inputs := l["inputs"].(*List).Items
	require.Equal(t, []int64{2, 4, 16, 64}, inputs[0].(*Array).Shape)
	require.Equal(t, Symbol("mlx.core.float16"), inputs[0].(*Array).DType)
	require.Equal(t, []int64{1024}, inputs[1].(*Array).Shape)
	require.Equal(t, []int64{2, 4, 16}, Dims(l["output_shapes"].(*List).Items[1]))
	require.Contains(t, strings.Join(qmv.Launches[0].Notes, "; "), "mask is None, its default")
	require.Equal(t, "other", kernels[1].Args["name"])
	require.Len(t, orphans, 1)
}

// TestCalled: what a program does itself needs no guesses.
func TestCalled(t *testing.T) {
	kernels, orphans := Read(context.Background(), "a.py", `
import mlx.core as mx

def from_doc(name, inputs):
    def wrap(f):
        return mx.fast.metal_kernel(name=name, input_names=inputs, output_names=["y"], source=f.__doc__)
    return wrap

@from_doc("documented", ["x"])
def documented():
    """y[0] = x[0];"""

class Scale(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n = n

    def __call__(self, x, offset=0):
        return documented(inputs=[x, offset], grid=(self.n, 1, 1), threadgroup=(1, 1, 1), output_shapes=[x.shape], output_dtypes=[x.dtype])[0]

y = Scale(3)(mx.zeros((5, 6)), offset=2)

class Tests(unittest.TestCase):
    def setUp(self):
        self.n = 7

    def test(self):
        k = mx.fast.metal_kernel("tested", ["x"], ["y"], f"y[0] = {self.n};")
`, nil, nil)
	require.Empty(t, orphans)
	require.Len(t, kernels, 2)
	require.Equal(t, "y[0] = x[0];", kernels[0].Args["source"])
	require.Len(t, kernels[0].Launches, 1)
	l := kernels[0].Launches[0]
	require.Empty(t, l.Notes)
	require.Equal(t, []int64{3, 1, 1}, Dims(l.Args["grid"]))
	require.Equal(t, []int64{5, 6}, Dims(l.Args["output_shapes"].(*List).Items[0]))
	inputs, _ := l.Inputs()
	require.Equal(t, int64(2), inputs[1])
	require.Equal(t, "y[0] = 7;", kernels[1].Args["source"])
}

// TestDerivative: what a custom_function was called with tells what its derivative
// is called with; an only argument is no tuple.
func TestDerivative(t *testing.T) {
	const program = `
import math
import mlx.core as mx
forward = mx.fast.metal_kernel("forward", ["x"], ["y"], "y[0] = x[0];")
backward = mx.fast.metal_kernel("backward", ["x", "g", "f"], ["d"], "d[0] = x[0] * g[0] * f;")

def launch(k, inputs, like):
    return k(inputs=inputs, grid=(math.prod(like.shape), 1, 1), threadgroup=(1, 1, 1), output_shapes=[like.shape], output_dtypes=[like.dtype])[0]

@mx.custom_function
def one(x):
    return launch(forward, [x], x)

@one.vjp
def one_vjp(x, cotangent, output):
    return launch(backward, [x, cotangent, 2.0], x)

@mx.custom_function
def two(x, factor):
    return launch(forward, [x], x)

@two.vjp
def two_vjp(primals, cotangent, output):
    x, factor = primals
    return launch(backward, [x, cotangent, factor], x), None
`
	for call, factor := range map[string]any{"one(mx.zeros((8, 6))[1:6:2, ::-1])": 2.0, "two(mx.zeros((3, 6)), factor=3)": int64(3)} {
		kernels, _ := Read(t.Context(), "a.py", program+"\ny = "+call+"\n", nil, nil)
		require.Len(t, kernels, 2)
		l := kernels[1].Launches[0]
		require.Empty(t, l.Notes, call)
		require.Equal(t, []int64{18, 1, 1}, Dims(l.Args["grid"]), call)
		inputs, _ := l.Inputs()
		require.Equal(t, []int64{3, 6}, inputs[1].(*Array).Shape, call)
		require.Equal(t, factor, inputs[2], call)
	}
	kernels, _ := Read(t.Context(), "a.py", strings.ReplaceAll(program, "):\n    return launch(forward", "):\n    assert x.ndim == 2\n    return launch(forward"), nil, nil)
	l := kernels[1].Launches[0]
	inputs, _ := l.Inputs()
	require.Equal(t, inputs[0].(*Array).Shape, inputs[1].(*Array).Shape, "plausible ones are the same")
}

// FuzzRead: no program panics, or takes long.
func FuzzRead(f *testing.F) {
	f.Add("def f(x, n: int = 2, *a, **k):\n  for i in range(n):\n    yield x.shape[i:]\nk = mx.fast.metal_kernel(name='a', source=f'{x:>{n}} {f(1)!r}')")
	f.Add("x = metal_kernel(((((\nmetal_kernel(source=f'{{{x}'")
	f.Add("{**") // neither dictionary nor set
	f.Add("class A(B, metaclass=C):\n  a: int = 1\n  def m(self): return {k: v for k, v in self.d.items()}\n@p.parametrize('a,b', [(1, 2)])\ndef t(a, b): A().m()(inputs=[a], output_shapes=[a.shape])")
	f.Add("a, *b = c[::2], lambda x=1, *y: x if y else (z := 3)\nwith open('f') as g, h: a.b[c] **= -1 // 2 << 3\ntry:\n  raise\nexcept E:\n  pass\nelse: del a; global q")
	f.Fuzz(func(t *testing.T, text string) {
		Read(context.Background(), "f.py", text, nil, nil)
		Read(context.Background(), "f.swift", text, nil, nil)
	})
}

// TestMadeArrays: functions that give an array like their argument, or of a type
// of their own, and the products that loops over settings run through.
func TestMadeArrays(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.py", `
import itertools
import mlx.core as mx, mlx.nn as nn
def build(tile, unrolled):
    return mx.fast.metal_kernel(f"k{tile}{'u' if unrolled else ''}", ["x", "order", "bits"], ["y"], "y[0] = x[0];")
x = nn.softplus(mx.random.normal((3, 5)))
for tile, unrolled in itertools.product([8, 16], (True, False)):
    build(tile, unrolled)(inputs=[x, mx.argsort(x), mx.random.bits((4,))], grid=(tile, 1, 1), threadgroup=(1, 1, 1), output_shapes=[x.shape], output_dtypes=[x.dtype])
`, nil, nil)
	var names []any
	for _, k := range kernels {
		names = append(names, k.Args["name"])
	}
	require.Equal(t, []any{"k8u", "k8", "k16u", "k16"}, names)
	for i, want := range []Array{{Shape: []int64{3, 5}, DType: "mlx.core.float32"}, {Shape: []int64{3, 5}, DType: "mlx.core.uint32"}, {Shape: []int64{4}, DType: "mlx.core.uint32", Fill: "bits"}} {
		require.Equal(t, &want, kernels[3].Launches[0].Args["inputs"].(*List).Items[i])
	}
}

// TestImportedKernels: one that another module makes counts where it is launched.
func TestImportedKernels(t *testing.T) {
	files := map[string]string{"dir/ops.py": "import mlx.core as mx\nk = mx.fast.metal_kernel('k', ['x'], ['y'], 'y[0] = 1;')\nunused = mx.fast.metal_kernel('u', ['x'], ['y'], 'y[0] = 2;')\ndef f(x):\n  return k(inputs=[x], grid=(3, 1, 1), threadgroup=(1, 1, 1), output_shapes=[(1,)], output_dtypes=[mx.float32])\n"}
	kernels, _ := Read(context.Background(), "dir/main.py", "import mlx.core as mx\nimport ops\n\nops.f(mx.zeros((3,)))\nops.f(mx.zeros((3,)))\n", nil, func(path string) (string, bool) {
		s, ok := files[path]
		return s, ok
	})
	require.Len(t, kernels, 1)
	require.Equal(t, "k", kernels[0].Args["name"])
	require.Equal(t, 4, kernels[0].Line)
	require.Len(t, kernels[0].Launches, 2)
}

// TestSupposedShapes: arrays have the ranks and the shapes without which the
// program raises an error.
func TestSupposedShapes(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.py", `
import mlx.core as mx
kernel = mx.fast.metal_kernel(name="k", input_names=["q", "k", "v", "w", "z"], output_names=["y"], source="y[0] = q[0];")
def check(q, k, v):
    if q.ndim != 4 or k.ndim != 3:
        raise ValueError(f"{q.shape}")
    if k.shape != v.shape:
        raise ValueError
    B, S, H, D = q.shape
    return B * S * H * D
def attend(q: mx.array, k: mx.array, v: mx.array, w: mx.array, z: mx.array):
    assert w.ndim == 1 and len(z.shape) == 5, "ranks"
    n = check(q, k, v)
    return kernel(inputs=[q, k, v, w, z], grid=(n, 1, 1), threadgroup=(32, 1, 1), output_shapes=[q.shape], output_dtypes=[q.dtype])[0]
`, nil, nil)
	require.Len(t, kernels, 1)
	require.Len(t, kernels[0].Launches, 1)
	l := kernels[0].Launches[0].Args
	require.Equal(t, []int64{2 * 16 * 4 * 64, 1, 1}, Dims(l["grid"]))
	for i, shape := range [][]int64{{2, 16, 4, 64}, {4, 16, 64}, {4, 16, 64}, {64}, {2, 2, 4, 16, 64}} {
		require.Equal(t, shape, l["inputs"].(*List).Items[i].(*Array).Shape)
	}
}

// TestReadCancelled: an endless program, and the functions behind it, are left
// when the context ends.
func TestReadCancelled(t *testing.T) {
	const text = "import mlx.core as mx\nn = 0\nwhile n >= 0:\n    n += 1\ndef f(x):\n    k = mx.fast.metal_kernel('k', ['x'], ['y'], 'a')\n"
	kernels, _ := Read(t.Context(), "a.py", text, nil, nil)
	require.Len(t, kernels, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	kernels, _ = Read(ctx, "a.py", text, nil, nil)
	require.Empty(t, kernels)
}

// TestReadLarge: what looked through all that follows at each of its tokens
// took minutes or hours in a large file.
func TestReadLarge(t *testing.T) {
	const (
		swift  = "let k = MLXFast.metalKernel(name: \"k\", inputNames: [\"x\"], outputNames: [\"y\"], source: \"a\")\n"
		python = "import mlx.core as mx\nk = mx.fast.metal_kernel('k', ['x'], ['y'], 'a')\nx = f'''"
	)
	for _, c := range []struct{ file, text, again string }{
		{"a.swift", swift, "\n"}, {"a.swift", swift, "#"}, {"a.swift", swift, "class A {}\n"}, {"a.py", python, "{a}"},
	} {
		kernels, _ := Read(t.Context(), c.file, c.text+strings.Repeat(c.again, maxFileBytes/4/len(c.again)), nil, nil)
		require.Len(t, kernels, 1, c.again)
	}
}

// TestVJPOfItself: a derivative that calls its function ends, and leaves what
// follows its share of the work.
func TestVJPOfItself(t *testing.T) {
	kernels, _ := Read(t.Context(), "a.py", `
import mlx.core as mx
k = mx.fast.metal_kernel(name="k", input_names=["x"], output_names=["y"], source="a")
@mx.custom_function
def f(x):
    return x + 1
@f.vjp
def f_vjp(primals, cotangents, outputs):
    return f(primals) + f(cotangents) + f(outputs)
f(mx.zeros((8,)))
k(inputs=[mx.zeros((8,))], grid=(8, 1, 1), threadgroup=(8, 1, 1), output_shapes=[(8,)], output_dtypes=[mx.float32])
`, nil, nil)
	require.Len(t, kernels, 1)
	require.Len(t, kernels[0].Launches, 1)
}

// TestPassedOn: a parameter is an array where a function that it is passed on to takes
// one, also through others, and in the methods of a class.
func TestPassedOn(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.py", `
import mlx.core as mx
kernel = mx.fast.metal_kernel(name="k", input_names=["r", "s"], output_names=["y"], source="y[0] = r[0];")
def wkv(n, r, s):
    T, H, D = r.shape
    return kernel(inputs=[r, s], grid=(H * D, 1, 1), threadgroup=(D, 1, 1), output_shapes=[r.shape], output_dtypes=[r.dtype])[0]
class Block:
    def __call__(self, x, c):
        return self.inner(c, n=x)
    def inner(self, c, n):
        return wkv(2, n, c)
`, nil, nil)
	require.Len(t, kernels, 1)
	l := kernels[0].Launches[0]
	require.Equal(t, []int64{4 * 64, 1, 1}, Dims(l.Args["grid"]))
	require.Equal(t, []int64{16, 4, 64}, Dims(l.Args["output_shapes"].(*List).Items[0]))
	require.IsType(t, &Array{}, l.Args["inputs"].(*List).Items[1])
}

// TestGuessedAttributes: what was assumed of a constructor's parameters is said where a
// kernel depends on it, and nothing of other ones.
func TestGuessedAttributes(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.py", `
import mlx.core as mx
class M:
    def __init__(self, n, heads, eps=0.5, rank=3):
        self.n, self.eps = n * 2, eps
        self.rank = rank
        self.heads = heads
        self.out = heads
        self.settle()
    def settle(self):
        self.out = 1
    def width(self):
        return self.rank
    def __call__(self, x):
        k = mx.fast.metal_kernel(name="k", input_names=["x"], output_names=["y"], source=f"y[0] = x[{self.n}];")
        return k(inputs=[x], grid=(self.width(), 1, 1), threadgroup=(1, 1, 1), output_shapes=[(self.out,)], output_dtypes=[mx.float32])[0]
`, nil, nil)
	require.Len(t, kernels, 1)
	require.Equal(t, []string{"n is 64"}, kernels[0].Notes)
	require.Equal(t, []string{"n is 64", "rank is 3, its default"}, kernels[0].Launches[0].Notes)
}

// TestTypedNumbers: numbers of numpy compute, count and index as numpy's do, exactly.
func TestTypedNumbers(t *testing.T) {
	for expression, want := range map[string]string{
		"a / 2": "3.5", "a // 2": "3", "a * 0.5": "3.5", "0.5 * a": "3.5", "-a": "-7", "~np.uint8(0)": "255", "not a": "False", "a and 5": "5",
		"np.int32(3.7)": "3", "np.uint8(250) + np.uint8(10)": "4", "np.uint64(0x1234567890ABCDEF)": "1311768467294899695", "np.int32(2) * np.float32(0.5)": "1.0",
		"'yes' if np.int32(0) else 'no'": "no", "[10, 20, 30][np.int32(2)]": "30", "[10, 20, 30][:np.int32(2)]": "[10, 20]", "{3: 'three'}[np.int32(3)]": "three",
		"list(range(np.int32(2)))": "[0, 1]", "abs(-a)": "7", "a.item() + 1": "8", "a.astype(np.float32)": "7.0", "bool(a)": "True", "isinstance(a, int)": "False",
	} {
		kernels, _ := Read(context.Background(), "a.py", `
import mlx.core as mx
import numpy as np
a = np.int32(7)
k = mx.fast.metal_kernel(name="k", input_names=["x"], output_names=["y"], source=str(`+expression+`))
k(inputs=[-a], grid=(a, 1, 1), threadgroup=(1, 1, 1), output_shapes=[(a,)], output_dtypes=[mx.float32])
`, nil, nil)
		require.Len(t, kernels, 1, expression)
		require.Equal(t, want, kernels[0].Args["source"], expression)
		l := kernels[0].Launches[0]
		require.Equal(t, []int64{7, 1, 1}, Dims(l.Args["grid"]))
		in := l.Args["inputs"].(*List).Items[0].(*Array)
		require.Equal(t, []any{Symbol("mlx.core.int32"), []float64{-7}}, []any{in.DType, in.Values})
	}
}

// TestScalarTypes: numpy's scalars have the type that a program gives them.
func TestScalarTypes(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.py", `
import mlx.core as mx
import numpy as np
kernel = mx.fast.metal_kernel(name="k", input_names=["n", "m"], output_names=["y"], source="y[0] = n + m[1];")
def run(k):
    return kernel(inputs=[mx.array(np.uint32(k)), mx.array([np.int16(k), 2])], grid=(int(np.uint32(k)), 1, 1), threadgroup=(1, 1, 1), output_shapes=[(1,)], output_dtypes=[mx.uint32])
run(4)
`, nil, nil)
	require.Len(t, kernels, 1)
	l := kernels[0].Launches[0]
	require.Equal(t, []int64{4, 1, 1}, Dims(l.Args["grid"]))
	inputs := l.Args["inputs"].(*List).Items
	require.Equal(t, &Array{DType: "mlx.core.uint32", Shape: []int64{}, Values: []float64{4}}, inputs[0])
	require.Equal(t, &Array{DType: "mlx.core.int16", Shape: []int64{2}, Values: []float64{4, 2}}, inputs[1])
}
