package workbench

import (
	"io/fs"
	"path"
	"strings"

	"github.com/zmlx/zmlx/kernels/catalog"
)

// CatalogEntry is a kernel of the catalogue.
type CatalogEntry struct {
	Name   string   `json:"name"`
	Kind   string   `json:"kind"` // "norm"
	Doc    string   `json:"doc"`
	DTypes []string `json:"dtypes"` // that it is checked in
	Cases  int      `json:"cases"`  // with the spec's own parameters
}

// Catalog describes the kernels of the catalogue, by kind and name.
func Catalog() []CatalogEntry {
	var out []CatalogEntry
	for _, e := range catalog.List() {
		c := CatalogEntry{Name: e.Name, Kind: e.Kind, Doc: strings.Join(strings.Fields(e.Spec.Doc), " "), Cases: len(e.Spec.AllCases())}
		for _, d := range e.Spec.DTypes() {
			c.DTypes = append(c.DTypes, d.String())
		}
		out = append(out, c)
	}
	return out
}

// CatalogNames lists the kernels of the catalogue. It reads file names only.
func CatalogNames() []string {
	var names []string
	for _, p := range catalogPaths() {
		names = append(names, strings.TrimSuffix(path.Base(p), ".yaml"))
	}
	return names
}

func catalogPaths() []string {
	paths, _ := fs.Glob(catalog.FS(), "*/*.yaml")
	return paths
}

// catalogDocument returns the spec of a kernel, named "rmsnorm" or
// "norm/rmsnorm". Only its own text is read, so that one kernel costs no more
// with a large catalogue.
func catalogDocument(name string) (Document, bool) {
	for _, p := range catalogPaths() {
		if p == name+".yaml" || path.Base(p) == name+".yaml" {
			text, err := fs.ReadFile(catalog.FS(), p)
			return Document{Path: "catalog/" + p, Text: string(text)}, err == nil
		}
	}
	return Document{}, false
}
