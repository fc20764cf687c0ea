package workbench

// Job is a request to the engine.
type Job interface {
	// Label says what the job does in a few words: "check silu.yaml".
	Label() string
}

// Variant selects one of a spec's kernels. The zero value is the spec as it
// is written.
type Variant struct {
	Case     int               `json:"case,omitempty"`     // 0 is the spec's own parameters, 1 the first of its cases
	Params   map[string]string `json:"params,omitempty"`   // overrides: "D": "512"
	DType    string            `json:"dtype,omitempty"`    // the working type; "" is the spec's own
	Template map[string]string `json:"template,omitempty"` // overrides: "T": "bfloat16"
}

// chosen reports whether v is anything but the spec as it is written.
func (v Variant) chosen() bool {
	return v.Case != 0 || v.DType != "" || len(v.Params)+len(v.Template) > 0
}

// MetalOptions steer the compilation of a .metal file.
type MetalOptions struct {
	Defines     map[string]string `json:"defines,omitempty"`
	IncludeDirs []string          `json:"include_dirs,omitempty"`
	Std         string            `json:"std,omitempty"`       // of msl.Versions; "" is metal3.2
	Library     *Library          `json:"library,omitempty"`   // that a file to check is a part of
	Constants   map[string]string `json:"constants,omitempty"` // function constants by index or name: "true", "5", "float2:0.5,1"
}

// CompileJob generates and compiles one variant and launches nothing. Its
// result is a CompileResult.
type CompileJob struct {
	Document Document     `json:"document"`
	Variant  Variant      `json:"variant"`
	Device   string       `json:"device,omitempty"`  // "" is the best one
	Inspect  bool         `json:"inspect,omitempty"` // also return IR and WAT
	Metal    MetalOptions `json:"metal"`
}

// RunJob launches one variant and describes its outputs. Its result is a
// RunResult.
type RunJob struct {
	Document Document `json:"document"`
	Variant  Variant  `json:"variant"`
	Device   string   `json:"device,omitempty"`
	Seed     uint64   `json:"seed"`
	Sanitize bool     `json:"sanitize,omitempty"` // also look for data races and uninitialised reads; slow
	Executor string   `json:"executor,omitempty"` // of the host device: "interp" or "wasm"; "" is the faster one that can do it
	Follow   *Follow  `json:"follow,omitempty"`
	// Inputs replaces inputs, by name, with .npy files. InputFiles are
	// .safetensors files whose arrays replace the inputs of their names.
	Inputs     map[string]string `json:"inputs,omitempty"`
	InputFiles []string          `json:"input_files,omitempty"`
	// Save writes outputs, by name, to .npy files; SaveDir writes each as
	// NAME.npy. An output named in Save with an ending of .safetensors goes
	// into that file, together with others.
	Save    map[string]string `json:"save,omitempty"`
	SaveDir string            `json:"save_dir,omitempty"`
	Raw     *RawLaunch        `json:"raw,omitempty"`     // of a .metal file
	Capture string            `json:"capture,omitempty"` // records the launch to this .gputrace file, on a device that can
	Metal   MetalOptions      `json:"metal"`
}

// Follow asks the host device what one thread does, line by line: the one at a
// position in the grid, or that stores an element of an output last, as in
// "y[3, 17]". If neither is given it is the one that makes the first finding, or
// computes the first element that differs from the reference, or the grid's first.
type Follow struct {
	Thread  *[3]uint32 `json:"thread,omitempty"`
	Element string     `json:"element,omitempty"`

	compare bool  // in the launch that looks for what is wrong
	budget  int64 // as mlx.LaunchOptions.StepBudget; 0 if nothing is known to be endless
}

// RawLaunch is a dispatch of a .metal file's kernel with buffers by index.
type RawLaunch struct {
	Entry       string            `json:"entry,omitempty"` // may be empty if there is only one
	Grid        [3]int            `json:"grid"`            // threads
	Threadgroup [3]int            `json:"threadgroup"`
	Buffers     map[int]RawBuffer `json:"buffers,omitempty"`
	LocalBytes  map[int]int       `json:"threadgroup_memory,omitempty"`
}

// RawBuffer is the content of one buffer. Exactly one of File, Bytes and New
// is set.
type RawBuffer struct {
	File  string `json:"file,omitempty"`  // a .npy file
	Bytes string `json:"bytes,omitempty"` // values with a type: "int:5", "float:1,2,3", "pointer:4,5,null" for addresses of buffers
	New   string `json:"new,omitempty"`   // an output, poisoned before the launch: "float32:4x8"
	Save  string `json:"save,omitempty"`  // write the content to this .npy file after the launch
}

// CheckJob runs the cases of a document and compares them with its reference,
// or with a record's expected values; a .metal file is compiled only. Its
// result is a CheckResult.
type CheckJob struct {
	Document Document     `json:"document"`
	Device   string       `json:"device,omitempty"`
	Seed     uint64       `json:"seed"`
	Cases    []int        `json:"cases,omitempty"`  // nil is all of them
	DTypes   []string     `json:"dtypes,omitempty"` // nil is all that the spec gives a tolerance for
	Metal    MetalOptions `json:"metal"`
	Sanitize bool         `json:"sanitize,omitempty"` // also look for data races and uninitialised reads; slow
	Executor string       `json:"executor,omitempty"` // of the host device, as in RunJob
	Grad     bool         `json:"grad,omitempty"`     // also check the reference's gradients, as "grad: auto" in a spec does
	// Keep lets the reports carry the compared arrays (OutputReport.Got, Want).
	Keep bool `json:"keep,omitempty"`
}

// DevicesJob describes the devices of this machine. Its result is a
// DevicesResult.
type DevicesJob struct{}

// Label implements Job.
func (j CompileJob) Label() string { return "compile " + j.Document.Path }

// Label implements Job.
func (j RunJob) Label() string {
	if j.Follow != nil {
		return "debug " + j.Document.Path
	}
	return "run " + j.Document.Path
}

// Label implements Job.
func (j CheckJob) Label() string { return "check " + j.Document.Path }

// Label implements Job.
func (DevicesJob) Label() string { return "devices" }
