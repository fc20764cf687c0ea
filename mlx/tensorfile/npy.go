package tensorfile

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/internal/atomicfile"
	"github.com/zmlx/zmlx/mlx"
)

const (
	npyMagic     = "\x93NUMPY"
	maxNpyHeader = 1 << 20
)

// LoadNpy reads a .npy file.
func LoadNpy(path string) (Tensor, error) {
	f, size, err := openRegular(path)
	if err != nil {
		return Tensor{}, err
	}
	defer f.Close()
	t, err := readNpy(f, size)
	return t, inFile(path, err)
}

// ReadNpy reads a .npy file from memory.
func ReadNpy(data []byte) (Tensor, error) {
	return readNpy(bytes.NewReader(data), int64(len(data)))
}

// SaveNpy writes a .npy file; an existing one is replaced, or kept if the
// context ends first.
func SaveNpy(ctx context.Context, path string, t Tensor) error {
	return inFile(path, atomicfile.Write(ctx, path, 0o644, func(w io.Writer) error { return writeNpy(w, t) }))
}

func writeNpy(w io.Writer, t Tensor) error {
	head, err := npyHead(t)
	if err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err = w.Write(t.Data)
	return err
}

func readNpy(r io.Reader, size int64) (Tensor, error) {
	var start [12]byte
	n, err := io.ReadFull(r, start[:10])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return Tensor{}, err
	}
	if !bytes.HasPrefix(start[:n], []byte(npyMagic)) {
		return Tensor{}, notA(".npy", start[:n])
	}
	if n < 10 {
		return Tensor{}, errorf("truncated: the file ends within the header")
	}
	headerLen, prefix := int64(binary.LittleEndian.Uint16(start[8:])), int64(10)
	switch major := start[6]; major {
	case 1:
	case 2, 3:
		if _, err := io.ReadFull(r, start[10:]); err != nil {
			return Tensor{}, errorf("truncated: the file ends within the header")
		}
		headerLen, prefix = int64(binary.LittleEndian.Uint32(start[8:])), 12
	default:
		return Tensor{}, errorf("version %d.%d of .npy is unknown; 1 to 3 are supported", major, start[7])
	}
	if headerLen > maxNpyHeader {
		return Tensor{}, errorf("a header of %d bytes is more than the %d allowed", headerLen, maxNpyHeader)
	}
	if headerLen > size-prefix {
		return Tensor{}, errorf("truncated: the file ends within the header")
	}
	text := make([]byte, headerLen)
	if _, err := io.ReadFull(r, text); err != nil {
		return Tensor{}, errorf("truncated: the file ends within the header")
	}
	h, err := parseNpyHeader(string(text))
	if err != nil {
		return Tensor{}, err
	}
	return readNpyBody(r, h, size-prefix-headerLen)
}

func readNpyBody(r io.Reader, h npyHeader, have int64) (Tensor, error) {
	dtype, swap, err := parseDescr(h.descr)
	if err != nil {
		return Tensor{}, err
	}
	want, err := byteSize(dtype, h.shape)
	if err != nil {
		return Tensor{}, err
	}
	if want > have {
		return Tensor{}, errorf("truncated: shape %v of %v needs %d bytes, the file holds %d", h.shape, dtype, want, have)
	}
	if want < have {
		return Tensor{}, errorf("%d bytes follow the array of shape %v", have-want, h.shape)
	}
	data, err := mlx.MakeBytes(int(want))
	if err != nil {
		return Tensor{}, errorf("%v", err)
	}
	if _, err := io.ReadFull(r, data); err != nil {
		return Tensor{}, errorf("truncated: %v", err)
	}
	if swap {
		swapBytes(data, dtype)
	}
	if dtype == mlx.Bool {
		normaliseBools(data)
	}
	if h.fortran && len(h.shape) > 1 {
		data = fromFortran(data, dtype.Size(), h.shape)
	}
	return Tensor{DType: dtype, Shape: h.shape, Data: data}, nil
}

// parseDescr reads a descr such as "<f4" and says whether its bytes must be
// swapped.
func parseDescr(descr string) (d mlx.DType, swap bool, err error) {
	if len(descr) < 2 {
		return 0, false, errorf("unknown element type %q", descr)
	}
	order, kind := descr[0], descr[1:]
	d, ok := fromNpy(kind)
	if !ok {
		return 0, false, errorf("element type %q is not supported%s", descr, npyHint(kind))
	}
	switch order {
	case '<', '=':
	case '|':
		if d.Size() > 1 && d != mlx.Bfloat16 {
			return 0, false, errorf("element type %q lacks a byte order", descr)
		}
	case '>':
		swap = true
	default:
		return 0, false, errorf("element type %q has an unknown byte order", descr)
	}
	return d, swap, nil
}

func npyHint(kind string) string {
	switch kind[0] {
	case 'c':
		return ": convert it with .astype('complex64')"
	case 'f', 'g':
		return ": convert it with .astype('float64')"
	case 'O':
		return ": it holds pickled Python objects"
	case 'U', 'S', 'a':
		return ": it holds text"
	case 'M', 'm':
		return ": it holds dates; convert it with .astype('int64')"
	}
	return ""
}

func swapBytes(data []byte, d mlx.DType) {
	size := d.Size()
	if d == mlx.Complex64 {
		size = 4 // each part on its own
	}
	for ; len(data) >= size; data = data[size:] {
		slices.Reverse(data[:size])
	}
}

// normaliseBools makes every true a 1, as a kernel may rely on it.
func normaliseBools(data []byte) {
	for i, b := range data {
		if b > 1 {
			data[i] = 1
		}
	}
}

// fromFortran reorders column-major data to row-major.
func fromFortran(src []byte, size int, shape []int) []byte {
	dst := make([]byte, len(src))
	strides := make([]int, len(shape)) // of src, in elements
	step := 1
	for i, dim := range shape {
		strides[i] = step
		step *= dim
	}
	index := make([]int, len(shape))
	from := 0
	for to := 0; to < len(dst); to += size {
		copy(dst[to:to+size], src[from*size:])
		for axis := len(shape) - 1; axis >= 0; axis-- {
			index[axis]++
			from += strides[axis]
			if index[axis] < shape[axis] {
				break
			}
			from -= strides[axis] * shape[axis]
			index[axis] = 0
		}
	}
	return dst
}

// npyHead is everything before the data, padded so that the data starts at a
// multiple of 64 bytes.
func npyHead(t Tensor) ([]byte, error) {
	descr, ok := npyDescr(t.DType)
	if !ok {
		return nil, errorf("%v has no form in .npy", t.DType)
	}
	if err := t.validate(); err != nil {
		return nil, err
	}
	var shape strings.Builder
	for i, dim := range t.Shape {
		if i > 0 {
			shape.WriteByte(' ')
		}
		fmt.Fprintf(&shape, "%d,", dim)
	}
	dims := shape.String()
	if len(t.Shape) > 1 {
		dims = strings.TrimSuffix(dims, ",")
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, dims)
	total := (10 + len(text) + 1 + 63) / 64 * 64
	text += strings.Repeat(" ", total-10-len(text)-1) + "\n"
	head := append([]byte(npyMagic), 1, 0)
	head = binary.LittleEndian.AppendUint16(head, uint16(len(text)))
	return append(head, text...), nil
}
