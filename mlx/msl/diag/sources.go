package diag

import (
	"sort"
	"strings"
	"sync"
)

// maxPos bounds the position space. Half of uint32 is left free so that sums
// of a position and a length never wrap.
const maxPos = 1 << 31

// Sources is an append-only store of texts and macro expansions. Adding is for
// one goroutine; everything else may be called by many once adding has ended.
type Sources struct {
	base  *Sources // holds the positions below first
	first Pos
	end   Pos // next free position
	pages []*[pageSize]entry
	count int // of entries
	files []*file

	settings []setting // of warnings, in the order in which they were read
	pushed   []*says
}

// entry is a range of positions: a file, or the tokens that an expansion
// produced. It ends one position before the next begins, so that the end of
// its last token still belongs to it. Macros make very many of them: an entry
// holds no pointer.
type entry struct {
	start Pos
	// spelling is where an expansion's text was written, offset by offset.
	spelling Pos
	// use is what the expansion replaced: the macro's invocation or, for an
	// argument, the parameter in the macro's body.
	use  Span
	kind entryKind
}

// entryKind says what a range of positions is: an expansion of a macro's body
// or of an argument, or the file with this index.
type entryKind int32

const (
	macroBody entryKind = -1 - iota
	macroArg
)

// pageSize is how many entries stand together: a list that moved when it grew
// would be copied several times.
const pageSize = 256

func (s *Sources) add(e entry) {
	if s.count == len(s.pages)*pageSize {
		s.pages = append(s.pages, new([pageSize]entry))
	}
	*s.entry(s.count) = e
	s.count++
}

// entry returns the i-th entry, in the order of positions.
func (s *Sources) entry(i int) *entry { return &s.pages[i/pageSize][i%pageSize] }

func (e *entry) isFile() bool { return e.kind >= 0 }

type file struct {
	name     string
	text     string
	from     Pos // of the #include
	scratch  bool
	presumed []presumed // what Resolve tells
	directed []presumed // what #line said, once AsWritten was called

	once  sync.Once
	lines []uint32 // offset of each line's first byte
}

// presumed says that the line at offset and those after it have other numbers.
type presumed struct {
	offset uint32
	name   string
	line   int // of the line that begins at or holds offset
}

// NewSources returns an empty store.
func NewSources() *Sources { return &Sources{first: 1, end: 1} }

// Extend returns a store that knows everything in s and adds to it without
// changing s, which must not be added to any more. It is how many compilations
// share one parsed prelude.
func (s *Sources) Extend() *Sources {
	return &Sources{base: s, first: s.end, end: s.end}
}

// Editable reports whether what a span covers was written there: an edit of
// what a macro expands to would change the macro for all of its uses.
func (s *Sources) Editable(sp Span) bool {
	in := s.FileSpan(sp)
	return s.Spelling(sp.Start) == in.Start && s.Spelling(sp.End) == in.End
}

// Written is what a span holds, on one line: a run of blanks is one blank. It
// is empty if the span does not lie in one file or is long.
func (s *Sources) Written(sp Span) string {
	sp = s.FileSpan(sp)
	f, off := s.fileAt(sp.Start)
	if f == nil || !s.SameRange(sp.Start, sp.End) || sp.End < sp.Start || sp.End-sp.Start > 200 {
		return ""
	}
	return strings.Join(strings.Fields(f.text[off:off+uint32(sp.End-sp.Start)]), " ")
}

// First is the first position that belongs to no store that s extends.
func (s *Sources) First() Pos { return s.first }

func (s *Sources) reserve(n int) (Pos, bool) {
	if n < 0 || n >= maxPos || uint64(s.end)+uint64(n)+1 > maxPos {
		return 0, false
	}
	start := s.end
	s.end += Pos(n) + 1
	return start, true
}

// LineEnds returns a text whose carriage returns that no newline follows, which
// once ended lines, are newlines.
func LineEnds(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	b := []byte(text)
	for i, c := range b {
		if c == '\r' && (i+1 == len(b) || b[i+1] != '\n') {
			b[i] = '\n'
		}
	}
	return string(b)
}

// AddFile adds a text and returns the positions that it covers. from is the
// position of the directive that included it, or 0. It fails when the position
// space of 2 GiB is used up.
func (s *Sources) AddFile(name, text string, from Pos) (Span, bool) {
	return s.addFile(&file{name: name, text: text, from: from})
}

// AddScratch adds a text that was written nowhere, such as a pasted token.
func (s *Sources) AddScratch(text string) (Span, bool) {
	return s.addFile(&file{name: "<scratch space>", text: text, scratch: true})
}

func (s *Sources) addFile(f *file) (Span, bool) {
	start, ok := s.reserve(len(f.text))
	if !ok {
		return Span{}, false
	}
	s.add(entry{start: start, kind: entryKind(len(s.files))})
	s.files = append(s.files, f)
	return Span{start, start + Pos(len(f.text))}, true
}

// AddExpansion reserves n positions for tokens that are spelled from spelling
// on and stand there because of the macro invocation use. The result's offset
// i stands for spelling+i.
func (s *Sources) AddExpansion(spelling Pos, n int, use Span) (Pos, bool) {
	return s.addExpansion(entry{spelling: spelling, use: use, kind: macroBody}, n)
}

// AddArgument is AddExpansion for tokens of a macro argument; use is the
// parameter in the expansion of the macro's body that they replace.
func (s *Sources) AddArgument(spelling Pos, n int, use Span) (Pos, bool) {
	return s.addExpansion(entry{spelling: spelling, use: use, kind: macroArg}, n)
}

func (s *Sources) addExpansion(e entry, n int) (Pos, bool) {
	start, ok := s.reserve(n)
	if !ok {
		return 0, false
	}
	e.start = start
	s.add(e)
	return start, true
}

// SetLine renumbers: the line that holds p is line of the file name from here
// on (#line). An empty name keeps the name in force.
func (s *Sources) SetLine(p Pos, line int, name string) {
	f, off := s.fileAt(p)
	if f == nil {
		return
	}
	if name == "" {
		name, _ = f.presumedAt(off)
	}
	f.presumed = append(f.presumed, presumed{off, name, line})
}

// AsWritten lets Resolve tell where positions stand in their files, whatever #line said of them
// so far. That remains with Presented.
func (s *Sources) AsWritten() {
	for _, f := range s.files {
		f.directed, f.presumed = f.presumed, nil
	}
}

// Presented returns the file and line that #line gives to FilePos(p) instead of where it stands,
// after AsWritten. The zero Location stands for none.
func (s *Sources) Presented(p Pos) Location {
	f, off := s.fileAt(s.FilePos(p))
	if f == nil {
		return Location{}
	}
	i := before(f.directed, off)
	if i < 0 {
		return Location{}
	}
	name, line := f.lineAfter(f.directed[i], off)
	if name == f.name && line == f.lineIndex(off)+1 {
		return Location{}
	}
	return Location{File: name, Line: line, Column: int(off-f.lineStart(off)) + 1}
}

// File returns the name of the file that p is in, whatever #line says, and its first position.
func (s *Sources) File(p Pos) (name string, start Pos) {
	p = s.FilePos(p)
	f, off := s.fileAt(p)
	if f == nil {
		return "", p
	}
	return f.name, p - Pos(off)
}

// find returns the entry that holds p, or nil.
func (s *Sources) find(p Pos) *entry {
	for p < s.first && s.base != nil {
		s = s.base
	}
	if p < s.first || p >= s.end {
		return nil
	}
	lo, hi := 0, s.count
	for hi-lo > 1 {
		mid := int(uint(lo+hi) >> 1)
		if s.entry(mid).start <= p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return s.entry(lo)
}

// fileAt returns the file that p is a position in, or nil, and the offset there.
func (s *Sources) fileAt(p Pos) (*file, uint32) {
	e := s.find(p)
	if e == nil || !e.isFile() {
		return nil, 0
	}
	for p < s.first {
		s = s.base
	}
	return s.files[e.kind], uint32(p - e.start)
}

// SameRange reports whether p and q lie in one file or one expansion, so that
// the text between them is contiguous.
func (s *Sources) SameRange(p, q Pos) bool {
	e := s.find(p)
	return e != nil && e == s.find(q)
}

// InMacro reports whether p is a position in a macro expansion.
func (s *Sources) InMacro(p Pos) bool {
	e := s.find(p)
	return e != nil && !e.isFile()
}

// Spelling returns the position in a file where the token at p was written:
// for a token of a macro's body, in its definition.
func (s *Sources) Spelling(p Pos) Pos {
	for {
		e := s.find(p)
		if e == nil || e.isFile() {
			return p
		}
		p = e.spelling + (p - e.start)
	}
}

// FilePos returns the position in a file that a reader would point at: for a
// token of a macro's body the macro's invocation, for a token of an argument
// the argument.
func (s *Sources) FilePos(p Pos) Pos {
	for {
		e := s.find(p)
		if e == nil || e.isFile() {
			return p
		}
		p = e.caller(p)
	}
}

func (e *entry) caller(p Pos) Pos {
	if e.kind == macroArg {
		return e.spelling + (p - e.start)
	}
	return e.use.Start
}

// OuterPos is FilePos in the file that the compilation began with: for text of an
// included file the directive.
func (s *Sources) OuterPos(p Pos) Pos {
	for {
		p = s.FilePos(p)
		f, _ := s.fileAt(p)
		if f == nil || f.from == 0 {
			return p
		}
		p = f.from
	}
}

// FileSpan maps a span to text of one file, as FilePos does for its ends. It
// returns the empty span at FilePos(sp.Start) if the ends lie in two files.
func (s *Sources) FileSpan(sp Span) Span {
	start := s.FilePos(sp.Start)
	end := sp.End
	for {
		e := s.find(end)
		if e == nil || e.isFile() {
			break
		}
		if e.kind == macroArg {
			end = e.spelling + (end - e.start)
		} else {
			end = e.use.End
		}
	}
	if end < start || !s.SameRange(start, end) {
		return Span{start, start}
	}
	return Span{start, end}
}

// Resolve returns the file, line and column of FilePos(p), as #line directives
// present them. The zero Location stands for an unknown position.
func (s *Sources) Resolve(p Pos) Location {
	f, off := s.fileAt(s.FilePos(p))
	if f == nil {
		return Location{}
	}
	name, line := f.presumedAt(off)
	return Location{File: name, Line: line, Column: int(off-f.lineStart(off)) + 1}
}

// Text returns what is written at sp, or "" if its ends are not in one file or
// expansion.
func (s *Sources) Text(sp Span) string {
	if !s.SameRange(sp.Start, sp.End) {
		return ""
	}
	f, lo := s.fileAt(s.Spelling(sp.Start))
	if f == nil || sp.End < sp.Start {
		return ""
	}
	return f.text[lo:min(int(lo)+int(sp.End-sp.Start), len(f.text))]
}

// Line returns the whole line that holds FilePos(p), without its end, and the
// position of its first byte.
func (s *Sources) Line(p Pos) (string, Pos) {
	p = s.FilePos(p)
	f, off := s.fileAt(p)
	if f == nil {
		return "", 0
	}
	start := f.lineStart(off)
	text := f.text[start:]
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSuffix(text, "\r"), p - Pos(off-start)
}

// IncludedFrom returns the position of the directive that included the file of
// FilePos(p), or 0.
func (s *Sources) IncludedFrom(p Pos) Pos {
	f, _ := s.fileAt(s.FilePos(p))
	if f == nil {
		return 0
	}
	return f.from
}

// lineTable computes the line starts once, on the first question.
func (f *file) lineTable() []uint32 {
	f.once.Do(func() {
		f.lines = make([]uint32, 1, strings.Count(f.text, "\n")+1)
		for at := 0; ; {
			i := strings.IndexByte(f.text[at:], '\n')
			if i < 0 {
				return
			}
			at += i + 1
			f.lines = append(f.lines, uint32(at))
		}
	})
	return f.lines
}

func (f *file) lineIndex(off uint32) int {
	lines := f.lineTable()
	return sort.Search(len(lines), func(i int) bool { return lines[i] > off }) - 1
}

func (f *file) lineStart(off uint32) uint32 { return f.lineTable()[f.lineIndex(off)] }

func (f *file) presumedAt(off uint32) (string, int) {
	if i := before(f.presumed, off); i >= 0 {
		return f.lineAfter(f.presumed[i], off)
	}
	return f.name, f.lineIndex(off) + 1
}

// before finds the last of ps that tells about off, or -1.
func before(ps []presumed, off uint32) int {
	return sort.Search(len(ps), func(i int) bool { return ps[i].offset > off }) - 1
}

// lineAfter is the name of the line that holds off, as p has it.
func (f *file) lineAfter(p presumed, off uint32) (string, int) {
	return p.name, p.line + f.lineIndex(off) - f.lineIndex(p.offset)
}

// RangeEnd returns the end of the file or expansion that holds p.
func (s *Sources) RangeEnd(p Pos) Pos {
	for p < s.first && s.base != nil {
		s = s.base
	}
	i := sort.Search(s.count, func(i int) bool { return s.entry(i).start > p })
	if i < s.count {
		return s.entry(i).start - 1
	}
	return s.end - 1
}
