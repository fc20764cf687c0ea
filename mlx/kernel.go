package mlx

// KernelSource is a custom kernel as mx.fast.metal_kernel takes it: the body
// of a Metal function whose signature is generated from the names and from
// the arguments of a launch.
type KernelSource struct {
	Name                string
	InputNames          []string
	OutputNames         []string
	Source              string // body
	Header              string // text before the function
	EnsureRowContiguous bool   // copy inputs that are not row-contiguous
	AtomicOutputs       bool   // outputs are device atomic<T>*

	// Stages, if there are any, are the launches that the kernel consists of,
	// in place of Source and Header. Together they give the outputs; a launch's
	// grid and threadgroup are those of the last one.
	Stages []Stage
}

// TemplateArg is one value of a kernel's template list.
type TemplateArg struct {
	Name  string
	Kind  TemplateKind
	DType DType // of TemplateDType
	Int   int64 // of TemplateInt, and 0 or 1 of TemplateBool
}

// TemplateKind is the kind of a template value.
type TemplateKind uint8

// The kinds of template values.
const (
	TemplateDType TemplateKind = iota
	TemplateInt
	TemplateBool
)

// LaunchConfig is everything of a launch but the inputs.
type LaunchConfig struct {
	Template     []TemplateArg
	Grid         [3]int // threads, not threadgroups
	Threadgroup  [3]int
	OutputShapes [][]int
	OutputDTypes []DType
	InitValue    *float64 // fills the outputs before the launch
}
