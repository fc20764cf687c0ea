// Package catalog holds the kernels that come with the program, one spec a
// file, in folders by kind.
//
// A catalogue kernel states its reference, its tolerances in float32, float16
// and bfloat16, and cases with odd shapes; "zmlx check --all" runs them all.
package catalog

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/dsl"
)

//go:embed */*.yaml
var files embed.FS

// FS is the catalogue as a file tree: kind/name.yaml.
func FS() fs.FS { return files }

// Entry is a kernel of the catalogue.
type Entry struct {
	Kind string // the folder: "norm"
	Name string // "rmsnorm"
	Path string // "norm/rmsnorm.yaml"
	Spec *kernels.Spec
}

var load = sync.OnceValue(func() []Entry {
	var entries []Entry
	paths, _ := fs.Glob(files, "*/*.yaml")
	for _, p := range paths {
		data, err := files.ReadFile(p)
		if err != nil {
			panic(err)
		}
		s, err := kernels.Parse("catalog/"+p, data)
		if err != nil {
			panic(fmt.Sprintf("the catalogue is broken:\n%v", err))
		}
		entries = append(entries, Entry{Kind: path.Dir(p), Name: s.Name, Path: p, Spec: s})
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return entries
})

// List returns all kernels by kind and name. The caller must not change it.
func List() []Entry { return load() }

// Find returns the kernel of a name, "rmsnorm" or "norm/rmsnorm".
func Find(name string) (Entry, error) {
	var names []string
	for _, e := range load() {
		if e.Name == name || e.Kind+"/"+e.Name == name {
			return e, nil
		}
		names = append(names, e.Name)
	}
	next := "zmlx kernels lists them"
	if n := dsl.Nearest(name, names); n != "" {
		next = fmt.Sprintf("did you mean %q?", n)
	}
	return Entry{}, fmt.Errorf("there is no kernel %q in the catalogue; %s", name, next)
}
