package workbench

import (
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
		spec, err := e.Spec()
		if err != nil {
			out = append(out, CatalogEntry{Name: e.Name, Kind: e.Kind, Doc: "does not parse: " + err.Error()})
			continue
		}
		c := CatalogEntry{Name: e.Name, Kind: e.Kind, Doc: strings.Join(strings.Fields(spec.Doc), " "), Cases: len(spec.AllCases())}
		for _, d := range spec.DTypes() {
			c.DTypes = append(c.DTypes, d.String())
		}
		out = append(out, c)
	}
	return out
}

// CatalogNames lists the kernels of the catalogue. It reads file names only.
func CatalogNames() []string {
	var names []string
	for _, e := range catalog.List() {
		names = append(names, e.Name)
	}
	return names
}

// catalogDocument returns the spec of a kernel, named "rmsnorm",
// "norm/rmsnorm" or by its document's path. Only its own text is read, so that one kernel costs no more
// with a large catalogue.
func catalogDocument(name string) (Document, bool) {
	if p, ok := strings.CutPrefix(name, "catalog/"); ok {
		name = strings.TrimSuffix(p, ".yaml")
	}
	e, err := catalog.Find(name)
	if err != nil {
		return Document{}, false
	}
	return Document{Path: "catalog/" + e.Path, Text: e.Text()}, true
}

// group lists the kernels of a group, each with its group: "norm/rmsnorm".
func group(name string) []string {
	var members []string
	for _, e := range catalog.List() {
		if e.Kind == strings.TrimSuffix(name, "/") {
			members = append(members, e.Kind+"/"+e.Name)
		}
	}
	return members
}
