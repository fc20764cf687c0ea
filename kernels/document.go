package kernels

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of a spec document.
const (
	MaxSpecBytes = 256 << 10
	maxFlowDepth = 16
	maxSpecLines = 20000
)

// byteOrderMark is what some editors put before UTF-8 text.
const byteOrderMark = "\ufeff"

type nodeKind uint8

const (
	nullNode nodeKind = iota
	scalarNode
	mapNode
	seqNode
)

func (k nodeKind) String() string {
	return [...]string{"nothing", "a single value", "a mapping", "a list"}[k]
}

// node is a part of a YAML document with its place.
type node struct {
	kind    nodeKind
	at      Place
	text    Text    // of a scalar
	quoted  bool    // the scalar stood in quotes
	folded  bool    // lines of the document became one
	entries []entry // of a mapping
	items   []*node // of a list
}

type entry struct {
	key   string
	at    Place
	value *node
}

// document is a parsed text and the problems found in it so far.
type document struct {
	file     string
	lines    []string
	root     *node
	problems Problems
}

func (d *document) report(at Place, code, hint, format string, args ...any) {
	p := Problem{File: d.file, Place: at, Code: code, Hint: hint, Message: fmt.Sprintf(format, args...)}
	if at.Line >= 1 && at.Line <= len(d.lines) {
		p.Excerpt = d.lines[at.Line-1]
	}
	d.problems = append(d.problems, p)
}

// parseDocument reads the YAML. The document's root is nil if that fails; the
// reason is among its problems then.
func parseDocument(file string, data []byte) *document {
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), byteOrderMark), "\r\n", "\n")
	d := &document{file: file, lines: strings.Split(text, "\n")}
	switch {
	case len(data) > MaxSpecBytes:
		d.lines = nil
		d.report(Place{}, "too-large", "", "the spec has %d bytes; at most %d are allowed", len(data), MaxSpecBytes)
	case len(d.lines) > maxSpecLines:
		d.report(Place{}, "too-large", "", "the spec has %d lines; at most %d are allowed", len(d.lines), maxSpecLines)
	case strings.ContainsRune(text, 0):
		d.lines = nil // of which none is to be shown
		d.report(Place{}, "not-text", "is this a spec?", "this is no text file; a spec is text in UTF-8")
	case !utf8.ValidString(text):
		d.reportEncoding()
	default:
		d.parse(text)
	}
	return d
}

func (d *document) reportEncoding() {
	for i, l := range d.lines {
		if utf8.ValidString(l) {
			continue
		}
		for j, r := range l {
			if r == utf8.RuneError {
				d.report(Place{i + 1, j + 1, 1}, "not-text", "is this a spec?", "the file is not UTF-8 text")
				return
			}
		}
	}
}

func (d *document) parse(text string) {
	defer func() {
		if r := recover(); r != nil {
			d.root = nil
			d.report(Place{}, "yaml", "simplify the document", "the YAML reader failed: %v", r)
		}
	}()
	tokens := lexer.Tokenize(text)
	if !d.allowed(tokens) {
		return
	}
	f, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var at Place
		msg := err.Error()
		var located yaml.Error
		if errors.As(err, &located) {
			t := located.GetToken()
			at, msg = d.place(t), located.GetMessage()
			if strings.HasPrefix(msg, "mapping value") && strings.Contains(strings.TrimSpace(t.Origin), "\n") && t.Next != nil {
				// The reader has joined a value with the key below it, which is indented more.
				colon := d.place(t.Next)
				indent := strings.IndexFunc(d.lines[colon.Line-1], func(r rune) bool { return r != ' ' })
				at, msg = Place{colon.Line, indent + 1, colon.Column - 1 - indent}, "value is not allowed in this context"
			}
		}
		msg, hint := plainYAML(msg)
		d.report(at, "yaml", hint, "%s", msg)
		return
	}
	if len(f.Docs) > 1 {
		d.report(d.place(f.Docs[1].Start), "yaml", "write one file a spec", "several documents are not part of the spec format")
		return
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		d.report(Place{1, 1, 0}, "yaml", "write the spec's keys", "the document is empty")
		return
	}
	d.root = d.convert(f.Docs[0].Body)
}

// allowed refuses what is not part of the format and bounds nesting, before
// the recursive parser sees it.
func (d *document) allowed(tokens token.Tokens) bool {
	depth, dashes, line := 0, 0, 0
	var keys []int // columns of the block keys that a token stands under
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		refuse := ""
		switch t.Type {
		case token.AnchorType, token.AliasType:
			refuse = "anchors and aliases"
		case token.TagType:
			refuse = "tags"
		case token.DirectiveType:
			refuse = "directives"
		case token.MappingKeyType:
			refuse = "complex keys"
		case token.MergeKeyType:
			refuse = "merge keys"
		case token.DocumentEndType:
			refuse = "document ends"
		case token.FoldedType:
			refuse = `folded text (">")`
		case token.InvalidType:
			msg, hint := plainYAML(t.Error)
			d.report(d.place(t), "yaml", hint, "%s", msg)
			return false
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType:
			dashes++
		case token.MappingValueType:
			if t.Prev == nil || depth > 0 {
				break
			}
			for len(keys) > 0 && keys[len(keys)-1] >= t.Prev.Position.Column {
				keys = keys[:len(keys)-1]
			}
			keys = append(keys, t.Prev.Position.Column)
		}
		if refuse != "" {
			d.report(d.place(t), "yaml", `write values in full, and text after "|"`, "%s are not part of the spec format", refuse)
			return false
		}
		if depth > maxFlowDepth || dashes > maxFlowDepth || len(keys) > maxFlowDepth {
			d.report(d.place(t), "yaml", "", "the document is nested deeper than %d", maxFlowDepth)
			return false
		}
	}
	return true
}

// plainYAML says what the reader of YAML found in the words of the format, and the
// next step.
func plainYAML(msg string) (plain, next string) {
	for _, f := range []struct{ said, plain, next string }{
		{"',' or '}' must be specified", "a comma or '}' is missing before this", "end what '{' begins, and put a comma between its entries"},
		{"',' or ']' must be specified", "a comma or ']' is missing before this", "end what '[' begins, and put a comma between its items"},
		{"mapping value is not allowed", "text with \": \" in it stands without quotes", `put text that contains ": " in quotes or after "|"`},
		{"non-map value", "this is no key with a value", `write key: value, and indent the text after "|" more than its key`},
		{"unexpected key name", "this is no key with a value", `write key: value, and indent the text after "|" more than its key`},
		{"value is not allowed in this context", "this is indented like no key above it", `indent the keys of a block alike, and the text after "|" more than its key`},
		{"is a reserved character", "text cannot begin with this character", "put it in quotes"},
		{"unknown escape character", "this escape is not known between double quotes", `write \\ for a backslash, or use single quotes`},
		{"could not find end character", "this quoted text has no end", "close the quotes on the line on which they begin"},
		{"\t", "a tab cannot indent", "indent with spaces"},
		{"tab character", "a tab cannot indent", "indent with spaces"},
	} {
		if strings.Contains(msg, f.said) {
			return f.plain, f.next
		}
	}
	return cmp.Or(msg, "this is not YAML"), ""
}

// place converts a token's position, which counts runes, to bytes.
func (d *document) place(t *token.Token) Place {
	if t == nil || t.Position == nil || t.Position.Line < 1 || t.Position.Line > len(d.lines) {
		return Place{}
	}
	line := d.lines[t.Position.Line-1]
	col := 0
	for n := 1; n < t.Position.Column && col < len(line); n++ {
		_, size := utf8.DecodeRuneInString(line[col:])
		col += size
	}
	length := len(strings.TrimSpace(t.Origin))
	if i := strings.IndexByte(strings.TrimSpace(t.Origin), '\n'); i >= 0 {
		length = i
	}
	return Place{t.Position.Line, col + 1, min(length, len(line)-col)}
}

func (d *document) convert(n ast.Node) *node {
	out := &node{at: d.place(n.GetToken())}
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.MappingNode:
		out.kind = mapNode
		if len(n.Values) > 0 && n.Start.Type != token.MappingStartType {
			out.at = d.place(n.Values[0].Key.GetToken())
		}
		for _, v := range n.Values {
			out.entries = append(out.entries, entry{v.Key.GetToken().Value, d.place(v.Key.GetToken()), d.convert(v.Value)})
		}
		if n.IsFlowStyle {
			out.entries = d.joinEntries(out.entries)
		}
	case *ast.MappingValueNode:
		out.kind, out.at = mapNode, d.place(n.Key.GetToken())
		out.entries = []entry{{n.Key.GetToken().Value, out.at, d.convert(n.Value)}}
	case *ast.SequenceNode:
		out.kind = seqNode
		for _, v := range n.Values {
			out.items = append(out.items, d.convert(v))
		}
		if n.IsFlowStyle {
			out.items = d.joinItems(out.items)
		}
	case *ast.LiteralNode:
		out.kind, out.text = scalarNode, d.block(n)
	default:
		t := n.GetToken()
		out.kind = scalarNode
		out.quoted = t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType
		out.folded = strings.Contains(strings.TrimSpace(t.Origin), "\n")
		at := out.at
		if out.quoted {
			at.Column++
		}
		out.text = Text{String: t.Value, at: at}
	}
	return out
}

// block is the text of a "|" scalar. Its lines are those of the document less
// their common indentation.
func (d *document) block(n *ast.LiteralNode) Text {
	text := n.Value.Value
	first := n.Start.Position.Line // the index of the line after the indicator
	for i, l := range strings.Split(text, "\n") {
		if l == "" || first+i >= len(d.lines) {
			continue
		}
		indent := len(d.lines[first+i]) - len(l)
		return Text{String: text, at: Place{first + 1, max(indent, 0) + 1, 0}, block: true}
	}
	return Text{String: text, at: Place{first + 1, 1, 0}, block: true}
}

// joinItems undoes the split of "ceildiv(a, b)" at its comma: a flow list ends
// a plain scalar there.
func (d *document) joinItems(items []*node) []*node {
	var out []*node
	for _, n := range items {
		if len(out) > 0 && openCall(out[len(out)-1]) && n.kind == scalarNode {
			d.join(out[len(out)-1], n.at, n.text.String)
			continue
		}
		out = append(out, n)
	}
	return out
}

func (d *document) joinEntries(entries []entry) []entry {
	var out []entry
	for _, e := range entries {
		if len(out) > 0 && openCall(out[len(out)-1].value) && e.value.kind == nullNode {
			d.join(out[len(out)-1].value, e.at, e.key)
			continue
		}
		out = append(out, e)
	}
	return out
}

func openCall(n *node) bool {
	return n.kind == scalarNode && !n.quoted && !n.text.block &&
		strings.Count(n.text.String, "(") > strings.Count(n.text.String, ")")
}

// join extends the scalar n by what stands between it and the end of more.
func (d *document) join(n *node, at Place, more string) {
	if at.Line == n.at.Line && at.Column+len(more)-1 <= len(d.lines[at.Line-1]) {
		n.text.String = d.lines[at.Line-1][n.at.Column-1 : at.Column-1+len(more)]
	} else {
		n.text.String += ", " + more
	}
	n.at.Length = len(n.text.String)
	n.text.at.Length = n.at.Length
}
