package workbench

import (
	"regexp"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/sema"
)

// library finds what a .metal file calls and does not define in the other files
// that are linked with it.
type library struct {
	opt     MetalOptions
	defined map[string]map[string]bool // symbols by file, of those that were asked
}

// elsewhere is sema.Unit's. Only files are compiled that may define the symbol:
// others call it as often as they like.
func (l *library) elsewhere(symbol string) bool {
	path, _, _ := strings.Cut(symbol, "(")
	path, _, _ = strings.Cut(path, "<")
	name := path[strings.LastIndexByte(path, ':')+1:]
	definition := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\s*(\([^;{}]*\)[^;{}]*\{|[^;(){}]*[={])`)
	for _, file := range l.opt.Linked {
		text, err := readDocument(file)
		if err == nil && definition.MatchString(text) && l.symbols(file, text)[symbol] {
			return true
		}
	}
	return false
}

func (l *library) symbols(file, text string) map[string]bool {
	if known, ok := l.defined[file]; ok {
		return known
	}
	symbols := map[string]bool{}
	l.defined[file] = symbols
	includes := includer{dirs: l.opt.IncludeDirs, texts: map[string]string{}}
	msl.Compile(file, text, msl.Options{Defines: l.opt.Defines, Include: includes.find,
		Unit: sema.Unit{Define: func(s string) { symbols[s] = true }}})
	return symbols
}
