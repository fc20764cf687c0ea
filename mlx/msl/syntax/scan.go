package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// scanner cuts a text into preprocessing tokens in one pass.
type scanner struct {
	src   string // the text and a NUL
	off   int
	base  diag.Pos // position of src[0]
	table *identTable
	fixed bool // table takes no new words
	null  bool // that there are NULs is said
	// header makes the next < begin a header name, as after #include.
	header bool
	// report takes what is wrong with the text: a code, a message and a range
	// of offsets. nil drops it, as in a skipped group.
	report func(code, message string, start, end int)
}

// classes of bytes
const (
	cOther  = iota
	cSpace  // but no newline
	cGap    // may begin what else stands between tokens, or the end
	cHigh   // of a character beyond ASCII: it may be a space, a letter or neither
	cLetter // this and those below go on in a word
	cPrefix // a letter that may begin a literal
	cDigit
)

var class = func() (c [256]uint8) {
	for b := range 256 {
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b == '_', b == '$':
			c[b] = cLetter
		case b >= utf8.RuneSelf:
			c[b] = cHigh
		case b >= '0' && b <= '9':
			c[b] = cDigit
		}
	}
	for list, k := range map[string]uint8{" \t\v\f\r": cSpace, "\n\\/\x00": cGap, "LuUR": cPrefix} {
		for _, b := range []byte(list) {
			c[b] = k
		}
	}
	return c
}()

// single are the punctuators that no other begins with.
var single = [256]Kind{'(': LParen, ')': RParen, '{': LBrace, '}': RBrace, '[': LBrack, ']': RBrack, ';': Semi, ',': Comma, '?': Question, '~': Tilde}

// next reads a token and reports whether it names a macro. It is EOF at the
// end of the text, for ever.
func (s *scanner) next(t *Token) (macro bool) {
	src, start := s.src, s.off
	var flags tokenFlags
	if src[start] == ' ' && start > 0 { // nearly always one blank or none
		start++
		flags = spaceBefore
	}
	c := src[start]
	if k := class[c]; k-cSpace <= cHigh-cSpace || start == 0 {
		s.off = start
		flags |= s.space()
		start = s.off
		c = src[start]
		if flags&lineStart != 0 && (start == 0 || src[start-1] == '\n') {
			flags |= margin
		}
	}
	*t = Token{Pos: s.base + diag.Pos(start), flags: flags}
	if k := single[c]; k != 0 {
		t.Kind, t.size = k, 1
		s.off = start + 1
		return false
	}
	s.off = start
	switch class[c] {
	case cPrefix:
		if n := s.literalPrefix(); n > 0 {
			s.off += n
			s.quoted(t, start)
			return false
		}
		fallthrough
	case cLetter:
		var k key
		i := start
		for ; class[src[i]] >= cLetter; i++ {
			k = k.add(src[i])
		}
		if class[src[i]] == cHigh {
			return s.word(t, start)
		}
		s.off = i
		if src[i] == '\\' && s.splice(i) > 0 {
			return s.spliced(t, start)
		}
		return s.identifier(t, src[start:i], k.of(src[start:i]))
	case cHigh:
		return s.word(t, start)
	case cDigit:
		s.number(t, start)
		return false
	}
	switch c {
	case 0:
		if start >= len(s.src)-1 {
			t.Kind = EOF
			return false
		}
	case '"', '\'':
		s.quoted(t, start)
		return false
	case '.':
		if class[s.src[start+1]] == cDigit {
			s.number(t, start)
			return false
		}
	case '<':
		if s.header {
			if i := strings.IndexAny(s.src[start:], ">\n"); i > 0 && s.src[start+i] == '>' {
				s.off += i + 1
				s.literal(t, String, s.src[start:s.off])
				return false
			}
		}
	}
	kind, n := punctuator(s.src[start:])
	s.off += n
	t.Kind, t.size = kind, uint32(n)
	if kind == Invalid {
		s.literal(t, Invalid, s.src[start:s.off])
	}
	if s.src[s.off] == '\\' {
		if n := s.splice(s.off); n > 0 && class[s.src[s.off+n]] < cLetter && class[s.src[s.off+n]] != cSpace && s.src[s.off+n] != '\n' {
			return s.spliced(t, start)
		}
	}
	return false
}

// word reads an identifier with characters beyond ASCII, or one character that
// belongs to none.
func (s *scanner) word(t *Token, start int) (macro bool) {
	i := start
	for {
		c := s.src[i]
		if class[c] >= cLetter {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s.src[i:])
		if c < utf8.RuneSelf || !unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc) {
			if i == start {
				s.off += n
				s.literal(t, Invalid, s.src[start:s.off])
				return false
			}
			break
		}
		i += n
	}
	s.off = i
	if s.src[i] == '\\' && s.splice(i) > 0 {
		return s.spliced(t, start)
	}
	text := s.src[start:i]
	return s.identifier(t, text, keyOf(text))
}

func (s *scanner) identifier(t *Token, text string, key key) (macro bool) {
	t.Kind, t.size = Ident, uint32(len(text))
	id, i := s.table.find(text, key)
	if id == nil {
		if s.fixed {
			return false
		}
		id = s.table.add(text, key, i)
	}
	t.word, t.Kind = id.word, id.kind
	return id.isMacro()
}

// literal makes t a token of a kind that does not give its text.
func (s *scanner) literal(t *Token, kind Kind, text string) {
	t.Kind, t.size = kind, uint32(len(text))
	if !s.fixed {
		t.word = s.table.get(text).word
	}
}

func (s *scanner) error(code, message string, start int) {
	if s.report != nil {
		s.report(code, message, start, s.off)
	}
}

// splice returns the length of a backslash and newline at i, 0 if there is none.
func (s *scanner) splice(i int) int {
	if s.src[i] != '\\' {
		return 0
	}
	j := i + 1
	for class[s.src[j]] == cSpace {
		j++
	}
	if s.src[j] != '\n' {
		return 0
	}
	s.blanks(i+1, i+1, j)
	return j + 1 - i
}

// blanks warns at an offset of blanks between a backslash and the end of its line.
func (s *scanner) blanks(at, from, to int) {
	if s.report != nil && strings.Trim(s.src[from:to], "\r") != "" {
		s.report("backslash-newline-escape", "backslash and newline separated by space", at, at)
	}
}

// space skips white space and comments.
func (s *scanner) space() tokenFlags {
	var flags tokenFlags
	if s.off == 0 {
		flags = lineStart
	}
	src, i := s.src, s.off
	for {
		switch src[i] {
		case ' ', '\t', '\v', '\f', '\r':
			flags |= spaceBefore
			for i++; src[i] == ' '; i++ { // an indent
			}
		case '\n':
			flags |= lineStart | spaceBefore
			i++
		case '\\':
			s.off = i
			n := s.splice(i)
			if n == 0 {
				return flags
			}
			i += n
			flags |= spaceBefore
		case '/':
			switch src[i+1] {
			case '/':
				i = s.lineCommentEnd(i)
			case '*':
				n := strings.Index(src[i+2:], "*/")
				if n < 0 {
					s.off = len(src) - 1
					if s.report != nil {
						s.report("unterminated-comment", "unterminated /* comment", i, i+2)
					}
					return flags
				}
				if s.report != nil {
					s.nested(i+2, i+2+n)
				}
				i += n + 4
			default:
				s.off = i
				return flags
			}
			flags |= spaceBefore
		case 0:
			s.off = i
			if i >= len(src)-1 {
				return flags
			}
			if s.report != nil && !s.null {
				s.null = true
				s.report("null-character", "null character ignored", i, i+1)
			}
			i++
			flags |= spaceBefore
		default:
			if src[i] >= utf8.RuneSelf {
				if r, n := utf8.DecodeRuneInString(src[i:]); unicode.IsSpace(r) {
					flags |= spaceBefore
					i += n
					continue
				}
			}
			s.off = i
			return flags
		}
	}
}

// nested warns of what looks like the beginning of a comment in one.
func (s *scanner) nested(from, to int) {
	if from < to && s.src[from] == '/' {
		from++ // of the comment's own star
	}
	for {
		n := strings.Index(s.src[from:to], "/*")
		if n < 0 {
			return
		}
		if from += n + 2; s.src[from] != '/' {
			s.report("comment", "'/*' within block comment", from-2, from-2)
		}
	}
}

// lineCommentEnd returns the offset of the newline that ends a // comment.
func (s *scanner) lineCommentEnd(i int) int {
	for {
		n := strings.IndexByte(s.src[i:], '\n')
		if n < 0 {
			return len(s.src) - 1
		}
		i += n
		j := i - 1
		for class[s.src[j]] == cSpace {
			j--
		}
		if s.src[j] != '\\' {
			return i
		}
		s.blanks(j, j+1, i)
		i++
	}
}

// number reads a preprocessing number.
func (s *scanner) number(t *Token, start int) {
	i := start + 1
	for {
		c := s.src[i]
		switch {
		case class[c] >= cLetter || c == '.':
			i++
		case c == '\'' && class[s.src[i+1]] >= cLetter:
			i += 2
		case (c == '+' || c == '-') && isExponent(s.src[i-1]) && !(s.src[start] == '0' && s.src[start+1]|0x20 == 'x' && s.src[i-1]|0x20 == 'e'):
			i++
		default:
			s.off = i
			s.literal(t, Number, s.src[start:i])
			if c == '\\' && s.splice(i) > 0 {
				s.spliced(t, start)
			}
			return
		}
	}
}

func isExponent(c byte) bool { c |= 0x20; return c == 'e' || c == 'p' }

// literalPrefix returns the length of an encoding prefix before a quote.
func (s *scanner) literalPrefix() int {
	rest := s.src[s.off:]
	if class[rest[1]] == cLetter {
		return 0 // a word, nearly always
	}
	for _, p := range []string{"u8", "u", "U", "L", ""} {
		if !strings.HasPrefix(rest, p) {
			continue
		}
		switch q := rest[len(p)]; {
		case (q == '"' || q == '\'') && p != "":
			return len(p)
		case q == 'R' && len(rest) > len(p)+1 && rest[len(p)+1] == '"':
			return len(p) + 1
		}
	}
	return 0
}

// quoted reads a string or character literal; s.off is at the quote.
func (s *scanner) quoted(t *Token, start int) {
	quote := s.src[s.off]
	kind := String
	if quote == '\'' {
		kind = Char
	}
	if s.off > start && s.src[s.off-1] == 'R' {
		s.raw(t, start)
		return
	}
	i := s.off + 1
	splices := false
	for {
		switch c := s.src[i]; {
		case c == quote:
			s.off = i + 1
			text := s.src[start:s.off]
			if splices {
				text = removeSplices(text)
			}
			s.literal(t, kind, text)
			return
		case c == '\\':
			if n := s.splice(i); n > 0 {
				splices = true
				i += n
			} else if s.src[i+1] != 0 {
				i += 2
			} else {
				i++
			}
		case c == '\n' || c == 0 && i >= len(s.src)-1:
			s.off = i
			s.literal(t, Invalid, s.src[start:i])
			switch {
			case s.header: // which is no header's name, then
			case quote == '"':
				s.error("unterminated-literal", "missing terminating '\"' character", start)
			default:
				s.error("unterminated-literal", "missing terminating ' character", start)
			}
			return
		default:
			i++
		}
	}
}

// raw reads R"delim(...)delim".
func (s *scanner) raw(t *Token, start int) {
	rest := s.src[s.off+1:]
	problem := "invalid delimiter of a raw string: write R\"(…)\""
	if open := strings.IndexAny(rest[:min(len(rest), 17)], "( )\\\t\v\f\n"); open >= 0 && rest[open] == '(' {
		last := ")" + rest[:open] + "\""
		if end := strings.Index(rest, last); end >= 0 {
			s.off += 1 + end + len(last)
			s.literal(t, String, s.src[start:s.off])
			return
		}
		problem = "raw string missing terminating delimiter " + last
	}
	for s.src[s.off] != '\n' && s.off < len(s.src)-1 {
		s.off++
	}
	s.literal(t, Invalid, s.src[start:s.off])
	s.error("unterminated-literal", problem, start)
}

// spliced reads the token at start again, from a copy of the line in which
// backslash-newlines are removed.
func (s *scanner) spliced(t *Token, start int) (macro bool) {
	// The logical line: up to a newline that no backslash precedes.
	end := start
	for s.src[end] != '\n' && end < len(s.src)-1 {
		if n := s.splice(end); n > 0 {
			end += n
		} else {
			end++
		}
		if end-start > maxSpliced {
			break
		}
	}
	end = min(end, len(s.src)-1)
	clean := removeSplices(s.src[start:end])
	sub := scanner{src: clean + "\x00", table: s.table, fixed: s.fixed}
	pos, flags := t.Pos, t.flags
	macro = sub.next(t)
	t.Pos, t.flags = pos, flags
	// Map the length of the clean text back.
	i := start
	for n := sub.off; n > 0; n-- {
		for k := s.splice(i); k > 0; k = s.splice(i) {
			i += k
		}
		i++
	}
	s.off = min(i, len(s.src)-1)
	if t.Kind == EOF { // the clean text is a comment
		macro = s.next(t)
		t.flags |= flags | spaceBefore
	}
	return macro
}

// maxSpliced bounds how far a token may reach over backslash-newlines.
const maxSpliced = 1 << 10

func removeSplices(text string) string {
	s := scanner{src: text + "\x00"}
	var b strings.Builder
	for i := 0; i < len(text); {
		if n := s.splice(i); n > 0 {
			i += n
			continue
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}
