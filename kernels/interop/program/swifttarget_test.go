package program

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSwiftTarget: the files of a target see what the others declare, and those of other targets
// and what is private do not count.
func TestSwiftTarget(t *testing.T) {
	files := map[string]string{
		"Sources/Model":                        "Config.swift\nModel.swift\nKernels/\n",
		"Sources/Model/Kernels":                "Header.swift\nHeader 2.swift\n",
		"Sources/Other/Config.swift":           "enum Config { static let width = 1 }",
		"Sources/Model/Config.swift":           "import MLX\npublic enum Config {\n    static let width = heads * 32\n}\nextension Config {\n    static let rows = 2 * width\n}\nprivate let body = \"wrong\"\n",
		"Sources/Model/Kernels/Header.swift":   "let header = \"// \\(Config.width) \\(title)\"\nlet heads = 4\n",
		"Sources/Model/Kernels/Header 2.swift": "let extra = MLXFast.metalKernel(name: \"extra\", inputNames: [\"x\"], outputNames: [\"y\"], source: body + title)\nlet unused = MLXFast.metalKernel(name: \"unused\", inputNames: [\"x\"], outputNames: [\"y\"], source: \"\")\nfunc make() -> Int { 1 }\n",
	}
	read := func(path string) (string, bool) {
		text, ok := files[path]
		return text, ok
	}
	kernels, _ := Read(context.Background(), "Sources/Model/Model.swift", `
let title = "a"
let body = "b"
let kernel = MLXFast.metalKernel(name: "k", inputNames: ["x"], outputNames: ["y"], source: "y[\(Config.width)] = \(missing);", header: header)
func run(_ x: MLXArray) -> [MLXArray] {
    extra([x], grid: (Config.width, Config.rows, 1), threadGroup: (1, 1, 1), outputShapes: [[make()]], outputDTypes: [.float32])
}
`, nil, read)
	require.Len(t, kernels, 2)
	require.Equal(t, "// 128 a", kernels[0].Args["header"])
	require.Equal(t, "y[128] = missing;", kernels[0].Args["source"].(Unknown).Partly)
	require.Equal(t, "ba", kernels[1].Args["source"])
	require.Equal(t, 6, kernels[1].Line)
	require.Equal(t, []int64{128, 256, 1}, Dims(kernels[1].Launches[0].Args["grid"]))
}
