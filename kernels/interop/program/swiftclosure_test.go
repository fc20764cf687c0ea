package program

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSwiftValues: what a closure computes that is called at once, or a property, is known.
func TestSwiftValues(t *testing.T) {
	for _, c := range []struct{ text, source string }{
		{"let s: String = {\n    let n = 3\n    return \"y[0] = \\(n);\"\n}()", "y[0] = 3;"},
		{"private let s = { () -> String in\n    \"y[0] = 4;\"\n}()", "y[0] = 4;"},
		{"enum E {\n    static let s: String = {\n        let rest = { \"[0] = 5;\" }\n        let front: String = { return \"y[0] = \" }()\n        return front + \"5;\"\n    }()\n}\nlet s = E.s", "y[0] = 5;"},
		{"let f = { x in return x }\nlet s = \"y[0] = 6;\"", "y[0] = 6;"},
		{"var s: String { \"y[0] = 7;\" }", "y[0] = 7;"},
		{"struct S {\n    let n: Int\n    var text: String {\n        return \"y[0] = \\(n);\"\n    }\n    static var other: Int { 3 }\n}\nlet s = S(n: 8).text", "y[0] = 8;"},
		{"struct S {\n    var a: Int = 2 { didSet { s = \"\" } }\n    var text: String {\n        get { return \"y[0] = 9;\" }\n        set(new) { return }\n    }\n}\nlet s = S().text", "y[0] = 9;"},
		{"enum E {\n    static var s: String { \"y[0] = 10;\" }\n    static func f() -> String { s }\n}\nlet s = E.f()", "y[0] = 10;"},
		{"let s = text()\nfunc text() -> String { E.more }\nenum E {\n    static let front = head\n    static var more: String { front + \"11;\" }\n}\nlet head = \"y[0] = \"", "y[0] = 11;"},
		{"enum E {\n    static let front = \"y[0] = \"\n}\nextension E {\n    static func more(_ n: Int) -> String { front + \"\\(n);\" }\n}\nlet s = E.more(12)", "y[0] = 12;"},
		{"let s = [\"y[0]\", \"14;\"].joined(separator: \" = \")", "y[0] = 14;"},
		{"let s = (0..<3).map { i in\n    let n = i * 2\n    return \"y[\\(i)] = \\(n);\"\n}.joined()", "y[0] = 0;y[1] = 2;y[2] = 4;"},
		{"let all = Dictionary(uniqueKeysWithValues: [1, 2].map { n in (n, \"y[\\(n)] = 15;\") })\nlet s = all[2]!", "y[2] = 15;"},
		{"let s = [\"a\", \"b\"].enumerated().map({ \"\\($1)[\\($0)]\" }).joined(separator: \" = \") + String(repeating: \";\", count: 2)", "a[0] = b[1];;"},
		{"let s = Array(repeating: \"Y\".lowercased(), count: 3).joined(separator: \"=\").replacingOccurrences(of: \"=\", with: \" = \") + String(format: \"%d %@\", 3, \";\")", "y = y = y3 ;"},
		{"var s = \"\"\nfor i in 0 ..< 2 {\n    for j in 1...2 {\n        s += \"\\(i)\\(j);\"\n    }\n}", "01;02;11;12;"},
		{"let a = b\nlet b = a\nlet s = \"y[0] = 13;\"", "y[0] = 13;"},
	} {
		kernels, _ := Read(context.Background(), "a.swift", c.text+`
let k = MLXFast.metalKernel(name: "k", inputNames: ["x"], outputNames: ["y"], source: s)
`, nil, nil)
		require.Len(t, kernels, 1, c.text)
		require.Equal(t, c.source, kernels[0].Args["source"], c.text)
	}
}

// TestSwiftInterpolation: what stands in a string's interpolation is Swift.
func TestSwiftInterpolation(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
func f(_ n: Int, by m: Int = 1) -> Int { n * m }
let on = true
let k = MLXFast.metalKernel(name: "k", inputNames: ["x"], outputNames: ["y"],
    source: "y[\(f(2, by: 3))] = \(on && !false ? "a" : "b")\(on ? "[\(f(4))]" : ""); { \(Int("7") ?? 1) }")
`, nil, nil)
	require.Len(t, kernels, 1)
	require.Equal(t, "y[6] = a[4]; { 7 }", kernels[0].Args["source"])
}

// TestSwiftDivision: integers divide to integers.
func TestSwiftDivision(t *testing.T) {
	kernels, _ := Read(context.Background(), "a.swift", `
let n = 7
let k = MLXFast.metalKernel(name: "k", inputNames: ["x"], outputNames: ["y"], source: "\(n * 4 / 8) \(-n / 2) \(-n % 2) \(Float(n) / 2)")
`, nil, nil)
	require.Len(t, kernels, 1)
	require.Equal(t, "3 -3 -1 3.5", kernels[0].Args["source"])
}

// TestSwiftResource: a text that a bundle holds is read beside the program.
func TestSwiftResource(t *testing.T) {
	kernels, _ := Read(context.Background(), "dir/a.swift", `
enum Texts {
    static let body: String = {
        guard let url = Bundle.module.url(forResource: "body", withExtension: "metal") else { fatalError("no") }
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            fatalError("no")
        }
        return text
    }()
}
let k = MLXFast.metalKernel(name: "k", inputNames: ["x"], outputNames: ["y"], source: Texts.body)
`, nil, func(path string) (string, bool) { return "y[0] = x[0];", path == "dir/body.metal" })
	require.Len(t, kernels, 1)
	require.Equal(t, "y[0] = x[0];", kernels[0].Args["source"])
}
