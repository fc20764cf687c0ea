package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// Options steer preprocessing and parsing.
type Options struct {
	// Defines are object-like macros, as -D name=value gives them.
	Defines map[string]string
	// Include returns the text of an #include that is not one of Metal's own
	// headers; nil refuses every such include. from is the including file. An
	// error other than fs.ErrNotExist is of a file that is there.
	Include func(name, from string, angled bool) (path, text string, err error)
	// Version is __METAL_VERSION__, 320 if zero.
	Version int
	// ErrorLimit is the number of errors after which reading stops;
	// diag.DefaultLimit if zero.
	ErrorLimit int
}

func (o *Options) version() int {
	if o.Version == 0 {
		return 320
	}
	return o.Version
}

// Tokens are those of a preprocessed unit; the last is EOF.
type Tokens struct {
	List  []Token
	table *identTable
}

// Text is what one of the tokens reads.
func (ts Tokens) Text(t Token) string { return ts.table.text(t) }

// Preprocess returns the tokens of a unit: the text and what it includes, with
// directives obeyed and macros expanded.
func Preprocess(src *diag.Sources, file, text string, opt Options) (Tokens, []diag.Diagnostic) {
	bag := &diag.Bag{Limit: opt.ErrorLimit}
	p := newPreprocessor(src, bag, &opt, newIdentTable(words()), new(nodes))
	p.preset("<built-in>", predefined+versioned(opt.version()))
	p.preset("<command line>", commandLine(opt.Defines))
	p.unit(file, text)
	return Tokens{p.out, p.table}, bag.List()
}

// preset reads definitions that stand in no file.
func (p *preprocessor) preset(name, text string) {
	if text == "" {
		return
	}
	p.enter(name, text, 0)
	p.run()
	p.bytes = 0
}

// unit reads a file and leaves its tokens in out.
func (p *preprocessor) unit(file, text string) {
	if n := min(len(text)/4+16, maxTokens); cap(p.out) < n {
		p.out = make([]Token, 0, n)
	}
	p.enter(file, text, 0)
	var end diag.Pos
	if p.file != nil {
		p.start = p.file.base
		end = p.file.base + diag.Pos(len(p.file.src)-1)
	}
	p.run()
	p.out = append(p.out, Token{Kind: EOF, Pos: end, flags: lineStart})
}

// String renders tokens as a preprocessor does: lines as in the source, one
// space where there was white space, pragmas on lines of their own.
func (ts Tokens) String() string {
	var b strings.Builder
	fresh := true
	before := ""
	for _, t := range ts.List {
		text := ts.Text(t)
		switch {
		case t.Kind == EOF:
			continue
		case t.Kind == PragmaTok:
			if !fresh {
				b.WriteByte('\n')
			}
			b.WriteString("#pragma " + text + "\n")
			fresh = true
			continue
		case fresh:
		case t.flags&lineStart != 0:
			b.WriteByte('\n')
		case t.flags&spaceBefore != 0 || joins(before, text):
			b.WriteByte(' ')
		}
		b.WriteString(text)
		fresh = false
		before = text
	}
	if !fresh {
		b.WriteByte('\n')
	}
	return b.String()
}

// joins reports whether two tokens would read as another if they touched.
func joins(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	x, y := a[len(a)-1], b[0]
	if class[x] >= cHigh {
		return class[y] >= cHigh
	}
	return x == y && strings.IndexByte("+-<>&|:#=", x) >= 0 || y == '=' && strings.IndexByte("+-*/%&|^!<>=", x) >= 0 || x == '-' && y == '>'
}
