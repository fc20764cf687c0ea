package tensorfile

import (
	"strconv"
	"strings"
)

// npyHeader is the Python dictionary at the start of a .npy file.
type npyHeader struct {
	descr   string
	fortran bool
	shape   []int
}

// parseNpyHeader reads a Python literal such as
// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
func parseNpyHeader(text string) (npyHeader, error) {
	p := literal{rest: text}
	var h npyHeader
	seen := map[string]bool{}
	p.expect("{")
	for p.err == nil && !p.accept("}") {
		key := p.str()
		p.expect(":")
		if p.err == nil && seen[key] {
			return h, errorf("the header has %q twice", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			if p.accept("[") {
				return h, errorf("structured element types are not supported; save the bytes: .view('uint8')")
			}
			h.descr = p.str()
		case "fortran_order":
			h.fortran = p.boolean()
		case "shape":
			h.shape = p.tuple()
		default:
			p.fail("unknown key " + strconv.Quote(key))
		}
		if !p.accept(",") {
			p.expect("}")
			break
		}
	}
	if p.err == nil && strings.TrimSpace(p.rest) != "" {
		p.fail("text after the closing brace")
	}
	if p.err != nil {
		return h, p.err
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, errorf("the header lacks %q", key)
		}
	}
	return h, nil
}

// literal reads the few Python literals of a header. After the first error
// every method does nothing.
type literal struct {
	rest string
	err  error
}

func (p *literal) fail(msg string) {
	if p.err == nil {
		p.err = errorf("malformed header: %s", msg)
	}
}

func (p *literal) accept(token string) bool {
	if p.err != nil {
		return false
	}
	rest := strings.TrimLeft(p.rest, " \t\r\n")
	if !strings.HasPrefix(rest, token) {
		return false
	}
	p.rest = rest[len(token):]
	return true
}

func (p *literal) expect(token string) {
	if !p.accept(token) {
		p.fail("expected " + strconv.Quote(token))
	}
}

func (p *literal) str() string {
	for _, quote := range []string{"'", `"`} {
		if p.accept(quote) {
			end := strings.IndexAny(p.rest, quote+"\\\n")
			if end < 0 || p.rest[end] != quote[0] {
				p.fail("unterminated string")
				return ""
			}
			s := p.rest[:end]
			p.rest = p.rest[end+1:]
			return s
		}
	}
	p.fail("expected a string")
	return ""
}

func (p *literal) boolean() bool {
	if p.accept("True") {
		return true
	}
	if !p.accept("False") {
		p.fail("expected True or False")
	}
	return false
}

func (p *literal) tuple() []int {
	dims := []int{}
	p.expect("(")
	for p.err == nil && !p.accept(")") {
		dims = append(dims, p.integer())
		if len(dims) > maxDims {
			p.fail("too many dimensions")
		}
		if !p.accept(",") {
			p.expect(")")
			break
		}
	}
	return dims
}

func (p *literal) integer() int {
	if p.err != nil {
		return 0
	}
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	end := 0
	for end < len(p.rest) && p.rest[end] >= '0' && p.rest[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(p.rest[:end], 10, 64)
	if err != nil || int64(int(n)) != n {
		p.fail("expected a dimension, found " + strconv.Quote(firstWord(p.rest)))
		return 0
	}
	p.rest = strings.TrimPrefix(p.rest[end:], "L") // Python 2 wrote 3L
	return int(n)
}

func firstWord(s string) string {
	if i := strings.IndexAny(s, " ,)}\n"); i >= 0 {
		s = s[:i]
	}
	if len(s) > 24 {
		s = s[:24] + "…"
	}
	return s
}
