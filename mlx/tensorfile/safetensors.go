package tensorfile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/zmlx/zmlx/mlx"
)

// maxSafetensorsHeader is the bound of the format's own implementation.
const maxSafetensorsHeader = 100_000_000

const metadataKey = "__metadata__"

// Archive is one or several .safetensors files, opened for reading. Opening
// reads only the headers; Read fetches one array. It may be used by several
// goroutines at once.
type Archive struct {
	Metadata map[string]string
	entries  map[string]entry
	files    []*os.File
}

// entry is where an array lies. format is the type's name in the file; dtype
// counts only if known is set.
type entry struct {
	from   io.ReaderAt
	path   string
	offset int64
	size   int64
	shape  []int
	format string
	dtype  mlx.DType
	known  bool
}

// Open opens a .safetensors file or an index of shards
// (NAME.safetensors.index.json).
func Open(path string) (*Archive, error) {
	a := &Archive{Metadata: map[string]string{}, entries: map[string]entry{}}
	add := a.addFile
	if isIndex(path) {
		add = a.addIndex
	}
	if err := add(path); err != nil {
		_ = a.Close()
		return nil, inFile(path, err)
	}
	return a, nil
}

// ReadSafetensors opens a .safetensors file that lies in memory.
func ReadSafetensors(data []byte) (*Archive, error) {
	a := &Archive{Metadata: map[string]string{}, entries: map[string]entry{}}
	if err := a.add("", bytes.NewReader(data), int64(len(data))); err != nil {
		return nil, err
	}
	return a, nil
}

// Close releases the files. Tensors that were read stay valid.
func (a *Archive) Close() error {
	var first error
	for _, f := range a.files {
		if err := f.Close(); err != nil && first == nil {
			first = err
		}
	}
	a.files = nil
	return first
}

// Names lists the arrays in order.
func (a *Archive) Names() []string { return slices.Sorted(maps.Keys(a.entries)) }

// Read reads one array.
func (a *Archive) Read(name string) (Tensor, error) {
	e, ok := a.entries[name]
	if !ok {
		return Tensor{}, errorf("there is no array %q", name)
	}
	if !e.known {
		return Tensor{}, inFile(e.path, errorf("array %q has element type %s, which is not supported", name, e.format))
	}
	data, err := mlx.MakeBytes(int(e.size))
	if err != nil {
		return Tensor{}, inFile(e.path, errorf("array %q: %v", name, err))
	}
	if _, err := e.from.ReadAt(data, e.offset); err != nil && e.size > 0 {
		return Tensor{}, inFile(e.path, errorf("array %q: %v", name, err))
	}
	if e.dtype == mlx.Bool {
		normaliseBools(data)
	}
	return Tensor{DType: e.dtype, Shape: slices.Clone(e.shape), Data: data}, nil
}

func (a *Archive) addFile(path string) error {
	f, size, err := openRegular(path)
	if err != nil {
		return err
	}
	a.files = append(a.files, f)
	return a.add(path, f, size)
}

func (a *Archive) add(path string, r io.ReaderAt, size int64) error {
	var start [9]byte
	n, _ := r.ReadAt(start[:], 0)
	if n < len(start) || start[8] != '{' {
		return notA(".safetensors", start[:n])
	}
	length := binary.LittleEndian.Uint64(start[:])
	if length > maxSafetensorsHeader {
		return errorf("a header of %d bytes is more than the %d allowed", length, maxSafetensorsHeader)
	}
	if int64(length) > size-8 {
		return errorf("truncated: the header needs %d bytes, the file holds %d", length, size-8)
	}
	text := make([]byte, length)
	if _, err := r.ReadAt(text, 8); err != nil {
		return errorf("reading the header: %v", err)
	}
	entries, err := a.parseHeader(text)
	if err != nil {
		return err
	}
	data := size - 8 - int64(length)
	if err := checkLayout(entries, data); err != nil {
		return err
	}
	for _, e := range entries {
		if _, twice := a.entries[e.name]; twice {
			return errorf("array %q occurs twice", e.name)
		}
		e.from, e.path = r, path
		e.offset += 8 + int64(length)
		a.entries[e.name] = e.entry
	}
	return nil
}

type namedEntry struct {
	name string
	entry
}

// parseHeader reads the header token by token, as a map would hide a name
// that occurs twice.
func (a *Archive) parseHeader(text []byte) ([]namedEntry, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	malformed := func(err error) error { return errorf("malformed header: %v", err) }
	if _, err := dec.Token(); err != nil {
		return nil, malformed(err)
	}
	var entries []namedEntry
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, malformed(err)
		}
		name, _ := key.(string)
		if name == metadataKey {
			if err := dec.Decode(&a.Metadata); err != nil {
				return nil, errorf("malformed %s: it must map text to text: %v", metadataKey, err)
			}
			continue
		}
		var raw struct {
			DType   string  `json:"dtype"`
			Shape   []int   `json:"shape"`
			Offsets []int64 `json:"data_offsets"`
		}
		if err := dec.Decode(&raw); err != nil {
			return nil, errorf("malformed header: array %q: %v", name, err)
		}
		if len(raw.Offsets) != 2 {
			return nil, errorf("array %q: data_offsets must be [begin, end]", name)
		}
		begin, end := raw.Offsets[0], raw.Offsets[1]
		if begin < 0 || end < begin {
			return nil, errorf("array %q: data_offsets [%d, %d] are no range", name, begin, end)
		}
		if raw.Shape == nil {
			return nil, errorf("array %q has no shape", name)
		}
		e := entry{offset: begin, size: end - begin, shape: raw.Shape, format: raw.DType}
		if e.dtype, e.known = fromSafetensors(raw.DType); e.known {
			want, err := byteSize(e.dtype, e.shape)
			if err != nil {
				return nil, errorf("array %q: %v", name, err)
			}
			if want != e.size {
				return nil, errorf("array %q: shape %v of %s needs %d bytes, data_offsets give %d", name, e.shape, raw.DType, want, e.size)
			}
		}
		entries = append(entries, namedEntry{name, e})
	}
	if _, err := dec.Token(); err != nil {
		return nil, malformed(err)
	}
	if rest := bytes.TrimSpace(text[dec.InputOffset():]); len(rest) > 0 {
		return nil, errorf("malformed header: text after the closing brace")
	}
	return entries, nil
}

// checkLayout demands that the arrays fill the data exactly, as the format
// does: no overlap, no hole, nothing behind the last.
func checkLayout(entries []namedEntry, size int64) error {
	slices.SortFunc(entries, func(a, b namedEntry) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.size, b.size))
	})
	var at int64
	for _, e := range entries {
		switch {
		case e.offset < at:
			return errorf("array %q overlaps another one", e.name)
		case e.offset > at:
			return errorf("%d unused bytes lie before array %q", e.offset-at, e.name)
		case e.size > size-at:
			return errorf("truncated: array %q ends at byte %d of the data, the file holds %d", e.name, at+e.size, size)
		}
		at += e.size
	}
	if at != size {
		return errorf("%d bytes follow the last array", size-at)
	}
	return nil
}
