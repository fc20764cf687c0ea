package syntax

import (
	"math/bits"
	"strconv"
	"strings"
)

// intLiteral is a parsed integer literal.
type intLiteral struct {
	value  uint64
	suffix string // lower case: u, l, ul
	hex    bool   // not decimal
}

func (l intLiteral) unsigned() bool { return strings.HasPrefix(l.suffix, "u") }

// isFloat reports whether a preprocessing number is a floating literal.
func isFloat(s string) bool {
	if len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x' {
		return strings.ContainsAny(s, ".pP")
	}
	if len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'b' {
		return false
	}
	return strings.ContainsAny(s, ".eE")
}

// Their operators take unsigned long long, long double or strings.
const noUserLiterals = "user-defined literals are not supported in Metal"

// plainInt reads a decimal integer without anything else, as most numbers are.
func plainInt(s string) (v uint64, ok bool) {
	if len(s) > 19 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		v = v*10 + uint64(d)
	}
	return v, true
}

// parseInt reads an integer literal; problem is "" if it is one.
func parseInt(s string) (lit intLiteral, problem string) {
	digits, base := s, uint64(10)
	if len(s) > 1 && s[0] == '0' {
		lit.hex = true
		switch {
		case s[1]|0x20 == 'x':
			digits, base = s[2:], 16
		case s[1]|0x20 == 'b':
			digits, base = s[2:], 2
		default:
			digits, base = s[1:], 8
		}
	}
	i := 0
	overflow := false
	for ; i < len(digits); i++ {
		c := digits[i]
		if c == '\'' {
			continue
		}
		d := hexDigit(c)
		if base < 16 && c > '9' {
			break
		}
		if d < 0 {
			break
		}
		if uint64(d) >= base {
			return lit, "invalid digit '" + string(c) + "' in " + map[uint64]string{2: "binary", 8: "octal"}[base] + " constant"
		}
		hi, lo := bits.Mul64(lit.value, base)
		lit.value = lo + uint64(d)
		overflow = overflow || hi != 0 || lit.value < lo
	}
	if i == 0 && base != 8 && base != 10 {
		return lit, "invalid digit in integer constant"
	}
	suffix := strings.ToLower(digits[i:])
	if strings.Contains(digits[i:], "lL") || strings.Contains(digits[i:], "Ll") {
		suffix = digits[i:] // which is none: both are written alike
	}
	switch suffix {
	case "", "u", "l", "ul":
		lit.suffix = suffix
	case "lu", "llu", "ull":
		lit.suffix = "ul"
	case "ll":
		lit.suffix = "l"
	default:
		if suffix[0] == '_' {
			return lit, noUserLiterals
		}
		message := "invalid suffix '" + digits[i:] + "' on integer constant"
		if base == 10 && (suffix == "f" || suffix == "h" || suffix == "bf") {
			message += "; did you mean '" + digits[:i] + ".0" + digits[i:] + "'?"
		}
		return lit, message
	}
	if overflow {
		return lit, "integer literal is too large to be represented in any integer type"
	}
	return lit, ""
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// parseFloat reads a floating literal into its text without suffix, its value
// and its suffix.
func parseFloat(s string) (text string, v float64, suffix, problem string) {
	text = s
	hex := len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x'
	i := len(s)
	for i > 0 && s[i-1] != '.' && s[i-1] != '\'' && hexDigit(s[i-1]) < 0 || i > 0 && !hex && (s[i-1]|0x20 == 'f' || s[i-1]|0x20 == 'b') {
		i--
	}
	if hex { // 0x1p-3f: the exponent is decimal, so that f is a suffix
		if p := strings.IndexAny(s, "pP"); p >= 0 {
			i = p + 1
			if i < len(s) && (s[i] == '+' || s[i] == '-') {
				i++
			}
			for i < len(s) && s[i] >= '0' && s[i] <= '9' {
				i++
			}
		}
	}
	if !hex { // no digits of a decimal literal, of which e begins an exponent
		for i > 0 && strings.IndexByte("acdACD", s[i-1]) >= 0 {
			i--
		}
	}
	text, suffix = s[:i], strings.ToLower(s[i:])
	switch suffix {
	case "", "f", "h", "bf":
	default:
		if suffix[0] == '_' {
			return text, 0, "", noUserLiterals
		}
		return text, 0, "", "invalid suffix '" + s[i:] + "' on floating constant"
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(text, "'", ""), 64)
	if err != nil && v == 0 {
		if strings.ContainsAny(text[len(text)-1:], "eEpP+-") {
			return text, 0, suffix, "exponent has no digits"
		}
		return text, 0, suffix, "invalid floating constant"
	}
	return text, v, suffix, ""
}

// parseChar gives the value of a character literal.
func parseChar(s string) (int64, string) {
	q := strings.IndexByte(s, '\'')
	if q < 0 || len(s) < q+3 {
		return 0, "empty character constant"
	}
	v, n := int64(0), 0
	for s = s[q+1 : len(s)-1]; s != ""; n++ {
		var c rune
		named := s[0] >= 0x80 || len(s) > 1 && (s[:2] == `\u` || s[:2] == `\U`)
		if c, s = unescape(s); named && c > 0x7f {
			return 0, "character too large for enclosing character literal type"
		}
		v = v<<8 | int64(c&0xff)
	}
	if n == 1 && q == 0 {
		return int64(int8(v)), "" // char is signed
	}
	return int64(int32(v)), ""
}

// severalChars reports a character literal of more than one character.
func severalChars(s string) bool {
	s = strings.Trim(s[strings.IndexByte(s, '\'')+1:], "'")
	if s == "" {
		return false
	}
	_, rest := unescape(s)
	return rest != ""
}

const multichar = "multi-character character constant"

// unquote gives the value of a string literal, prefix and all.
func unquote(s string) string {
	q := strings.IndexByte(s, '"')
	if q < 0 || len(s) < q+2 {
		return s
	}
	raw := q > 0 && s[q-1] == 'R'
	s = s[q+1 : len(s)-1]
	if raw {
		if i := strings.IndexByte(s, '('); i >= 0 && len(s) >= 2*i+2 {
			return s[i+1 : len(s)-i-1]
		}
		return s
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for s != "" {
		if s[0] != '\\' {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		u := len(s) > 1 && (s[1] == 'u' || s[1] == 'U')
		var c rune
		c, s = unescape(s)
		if u {
			b.WriteRune(c)
		} else {
			b.WriteByte(byte(c))
		}
	}
	return b.String()
}
