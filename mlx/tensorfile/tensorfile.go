// Package tensorfile reads and writes arrays as files: NumPy's .npy and
// .safetensors, the latter also in shards with an index.
//
// A Tensor is raw: an element type, a shape and little-endian bytes in row
// order. Readers trust nothing in a file: every size is bounded by what the
// file really holds before memory is taken, so that a truncated or malicious
// file costs at most its own length. Files are written whole or not at all.
//
// Two types need a convention. A .npy file has no bfloat16: it is written as
// uint16 bit patterns, read as bfloat16 if the file says V2 (as ml_dtypes
// does), and Tensor.Reinterpret turns uint16 patterns into it. Types that MLX
// lacks (complex128, float8, structures, strings) are refused by name.
package tensorfile

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/zmlx/zmlx/mlx"
)

// Tensor is an array as it lies in a file: row-contiguous, little-endian.
type Tensor struct {
	DType mlx.DType
	Shape []int // empty for a 0-d array
	Data  []byte
}

// Reinterpret gives t's bytes another type of the same element size. It is
// how uint16 patterns from a .npy file become bfloat16.
func (t Tensor) Reinterpret(d mlx.DType) (Tensor, error) {
	if d.Size() != t.DType.Size() {
		return Tensor{}, fmt.Errorf("cannot read %v as %v: their elements differ in size", t.DType, d)
	}
	t.DType = d
	return t, nil
}

// validate says whether t is what a Tensor must be.
func (t Tensor) validate() error {
	want, err := byteSize(t.DType, t.Shape)
	if err != nil {
		return err
	}
	if want != int64(len(t.Data)) {
		return fmt.Errorf("shape %v of %v needs %d bytes, not %d", t.Shape, t.DType, want, len(t.Data))
	}
	return nil
}

// Error is what is wrong with a file.
type Error struct {
	Path string // "" when reading from memory
	Msg  string
}

func (e *Error) Error() string {
	if e.Path == "" {
		return e.Msg
	}
	return e.Path + ": " + e.Msg
}

func errorf(format string, args ...any) *Error {
	return &Error{Msg: fmt.Sprintf(format, args...)}
}

// inFile adds the path to an error that the readers made.
func inFile(path string, err error) error {
	if e, ok := err.(*Error); ok && e.Path == "" {
		return &Error{Path: path, Msg: e.Msg}
	}
	return err
}

// maxDims is far above what any real array has and bounds work on shapes.
const maxDims = 64

// byteSize is the size of an array; it fails where the product overflows or a
// dimension is negative.
func byteSize(d mlx.DType, shape []int) (int64, error) {
	if len(shape) > maxDims {
		return 0, errorf("%d dimensions are more than the %d allowed", len(shape), maxDims)
	}
	n, empty := int64(d.Size()), false
	for _, dim := range shape {
		switch {
		case dim < 0:
			return 0, errorf("shape %v has a negative dimension", shape)
		case dim == 0:
			empty = true
		case n > math.MaxInt64/int64(dim):
			return 0, errorf("shape %v is larger than any memory", shape)
		default:
			n *= int64(dim)
		}
	}
	if empty {
		return 0, nil
	}
	return n, nil
}

// magicOf names the format that the first bytes of a file belong to.
func magicOf(head []byte) string {
	switch {
	case strings.HasPrefix(string(head), npyMagic):
		return ".npy"
	case strings.HasPrefix(string(head), "PK\x03\x04"):
		return "zip (.npz or PyTorch)"
	case strings.HasPrefix(string(head), "GGUF"):
		return "GGUF"
	case strings.HasPrefix(string(head), "\x89HDF"):
		return "HDF5"
	case strings.HasPrefix(string(head), "\x80\x02"), strings.HasPrefix(string(head), "\x80\x04"):
		return "pickle"
	case len(head) > 8 && head[8] == '{':
		return ".safetensors"
	}
	return ""
}

// notA explains that a file is not of the format its name promises.
func notA(want string, head []byte) *Error {
	next := ""
	if want == ".npy" {
		next = "; numpy.save writes one array as such a file"
	}
	if got := magicOf(head); got != "" && got != want {
		return errorf("not a %s file: it looks like %s%s", want, got, next)
	}
	return errorf("not a %s file%s", want, next)
}

// openRegular opens a file for reading and tells its size. Folders and pipes, whose
// size is unknown, are refused before they are opened: that of a pipe waits for a
// writer.
func openRegular(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, &Error{Path: path, Msg: "not a regular file"}
	}
	f, err := os.Open(path)
	return f, info.Size(), err
}

// IsSafetensors reports whether a path's name is that of a .safetensors file
// or of an index of shards.
func IsSafetensors(path string) bool {
	return filepath.Ext(path) == ".safetensors" || isIndex(path)
}
