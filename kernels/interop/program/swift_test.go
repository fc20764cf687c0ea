package program

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSwift: Swift is read as the Python that says the same.
func TestSwift(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
import MLX
// Doubles.
private let header = """
    inline float twice(float x) { return 2.0f * x; }
    """

enum Kernels {
    static let bits = 4
    static func make(_ name: String, masked: Bool = false) -> MLXFast.MLXFastKernel? {
        guard Device.defaultDevice().deviceType == .gpu else { return nil }
        var source = #"""
            // "quoted" \ \#(bits)
            """#
        source += masked ? "if (mask[i]) { y[i] = 1; }" : "y[i] = x[i] \(bits * 2)"
        return MLXFast.metalKernel(
            name: "swift_\(name)", inputNames: masked ? ["x", "mask"] : ["x"], outputNames: ["y"],
            source: source, header: header, ensureRowContiguous: false)
    }
}

final class Layer: Module, UnaryLayer {
    let kernel: MLXFast.MLXFastKernel
    private let scale: Float

    init(scale: Float) {
        self.kernel = Kernels.make("layer")!
        self.scale = scale
        super.init()
    }

    public func callAsFunction(_ x: MLXArray, at offset: Int) -> MLXArray {
        let (B, L) = (x.dim(0), x.dim(1))
        if let cache = x.cache {
            fatalError("no")
        }
        return kernel([x], template: [("T", DType.float16), ("N", L)],
            grid: (32, B, 1), threadGroup: (32, 1, 1),
            outputShapes: [[B, L]], outputDTypes: [.float16], initValue: 0)[0]
    }
}
`, nil, nil)
	require.Len(t, kernels, 1)
	k := kernels[0]
	require.Equal(t, "swift_layer", k.Args["name"])
	require.Equal(t, "inline float twice(float x) { return 2.0f * x; }", k.Args["header"])
	require.Equal(t, "// \"quoted\" \\ 4y[i] = x[i] 8", k.Args["source"])
	require.Equal(t, false, k.Args["ensure_row_contiguous"])
	require.Len(t, k.Launches, 1)
	l := k.Launches[0].Args
	require.Equal(t, []int64{32, 2, 1}, Dims(l["grid"]))
	require.Equal(t, []int64{2, 16}, Dims(l["output_shapes"].(*List).Items[0]))
	require.Equal(t, Symbol("mlx.core.float16"), l["output_dtypes"].(*List).Items[0])
	require.Equal(t, Symbol("mlx.core.float16"), l["template"].(*List).Items[0].(*List).Items[1])
	require.Equal(t, int64(0), l["init_value"])
}

// TestSwiftManager: kernels that a shared object holds, which its own type makes
// before the members that it needs.
func TestSwiftManager(t *testing.T) {
	kernels, orphans := Read(context.Background(), "a.swift", `
final class Manager: Sendable {
    static let shared = Manager()
    let kernel: MLXFast.MLXFastKernel
    private let masked: MLXFast.MLXFastKernel
    private init() {
        kernel = MLXFast.metalKernel(name: "plain", inputNames: ["x"], outputNames: ["y"], source: Manager.body)
        masked = MLXFast.metalKernel(name: "masked", inputNames: ["x", "m"], outputNames: ["y"], source: "y[0] = m[0];")
    }
    static let body = "y[0] = x[0];"
    func kernel(hasMask: Bool) -> MLXFast.MLXFastKernel { return hasMask ? masked : kernel }
}
func plain(_ x: MLXArray) -> MLXArray {
    Manager.shared.kernel([x], grid: (8, 1, 1), threadGroup: (8, 1, 1), outputShapes: [[8]], outputDTypes: [.float32])[0]
}
class Layer: Module {
    let manager: Manager
    init(manager: Manager = .shared) { self.manager = manager }
    func callAsFunction(_ x: MLXArray, _ m: MLXArray) -> MLXArray {
        let chosen = manager.kernel(hasMask: true)
        return chosen([x, m], grid: (9, 1, 1), threadGroup: (8, 1, 1), outputShapes: [[9]], outputDTypes: [.float32])[0]
    }
}
`, nil, nil)
	require.Empty(t, orphans)
	require.Len(t, kernels, 2)
	require.Equal(t, "y[0] = x[0];", kernels[0].Args["source"])
	for i, grid := range []int64{8, 9} {
		require.Len(t, kernels[i].Launches, 1)
		require.Equal(t, []int64{grid, 1, 1}, Dims(kernels[i].Launches[0].Args["grid"]))
	}
}

// TestSwiftArrays: an array literal may have a type and a shape, and one
// declaration may bind several names.
func TestSwiftArrays(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
func make(order: Int) -> MLXFast.MLXFastKernel {
    MLXFast.metalKernel(name: "k\(order)", inputNames: ["x", "c"], outputNames: ["y"], source: "y[0] = x[0] * c[0];")
}
func run(_ x: MLXArray, _ c: MLXArray) -> MLXArray {
    make(order: c.dim(0))([x, c], grid: (x.dim(1), 1, 1), threadGroup: (1, 1, 1), outputShapes: [x.shape], outputDTypes: [x.dtype])[0]
}
var a = MLXArray.zeros([2, 7]), c = MLXArray([1, 2e-1, 3, 4, 5, 6] as [Float], [3, 2])
let y = run(a, c)
`, nil, nil)
	require.Len(t, kernels, 1)
	require.Equal(t, "k3", kernels[0].Args["name"])
	require.Equal(t, []int64{7, 1, 1}, Dims(kernels[0].Launches[0].Args["grid"]))
	c := kernels[0].Launches[0].Args["inputs"].(*List).Items[1].(*Array)
	require.Equal(t, []int64{3, 2}, c.Shape)
	require.Equal(t, Symbol("mlx.core.float32"), c.DType)
	require.Equal(t, []float64{1, 0.2, 3, 4, 5, 6}, c.Values)
}

// TestSwiftReturns: a function returns the only expression of its body.
func TestSwiftReturns(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
private func body(
    rows: Int, krot: Int = 16
) -> String {
    """
    constexpr int ROWS = \(rows), K = \(krot);
    """
}
func width(_ x: MLXArray) -> Int { x.dim(-1) }
func set(_ x: inout Int) { x = 3 }
nonisolated(unsafe) private var made: [Int: MLXFast.MLXFastKernel] = [:]
func kernel(tile: Int) -> MLXFast.MLXFastKernel {
    lock.withLock {
        if let cached = made[tile] {
            return cached
        }
        let kernel = MLXFast.metalKernel(
            name: "rotate_\(tile)", inputNames: ["x"], outputNames: ["y"], source: body(rows: tile))
        made[tile] = kernel
        return kernel
    }
}
func rotate(_ x: MLXArray) -> MLXArray {
    kernel(tile: 4)([x], grid: (width(x), 1, 1), threadGroup: (32, 1, 1), outputShapes: [[2, 64]], outputDTypes: [.float32])[0]
}
`, nil, nil)
	require.Len(t, kernels, 1)
	require.Equal(t, "rotate_4", kernels[0].Args["name"])
	require.Equal(t, "constexpr int ROWS = 4, K = 16;", kernels[0].Args["source"])
	require.Len(t, kernels[0].Launches, 1)
}

// TestSwiftParameters: numbers that nothing tells take plausible values, lists do not.
func TestSwiftParameters(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
func encode(_ x: MLXArray, bits: Int, dim: Int, causal: Bool, axes: [Int]) -> MLXArray {
    let made: MLXFast.MLXFastKernel
    if let cached = kernels[bits] {
        made = cached
    } else {
        let k = MLXFast.metalKernel(name: "encode_\(bits)", inputNames: ["x"], outputNames: ["y"], source: "y[0] = x[0];")
        kernels[bits] = k
        made = k
    }
    return made([x], template: [("Bits", bits), ("Causal", causal), ("Axis", axes[0])], grid: (Int(dim), 1, 1), threadGroup: (32, 1, 1),
        outputShapes: [[dim]], outputDTypes: [.float32])[0]
}
`, nil, nil)
	require.Len(t, kernels, 1)
	require.Equal(t, "encode_4", kernels[0].Args["name"])
	require.Len(t, kernels[0].Launches, 1)
	l := kernels[0].Launches[0].Args
	require.Equal(t, []int64{64, 1, 1}, Dims(l["grid"]))
	for i, want := range []any{int64(4), false, Unknown{Text: "axes[0]"}} {
		require.Equal(t, want, l["template"].(*List).Items[i].(*List).Items[1])
	}
}

// TestSwiftGuard: what a guard binds is known behind it, and what it asks for holds.
func TestSwiftGuard(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
func make() -> MLXFast.MLXFastKernel? {
    guard Device.defaultDevice().deviceType == .gpu else { return nil }
    return MLXFast.metalKernel(name: "guarded", inputNames: ["x"], outputNames: ["y"], source: "y[0] = x[0];")
}
func run(_ x: MLXArray) -> MLXArray {
    guard x.ndim == 3,
        let kernel = make(), let n = Int("8") ?? nil
    else {
        fatalError("no")
    }
    return kernel([x], grid: (x.dim(0), 1, 1), threadGroup: (1, 1, 1), outputShapes: [x.shape], outputDTypes: [.float32])[0]
}
`, nil, nil)
	require.Len(t, kernels, 1)
	require.Len(t, kernels[0].Launches, 1)
	require.Equal(t, []int64{4, 16, 64}, kernels[0].Launches[0].Args["inputs"].(*List).Items[0].(*Array).Shape)
}

// TestSwiftFunctionsAround: whatever functions, properties and switches stand in front of a
// kernel, it is found.
func TestSwiftFunctionsAround(t *testing.T) {
	for _, around := range []string{
		"func f(_ s: S) -> [String: N] {\n    return c\n}",
		"func f<T: P>(_ s: T, k: [String: Int]) -> T {\n    return c\n}",
		"func f(_ s: S)\n    throws -> (a: Int, b: [Int: T]) where T: P\n{\n    return c\n}",
		"func f<T>(_ s: T) where T: P {\n    return\n}",
		"func +++ (a: Int, b: Int) -> Int { return a }",
		"extension A {\n    var x: [String: N] { return c }\n    subscript(i: Int) -> Int { return 3 }\n    var y: Int {\n        get { return 2 }\n        set { a = 3 }\n    }\n    deinit { return }\n}",
		"if x {\n    return\n}",
		"func f(_ e: E) -> String {\n    switch e {\n    case .a(x: \"}:\"), .b: return \"b\"\n    case let .c(y) where y > 1:\n        if case .d = y { return \"c\" }\n        a = 1; b = 2\n    @unknown default:\n        return \"d\"\n    }\n}",
		"let s = switch e { case .a: 1; default: 2 }",
		"switch e {\ncase .a:\n    switch f { case 1: g(); default: break }\ncase .b: break\n}",
	} {
		kernels, orphans := Read(context.Background(), "a.swift", around+`
let k = MLXFast.metalKernel(name: "k", inputNames: ["x"], outputNames: ["y"], source: "y[0] = x[0];")
let o = k([x], grid: (1, 1, 1), threadGroup: (1, 1, 1), outputShapes: [[1]], outputDTypes: [.float32])
`, nil, nil)
		require.Len(t, kernels, 1, around)
		require.Equal(t, "k", kernels[0].Args["name"], around)
		require.Len(t, kernels[0].Launches, 1, around)
		require.Empty(t, orphans, around)
	}
}

// TestSwiftSwitch: a kernel of each case is found.
func TestSwiftSwitch(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
final class Cache {
    func kernel(for key: Key) -> MLXFast.MLXFastKernel {
        if let k = kernels[key] { return k }
        let k: MLXFast.MLXFastKernel
        switch key.pass {
        case .part where key.writes:
            k = MLXFast.metalKernel(name: "part", inputNames: ["x"], outputNames: ["y"], source: "y[0] = x[0];")
        case .merge, .write(to: 3):
            k = MLXFast.metalKernel(name: "merge", inputNames: ["x"], outputNames: ["y"], source: "y[0] = x[1];")
        default:
            k = MLXFast.metalKernel(name: "other", inputNames: ["x"], outputNames: ["y"], source: "y[0] = x[2];")
        }
        return k
    }
}
`, nil, nil)
	var names []any
	for _, k := range kernels {
		names = append(names, k.Args["name"])
	}
	require.Equal(t, []any{"part", "merge", "other"}, names)
}

// TestAxesOfArguments: the axes of an array have the names that the function gives them which
// asks for its shape first, be it called by another.
func TestAxesOfArguments(t *testing.T) {
	for file, text := range map[string]string{
		"a.py": `
kernel = mx.fast.metal_kernel(name="k", input_names=["k"], output_names=["y"], source="y[0] = k[0];")
def launch(k):
    B, T, Hk, Dk = k.shape
    return kernel(inputs=[k], grid=(Dk, Hk, B * T), threadgroup=(1, 1, 1), output_shapes=[(B, T)], output_dtypes=[mx.float32])
def update(k: mx.array):
    return launch(k)
`,
		"a.swift": `
let kernel = MLXFast.metalKernel(name: "k", inputNames: ["k"], outputNames: ["y"], source: "y[0] = k[0];")
func launch(k: MLXArray) -> [MLXArray] {
    let B = k.dim(0)
    let (T, Hk) = (k.dim(1), k.dim(2))
    return kernel([k], grid: (k.dim(3), Hk, B * T), threadGroup: (1, 1, 1), outputShapes: [[B, T]], outputDTypes: [.float32])
}
func update(k: MLXArray) -> [MLXArray] { launch(k: k) }
`,
	} {
		kernels, _ := Read(context.Background(), file, text, nil, nil)
		require.Len(t, kernels, 1, file)
		require.Len(t, kernels[0].Launches, 1, file)
		require.Equal(t, []int64{64, 2, 32}, Dims(kernels[0].Launches[0].Args["grid"]), file)
	}
}

// TestSwiftTypes: scalars have the type that a program gives them, and Self is the class.
func TestSwiftTypes(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
final class Top {
    static let threads = 128
    let kernel = MLXFast.metalKernel(name: "k", inputNames: ["x", "n", "m", "w", "s"], outputNames: ["y"], source: "y[0] = x[0];")
    func run(_ x: MLXArray, k: Int) -> MLXArray {
        let rows = UInt32(x.dim(0))
        return kernel([x, MLXArray(rows), MLXArray([Int32(k), 2]), MLXArray.ones([3], type: Float16.self), MLXArray(Float(k)).asType(Float.self)],
            grid: (Int(rows) * Self.threads, 1, 1), threadGroup: (Self.threads, 1, 1), outputShapes: [[k]], outputDTypes: [x.dtype])[0]
    }
}
let y = Top().run(MLXArray.zeros([16, 100]), k: 4)
`, nil, nil)
	require.Len(t, kernels, 1)
	l := kernels[0].Launches[0]
	require.Equal(t, []int64{2048, 1, 1}, Dims(l.Args["grid"]))
	var got []any
	for _, in := range l.Args["inputs"].(*List).Items[1:] {
		a := in.(*Array)
		got = append(got, a.DType.Last(), a.Shape, a.Values)
	}
	require.Equal(t, []any{"uint32", []int64{}, []float64{16}, "int32", []int64{2}, []float64{4, 2}, "float16", []int64{3}, []float64(nil), "float32", []int64{}, []float64{4}}, got)
}

// TestSwiftTypedNumbers: a number that has a type has its text and computes, and a
// parameter of such a type is such a number.
func TestSwiftTypedNumbers(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
func run(_ x: MLXArray, seed: UInt32, gain: Float16) -> MLXArray {
    let t = UInt32(8)
    let k = MLXFast.metalKernel(name: "k\(t + 1)", inputNames: ["seed", "gain", "t"], outputNames: ["o"], source: "o[0] = \(t * 2);")
    return k([MLXArray(seed), MLXArray(gain), MLXArray(t - 1)], grid: (t > 7 ? Int(t) : 1, 1, 1), threadGroup: (1, 1, 1), outputShapes: [[1]], outputDTypes: [.float32])[0]
}
`, nil, nil)
	require.Len(t, kernels, 1)
	require.Equal(t, "k9", kernels[0].Args["name"])
	require.Equal(t, "o[0] = 16;", kernels[0].Args["source"])
	l := kernels[0].Launches[0]
	require.Equal(t, []int64{8, 1, 1}, Dims(l.Args["grid"]))
	for i, want := range []Array{{DType: "mlx.core.uint32", Values: []float64{0}}, {DType: "mlx.core.float16", Values: []float64{1}}, {DType: "mlx.core.uint32", Values: []float64{7}}} {
		want.Shape = []int64{}
		require.Equal(t, &want, l.Args["inputs"].(*List).Items[i])
	}
	require.Contains(t, l.Notes, "seed is 0")
}

// TestSwiftLimits: the least and the greatest numbers of a type are numbers, and no names.
func TestSwiftLimits(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
let k = MLXFast.metalKernel(name: "k", inputNames: ["x"], outputNames: ["o"], source: "\(UInt8.max) \(Int32.max) \(Int32.min) \(UInt32.max) \(UInt32.min) \(Int.max) \(Int64.min)")
`, nil, nil)
	require.Len(t, kernels, 1)
	require.Equal(t, "255 2147483647 -2147483648 4294967295 0 9223372036854775807 -9223372036854775808", kernels[0].Args["source"])
}

// TestSwiftExtension: what a program adds to arrays leaves them what they are, and works on them.
func TestSwiftExtension(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
let kernel = MLXFast.metalKernel(name: "k", inputNames: ["w"], outputNames: ["y"], source: "y[0] = w[0];")
extension MLXArray {
    var rows: Int { dim(0) }
}
extension MLXArray {
    func halved(by n: Int = 2) -> MLXArray {
        return kernel([self], grid: (rows, self.dim(1), 1), threadGroup: (1, 1, 1), outputShapes: [[dim(0), dim(-1) / n]], outputDTypes: [dtype])[0]
    }
}
let y = MLXArray.zeros([6, 10], dtype: .float16).halved()
`, nil, nil)
	require.Len(t, kernels, 1)
	require.NotEmpty(t, kernels[0].Launches)
	l := kernels[0].Launches[0]
	require.Equal(t, []int64{6, 10, 1}, Dims(l.Args["grid"]))
	require.Equal(t, &Array{DType: "mlx.core.float16", Shape: []int64{6, 10}}, l.Args["inputs"].(*List).Items[0])
	require.Equal(t, []int64{6, 5}, Dims(l.Args["output_shapes"].(*List).Items[0]))
}
