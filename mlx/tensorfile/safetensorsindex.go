package tensorfile

import (
	"encoding/json"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

const (
	indexSuffix = ".safetensors.index.json"
	maxIndex    = 64 << 20
)

func isIndex(path string) bool { return strings.HasSuffix(path, indexSuffix) }

// addIndex opens the shards that an index names. They lie beside it: a name
// with a folder in it is refused, so that an index cannot reach out.
func (a *Archive) addIndex(path string) error {
	f, size, err := openRegular(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if size > maxIndex {
		return errorf("an index of %d bytes is more than the %d allowed", size, maxIndex)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	var index struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(text, &index); err != nil {
		return errorf("malformed index: %v", err)
	}
	if len(index.WeightMap) == 0 {
		return errorf("the index has no weight_map")
	}
	shards := map[string]bool{}
	for name, shard := range index.WeightMap {
		if shard == "" || shard != filepath.Base(shard) || shard == ".." || strings.ContainsAny(shard, `/\`) {
			return errorf("array %q: shard %q is not the name of a file beside the index", name, shard)
		}
		shards[shard] = true
	}
	for _, shard := range slices.Sorted(maps.Keys(shards)) {
		if err := a.addFile(filepath.Join(filepath.Dir(path), shard)); err != nil {
			return inFile(filepath.Join(filepath.Dir(path), shard), err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(index.WeightMap)) {
		e, ok := a.entries[name]
		if shard := index.WeightMap[name]; !ok || filepath.Base(e.path) != shard {
			return errorf("array %q is not in shard %q", name, shard)
		}
	}
	return nil
}
