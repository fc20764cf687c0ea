package syntax

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// include reads the file that an #include names.
func (p *preprocessor) include(t *Token) {
	f := p.file
	f.header = true
	toks := p.rest()
	f.header = false
	at := diag.Span{Start: t.End(), End: t.End()}
	if len(toks) > 0 && toks[0].Kind != String {
		toks = p.expandList(append([]Token(nil), toks...))
		if len(toks) > 0 && toks[0].Kind == Less { // <name> out of a macro
			toks = p.joinHeader(toks)
		}
	}
	name, angled, ok := p.headerName(toks)
	if !ok {
		if len(toks) > 0 {
			at = toks[0].Span()
		}
		p.errorf("include-name", at, "expected \"FILENAME\" or <FILENAME>")
		return
	}
	if len(toks) > 1 {
		p.warnf("extra-tokens", toks[1].Span(), "extra tokens at end of #%s directive", p.table.text(*t))
	}
	at = toks[0].Span()
	if name == "" {
		p.errorf("include-name", at, "empty filename")
		return
	}
	if reason := refusedHeaders[strings.SplitN(name, "/", 2)[0]]; reason != "" {
		p.fail("unsupported-header", at, "'%s' is not supported: %s", name, reason)
		return
	}
	path, text, err := p.find(name, angled)
	if errors.Is(err, fs.ErrNotExist) {
		if name == loggingHeader {
			p.fail("metal-version", at, "'%s' needs Metal 3.2", name)
			return
		}
		p.missingFile(name, at)
		return
	}
	if err != nil {
		p.fail("file-unreadable", at, "'%s' cannot be read: %v", name, err)
		return
	}
	if path == "" {
		return
	}
	once, met := p.once[path]
	imported := p.table.text(*t) == "import"
	p.once[path] = once || imported
	if once || imported && met {
		return
	}
	p.enter(path, text, t.Pos)
	p.file.path = path
}

// headerName takes the brackets or quotes off the name of a header.
func (p *preprocessor) headerName(toks []Token) (name string, angled, ok bool) {
	if len(toks) == 0 || toks[0].Kind != String {
		return "", false, false
	}
	text := p.table.text(toks[0])
	return text[1 : len(text)-1], text[0] == '<', true
}

// joinHeader makes a <name> that macros have given one token.
func (p *preprocessor) joinHeader(toks []Token) []Token {
	for i := range toks {
		if toks[i].Kind == Greater {
			t := p.literal(String, p.table.joined(toks[:i+1]), toks[0].Pos, toks[0].flags)
			return append([]Token{t}, toks[i+1:]...)
		}
	}
	return toks
}

// find looks for a header. The path of one that is built in is "".
func (p *preprocessor) find(name string, angled bool) (path, text string, err error) {
	if angled && p.builtinHeader(name) {
		p.library = true
		return "", "", nil
	}
	err = fs.ErrNotExist
	if p.opt.Include != nil {
		path, text, err = p.opt.Include(name, p.file.path, angled)
	}
	if err != nil && p.builtinHeader(name) {
		return "", "", nil
	}
	return path, text, err
}
