package kernels

import (
	"bytes"
	"encoding/json"
	"errors"
	"sort"
	"strings"
	"unicode/utf8"
)

// maxJSONDepth bounds nesting; a record needs five levels.
const maxJSONDepth = 32

// What to do about a document that is none.
const (
	isRecord   = "is this a launch record?"
	unfinished = "it was not written to its end: capture the launch again"
)

// parseJSON reads a JSON document into the same tree as a spec, so that both
// are decoded and reported alike.
func parseJSON(file string, data []byte) *document {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	p := &jsonParser{doc: &document{file: file}, data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	for i, c := range data {
		if c == '\n' {
			p.breaks = append(p.breaks, i)
		}
	}
	if !utf8.Valid(data) {
		p.report(0, "the file is not UTF-8 text", isRecord)
		return p.doc
	}
	var syntax *json.SyntaxError
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); errors.As(err, &syntax) {
		at := max(int(syntax.Offset)-1, 0)
		switch {
		case at >= len(bytes.TrimSpace(data))-1 && strings.Contains(err.Error(), "unexpected end"):
			p.report(len(data), "the file ends too early", unfinished)
		case bytes.HasPrefix(data[at:], []byte("NaN")), bytes.HasPrefix(data[at:], []byte("Infinity")):
			p.report(at, "JSON has no NaN and no infinity", `write "nan", "inf" or "-inf", with the quotes`)
		case data[at] != '\n':
			p.report(at, err.Error(), isRecord)
		case len(bytes.TrimSpace(data[at:])) == 0:
			p.report(at, "the file ends within a string", unfinished)
		default:
			p.report(at, "a string does not end on its line", `write the line breaks in it as \n`)
		}
		return p.doc
	}
	root, ok := p.value(0)
	if !ok {
		return p.doc
	}
	p.doc.root = root
	return p.doc
}

type jsonParser struct {
	doc    *document
	data   []byte
	dec    *json.Decoder
	breaks []int // offsets of line breaks
}

// place is that of the byte at an offset.
func (p *jsonParser) place(offset, length int) Place {
	line := sort.SearchInts(p.breaks, offset)
	start := 0
	if line > 0 {
		start = p.breaks[line-1] + 1
	}
	return Place{line + 1, offset - start + 1, length}
}

func (p *jsonParser) report(offset int, msg, hint string) {
	p.doc.report(p.place(offset, 1), "json", hint, "%s", msg)
	p.doc.problems[len(p.doc.problems)-1].Excerpt = p.excerpt(offset)
}

// excerpt is the line of an offset, if a person would look at it.
func (p *jsonParser) excerpt(offset int) string {
	line := p.place(offset, 0).Line
	start, end := 0, len(p.data)
	if line > 1 {
		start = p.breaks[line-2] + 1
	}
	if line-1 < len(p.breaks) {
		end = p.breaks[line-1]
	}
	if end-start > 10*maxExcerpt {
		return ""
	}
	return string(p.data[start:end])
}

// next reads a token; at is where it starts.
func (p *jsonParser) next() (t json.Token, at int, ok bool) {
	at = int(p.dec.InputOffset())
	for at < len(p.data) && bytes.IndexByte([]byte(" \t\r\n,:"), p.data[at]) >= 0 {
		at++
	}
	t, err := p.dec.Token()
	if err == nil {
		return t, at, true
	}
	p.report(at, err.Error(), isRecord)
	return nil, 0, false
}

func (p *jsonParser) value(depth int) (*node, bool) {
	t, at, ok := p.next()
	if !ok {
		return nil, false
	}
	return p.from(t, at, depth)
}

func (p *jsonParser) from(t json.Token, at, depth int) (*node, bool) {
	if depth > maxJSONDepth {
		p.report(at, "the document is nested too deep", isRecord)
		return nil, false
	}
	n := &node{at: p.place(at, 1)}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			n.kind = mapNode
			return n, p.object(n, depth)
		}
		n.kind = seqNode
		for p.dec.More() {
			item, ok := p.value(depth + 1)
			if !ok {
				return nil, false
			}
			n.items = append(n.items, item)
		}
		_, _, ok := p.next()
		return n, ok
	case string:
		n.kind, n.quoted = scalarNode, true
		n.text = Text{String: t, at: Place{n.at.Line, n.at.Column + 1, len(t)}}
	case json.Number:
		n.kind, n.text = scalarNode, Text{String: t.String(), at: n.at}
	case bool:
		n.kind = scalarNode
		n.text = Text{String: map[bool]string{true: "true", false: "false"}[t], at: n.at}
	}
	return n, true
}

func (p *jsonParser) object(n *node, depth int) bool {
	for p.dec.More() {
		key, at, ok := p.next()
		if !ok {
			return false
		}
		k, ok := key.(string)
		if !ok {
			p.report(at, "an object's keys are strings", isRecord)
			return false
		}
		v, ok := p.value(depth + 1)
		if !ok {
			return false
		}
		n.entries = append(n.entries, entry{k, p.place(at, len(k)+2), v})
	}
	_, _, ok := p.next()
	return ok
}
