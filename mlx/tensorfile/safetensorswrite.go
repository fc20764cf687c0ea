package tensorfile

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"maps"
	"slices"

	"github.com/zmlx/zmlx/internal/atomicfile"
)

// SaveSafetensors writes arrays to a .safetensors file; an existing one is
// replaced. metadata may be nil.
func SaveSafetensors(ctx context.Context, path string, tensors map[string]Tensor, metadata map[string]string) error {
	return inFile(path, atomicfile.Write(ctx, path, 0o644, func(w io.Writer) error { return writeSafetensors(w, tensors, metadata) }))
}

func writeSafetensors(w io.Writer, tensors map[string]Tensor, metadata map[string]string) error {
	head, order, err := safetensorsHead(tensors, metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	for _, name := range order {
		if _, err := w.Write(tensors[name].Data); err != nil {
			return err
		}
	}
	return nil
}

// safetensorsHead is everything before the data, and the order of the arrays
// in it: large elements first, so that each lies aligned, then by name.
func safetensorsHead(tensors map[string]Tensor, metadata map[string]string) ([]byte, []string, error) {
	order := slices.SortedFunc(maps.Keys(tensors), func(a, b string) int {
		return cmp.Or(cmp.Compare(tensors[b].DType.Size(), tensors[a].DType.Size()), cmp.Compare(a, b))
	})
	text := bytes.NewBufferString("{")
	if len(metadata) > 0 {
		writeMember(text, metadataKey, metadata)
	}
	var at int
	for _, name := range order {
		t := tensors[name]
		format, ok := safetensorsName(t.DType)
		if !ok {
			return nil, nil, errorf("array %q: %v has no form in .safetensors", name, t.DType)
		}
		if name == metadataKey {
			return nil, nil, errorf("an array cannot be named %s", metadataKey)
		}
		if err := t.validate(); err != nil {
			return nil, nil, errorf("array %q: %v", name, err)
		}
		shape := t.Shape
		if shape == nil {
			shape = []int{}
		}
		end := at + len(t.Data)
		writeMember(text, name, struct {
			DType   string `json:"dtype"`
			Shape   []int  `json:"shape"`
			Offsets [2]int `json:"data_offsets"`
		}{format, shape, [2]int{at, end}})
		at = end
	}
	text.WriteByte('}')
	for text.Len()%8 != 0 {
		text.WriteByte(' ')
	}
	if text.Len() > maxSafetensorsHeader {
		return nil, nil, errorf("the header would have %d bytes, more than the %d allowed", text.Len(), maxSafetensorsHeader)
	}
	head := binary.LittleEndian.AppendUint64(nil, uint64(text.Len()))
	return append(head, text.Bytes()...), order, nil
}

// writeMember appends a member to an object that was begun; strings, numbers
// and maps of strings always encode.
func writeMember(b *bytes.Buffer, key string, value any) {
	if b.Len() > 1 {
		b.WriteByte(',')
	}
	k, _ := json.Marshal(key)
	v, _ := json.Marshal(value)
	b.Write(k)
	b.WriteByte(':')
	b.Write(v)
}
