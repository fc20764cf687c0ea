package workbench

import (
	"embed"
	"regexp"
	"strings"
)

//go:embed templates/*.yaml
var templates embed.FS

// SpecKind is a kind of kernel that NewSpec knows a template for.
type SpecKind struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
}

// SpecKinds lists the templates; the first is the default.
func SpecKinds() []SpecKind {
	return []SpecKind{
		{"elementwise", "each thread computes one element"},
		{"rowwise", "each threadgroup reduces one row, with SIMD-group operations"},
		{"matmul", "tiles in threadgroup memory, with barriers"},
	}
}

var specName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// NewSpec returns an annotated spec that works as it is. kind "" is the
// default.
func NewSpec(kind, name string) (Document, error) {
	if !specName.MatchString(name) {
		return Document{}, usagef("use letters, digits and underscores, with a letter first", "%q cannot name a kernel", name)
	}
	var names []string
	for _, k := range SpecKinds() {
		names = append(names, k.Name)
	}
	if kind == "" {
		kind = names[0]
	}
	text, err := templates.ReadFile("templates/" + kind + ".yaml")
	if err != nil {
		return Document{}, usagef(DidYouMean(kind, names), "there is no kind of kernel %q", kind)
	}
	return Document{Path: name + ".yaml", Text: strings.ReplaceAll(string(text), "{{name}}", name)}, nil
}
