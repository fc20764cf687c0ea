package program

import "strings"

// swiftNames are the names that differ in Swift.
var swiftNames = map[string]string{"metalKernel": "metal_kernel", "inputNames": "input_names", "outputNames": "output_names", "ensureRowContiguous": "ensure_row_contiguous",
	"atomicOutputs": "atomic_outputs", "threadGroup": "threadgroup", "outputShapes": "output_shapes", "outputDTypes": "output_dtypes", "initValue": "init_value",
	"asType": "astype", "randInt": "randint", "Int": "int", "String": "str", "Array": "list", "Dictionary": "dict", "replacingOccurrences": "replace", "lowercased": "lower", "uppercased": "upper", "hasPrefix": "startswith", "hasSuffix": "endswith",
	"concatenated": "concatenate", "stacked": "stack", "expandedDimensions": "expand_dims", "reshaped": "reshape", "flattened": "flatten", "transposed": "transpose", "swappedAxes": "swapaxes", "squeezed": "squeeze", "logSumExp": "logsumexp", "logSoftmax": "log_softmax", "argMax": "argmax", "argMin": "argmin", "argSort": "argsort", "callAsFunction": "__call__", "keepDims": "keepdims",
	"Float": "float", "Double": "float", "Bool": "bool", "true": "True", "false": "False", "nil": "None", "func": "def", "struct": "class", "enum": "class", "extension": "class", "actor": "class"}

// swiftTypes are the types of arrays that Swift's own are.
var swiftTypes = map[Symbol]Symbol{"builtins.float": "mlx.core.float32", "builtins.int": "mlx.core.int64", "builtins.bool": "mlx.core.bool_"}

// swiftFunctions are functions of the array library that need no module in front of them,
// beside those of likeArgument.
var swiftFunctions = map[string]bool{"concatenate": true, "stack": true, "expand_dims": true, "reshape": true, "flatten": true, "transpose": true, "swapaxes": true, "squeeze": true, "matmul": true, "argmax": true, "argmin": true, "argsort": true, "mean": true, "logsumexp": true,
	"split": true, "take": true, "repeated": true, "broadcast": true, "pow": true, "arange": true, "zeros": true, "ones": true, "full": true, "padded": true, "normal": true, "uniform": true}

// swiftLayers are the layers of MLXNN.
var swiftLayers = map[string]bool{"Linear": true, "QuantizedLinear": true, "Embedding": true, "RMSNorm": true, "LayerNorm": true, "Dropout": true, "Sequential": true}

// swiftLimit is Int32.max and the like; nil if x is no type of integers, or of ones that
// int64 does not hold.
func swiftLimit(x Symbol, which string) any {
	d, untyped := swiftTypes[x]
	if !untyped {
		d = "mlx.core." + Symbol(x.Last())
	}
	if !d.integer() || d.Last() == "uint64" {
		return nil
	}
	least := int64(-1) << (8*dtypeSize(d) - 1)
	limits := map[string]int64{"min": least, "max": -(least + 1)}
	if strings.HasPrefix(d.Last(), "u") {
		limits = map[string]int64{"min": 0, "max": -2*least - 1}
	}
	if untyped {
		return limits[which]
	}
	return typed(limits[which], d)
}

// swiftDropped are words without a meaning here.
var swiftDropped = map[string]bool{"let": true, "var": true, "public": true, "private": true, "fileprivate": true, "internal": true, "open": true, "final": true, "static": true,
	"override": true, "lazy": true, "mutating": true, "throws": true, "rethrows": true, "async": true, "try": true, "await": true, "inout": true, "nonisolated": true, "indirect": true, "some": true, "any": true}
