package kernels

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/kernels/dsl"
)

// homes are the mappings that keys belong in that mx.fast.metal_kernel takes beside the others.
var homes = map[string]string{"grid": "launch", "threadgroup": "launch", "init_value": "flags", "atomic_outputs": "flags", "ensure_row_contiguous": "flags"}

// fields checks that n is a mapping without repeated keys and, if keys are
// given, without others.
func (d *decoder) fields(n *node, what string, keys ...string) []entry {
	if n.kind == nullNode {
		return nil
	}
	if n.kind != mapNode {
		d.report(n.at, "type", "write {name: value, …}", "%s must be a mapping, not %s", what, n.kind)
		return nil
	}
	if len(n.entries) > maxEntries {
		d.report(n.at, "too-large", "", "%s has %d entries; at most %d are allowed", what, len(n.entries), maxEntries)
		return nil
	}
	var out []entry
	seen := map[string]Place{}
	for _, e := range n.entries {
		if first, ok := seen[e.key]; ok {
			d.report(e.at, "repeated-key", fmt.Sprintf("the first one is in line %d", first.Line), "%q is given twice", e.key)
			continue
		}
		seen[e.key] = e.at
		if len(keys) > 0 && !slices.Contains(keys, e.key) {
			d.unknown = true
			hint := spelling.Hint(e.key, keys)
			if of := homes[e.key]; of != "" && of != what {
				hint = "it belongs in " + of
			} else if hint == "" {
				hint = "known are " + strings.Join(keys, ", ")
			}
			d.report(e.at, "unknown-key", hint, "unknown key %q in %s", e.key, what)
			continue
		}
		out = append(out, e)
	}
	return out
}

func (d *decoder) list(n *node, what string) []*node {
	if n.kind == nullNode {
		return nil
	}
	if n.kind != seqNode {
		d.report(n.at, "type", "write [a, b, …]", "%s must be a list, not %s", what, n.kind)
		return nil
	}
	if len(n.items) > maxEntries {
		d.report(n.at, "too-large", "", "%s has %d entries; at most %d are allowed", what, len(n.items), maxEntries)
		return nil
	}
	return n.items
}

func (d *decoder) word(n *node, what string) string {
	if n.kind != scalarNode || n.text.String == "" {
		d.report(n.at, "type", "", "%s must be a single value, not %s", what, n.kind)
		return ""
	}
	return n.text.String
}

func (d *decoder) value(n *node, what string) (Value, bool) {
	w := d.word(n, what)
	if w == "" {
		return Value{}, false
	}
	v, err := ParseValue(w)
	if err != nil {
		d.report(n.at, "value", "", "%s: %v", what, err)
	}
	return v, err == nil
}

func (d *decoder) boolean(n *node, what string) bool {
	v, ok := d.value(n, what)
	if ok && v.Kind != BoolValue {
		d.report(n.at, "value", "write true or false", "%s is %s", what, v)
	}
	return v.Bool
}

// expr reads an expression over parameters.
func (d *decoder) expr(n *node, what string) (Expr, bool) {
	w := d.word(n, what)
	if w == "" {
		return Expr{}, false
	}
	tree, err := dsl.ParseExpr(w)
	if err != nil {
		d.reportDSL(n.text, err)
		return Expr{}, false
	}
	return Expr{Text: n.text, tree: tree}, true
}

func (d *decoder) reportDSL(t Text, err error) {
	var e *dsl.Error
	if errors.As(err, &e) {
		d.report(t.span(e.Span.Start, e.Span.End), "expression", e.Hint, "%s", e.Message)
		return
	}
	d.report(t.at, "expression", "", "%v", err)
}

func (d *decoder) exprs(n *node, what string) []Expr {
	var es []Expr
	for _, item := range d.list(n, what) {
		if e, ok := d.expr(item, what); ok {
			es = append(es, e)
		}
	}
	return es
}

func (d *decoder) identifier(f entry, what string) {
	switch {
	case !isIdentifier(f.key):
		d.report(f.at, "name", "use letters, digits and underscores", "%q is not an identifier", f.key)
	case reserved[f.key]:
		d.report(f.at, "name", "choose another name", "%q is a word of the Metal Shading Language and cannot name %s", f.key, what)
	}
}

func (d *decoder) code(n *node, what string) Text {
	if n.kind != scalarNode || n.text.Empty() {
		d.report(n.at, "type", "write the text after \"|\", indented", "%s is empty", what)
		return Text{}
	}
	if n.folded { // without comments and lines of the preprocessor, too
		d.report(n.at, "type", fmt.Sprintf("write %s: |, and the text below it", what), "the lines of %s would become one", what)
	}
	return n.text
}

// program reads statements of the expression language.
func (d *decoder) program(n *node, what string) *Reference {
	if n.kind == mapNode || n.kind == seqNode {
		d.report(n.at, "type", "write "+what+": | and below it a line NAME = … for each output", "%s must be text, not %s", what, n.kind)
		return nil
	}
	if d.word(n, what) == "" {
		return nil
	}
	prog, err := dsl.Parse(n.text.String)
	if err != nil {
		d.reportDSL(n.text, err)
		return nil
	}
	return &Reference{Program: prog, text: n.text}
}

// generate reads a program to generate the kernel from, which is its own

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && (r|0x20 < 'a' || r|0x20 > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 128
}
