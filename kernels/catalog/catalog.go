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

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/kernels"
)

//go:embed */*.yaml
var files embed.FS

// Entry is a kernel of the catalogue.
type Entry struct {
	Kind string // the folder: "norm"
	Name string // "rmsnorm"
	Path string // "norm/rmsnorm.yaml"
}

// Text is the spec as it is written.
func (e Entry) Text() string {
	data, err := files.ReadFile(e.Path)
	if err != nil {
		panic(err) // the entry is not from List or Find
	}
	return string(data)
}

// Spec parses the entry's spec.
func (e Entry) Spec() (*kernels.Spec, error) {
	return kernels.Parse("catalog/"+e.Path, []byte(e.Text()))
}

var entries = sync.OnceValue(func() []Entry {
	paths, err := fs.Glob(files, "*/*.yaml")
	if err != nil {
		panic(err)
	}
	var list []Entry
	for _, p := range paths {
		list = append(list, Entry{Kind: path.Dir(p), Name: strings.TrimSuffix(path.Base(p), ".yaml"), Path: p})
	}
	return list
})

// List returns all kernels, sorted by kind and name. It parses nothing.
func List() []Entry { return slices.Clone(entries()) }

// Find returns the kernel of a name, "rmsnorm" or "norm/rmsnorm".
func Find(name string) (Entry, error) {
	var names []string
	for _, e := range entries() {
		if e.Name == name || e.Kind+"/"+e.Name == name {
			return e, nil
		}
		names = append(names, e.Name)
	}
	next := "zmlx kernels lists them"
	if n := spelling.Nearest(name, names); n != "" {
		next = fmt.Sprintf("did you mean %q?", n)
	}
	return Entry{}, fmt.Errorf("there is no kernel %q in the catalogue; %s", name, next)
}
