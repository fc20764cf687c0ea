package kernels

import (
	"os"

	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

// MaxRecordBytes bounds a launch record's file.
const MaxRecordBytes = 1 << 30

// Record is a launch record: one mx.fast.metal_kernel call, complete, with the
// outputs that it should have. Its form as a file is fixed by
// docs/launch-record.md.
type Record struct {
	File    string // relative paths start in its folder
	Name    string
	Kernel  mlx.KernelSource
	Config  mlx.LaunchConfig
	Inputs  []RecordArray
	Outputs []RecordOutput

	// Reference computes the outputs by name, in place of expected values.
	Reference *dsl.Program
}

// RecordArray is an array whose elements are given inline or by a file.
type RecordArray struct {
	DType mlx.DType
	Shape []int
	Data  []byte // row-contiguous, little-endian; nil if File is set
	File  string // .npy or .safetensors
}

// RecordOutput is an output and what it should be.
type RecordOutput struct {
	Expected   *RecordArray // nil if not given
	RTol, ATol float64
	AnyNaN     bool // where NaN is expected nothing is compared
}

// LoadRecord reads a launch record. What is wrong with its content is
// Problems.
func LoadRecord(path string) (*Record, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := readBounded(f, MaxRecordBytes)
	if err != nil {
		return nil, err
	}
	return ParseRecord(path, data)
}

// ParseRecord reads a launch record from memory; the folder of file is where
// relative paths start. The error is Problems.
func ParseRecord(file string, data []byte) (*Record, error) {
	if len(data) > MaxRecordBytes {
		return nil, Problems{{File: file, Code: "too-large", Message: "the record is too large"}}
	}
	doc := parseJSON(file, data)
	if doc.root == nil {
		return nil, doc.problems
	}
	d := &recordDecoder{decoder: decoder{document: doc}, rec: &Record{File: file}}
	d.rec.Kernel.EnsureRowContiguous = true
	d.top(doc.root)
	if len(d.problems) == 0 {
		d.check(doc.root)
	}
	if len(d.problems) > 0 {
		return nil, d.problems.sorted()
	}
	return d.rec, nil
}
