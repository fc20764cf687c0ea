package program

import "slices"

// layer is one of the library's layers of neural networks: what matters is the
// shape of what it gives.
type layer struct {
	weight []int64
	packed bool // the arrays of parameters have other types and shapes
	embeds bool
	steps  []any // of Sequential
}

// layerOf makes a layer of mlx.nn; false says that the class, or its sizes, are not known.
func layerOf(name string, args []arg) (layer, bool) {
	size := func(by map[string]any, labels ...string) int64 {
		for _, l := range labels {
			if n, ok := by[l].(int64); ok && n > 0 {
				return n
			}
		}
		return 0
	}
	switch name {
	case "Linear", "QuantizedLinear":
		by := named(args, "input_dims", "output_dims")
		in, out := size(by, "input_dims", "inputDimensions"), size(by, "output_dims", "outputDimensions")
		return layer{weight: []int64{out, in}, packed: name != "Linear"}, in > 0 && out > 0
	case "Embedding", "QuantizedEmbedding":
		by := named(args, "num_embeddings", "dims")
		n, dims := size(by, "num_embeddings", "embeddingCount"), size(by, "dims", "dimensions")
		return layer{weight: []int64{n, dims}, packed: name != "Embedding", embeds: true}, n > 0 && dims > 0
	case "RMSNorm", "LayerNorm":
		dims := size(named(args, "dims"), "dims", "dimensions")
		return layer{weight: []int64{dims}}, dims > 0
	case "Dropout", "Identity", "ReLU", "GELU", "SiLU", "Tanh", "Sigmoid", "RoPE":
		return layer{}, true
	case "Sequential":
		l := layer{}
		for _, a := range args {
			l.steps = append(l.steps, a.value)
		}
		return l, len(args) > 0
	}
	return layer{}, false
}

// attribute is an array of parameters.
func (l layer) attribute(name string) (*Array, bool) {
	switch n := len(l.weight); {
	case l.packed:
	case n > 0 && name == "weight":
		return &Array{Shape: slices.Clone(l.weight), DType: "mlx.core.float32"}, true
	case n > 0 && name == "bias":
		return &Array{Shape: slices.Clone(l.weight[:1]), DType: "mlx.core.float32"}, true
	}
	return nil, false
}

// apply calls a layer.
func (m *machine) apply(l layer, args []arg, unknown Unknown) any {
	if len(args) == 0 {
		return unknown
	}
	v := args[0].value
	for _, step := range l.steps {
		if !m.spend(1, 0) {
			return unknown
		}
		v = m.invoke(step, []arg{{value: v}})
	}
	x, ok := v.(*Array)
	if !ok {
		return unknown
	}
	if len(l.weight) < 2 {
		return v
	}
	out := x.made(nil)
	last := len(x.Shape) - 1
	switch {
	case l.embeds:
		out.DType = "mlx.core.float32"
		if x.Shape != nil {
			out.Shape = append(slices.Clone(x.Shape), l.weight[1])
		}
	case last >= 0:
		out.Shape = append(slices.Clone(x.Shape[:last]), l.weight[0])
		fallthrough
	default:
		out.DType = promoted(x.DType, "mlx.core.float32")
	}
	return out
}
