package workbench

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Expand replaces the arguments of a command line by the documents that they
// name, each once: a group of the catalogue ("norm") by its kernels, a pattern
// ("kernels/*.metal", "**/*.metal") that is no file by the files that match, and
// a folder by the documents of these kinds below it. A kernel and a group go
// before a folder of their name, unless it is written with a slash ("softmax/"),
// which also names the group of a kernel's name. What names nothing is left,
// for Open to say so.
func Expand(args []string, kinds ...DocumentKind) []string {
	var out []string
	seen := map[string]bool{}
	for _, arg := range args {
		for _, name := range expand(arg, kinds) {
			if key := identity(name); !seen[key] {
				seen[key] = true
				out = append(out, name)
			}
		}
	}
	return out
}

// identity is the same for all spellings of a path.
func identity(name string) string {
	if whole, err := filepath.Abs(name); err == nil {
		return whole
	}
	return filepath.Clean(name)
}

func expand(arg string, kinds []DocumentKind) []string {
	if isFile(arg) {
		return []string{arg}
	}
	folder := isFolder(arg)
	if _, kernel := catalogDocument(arg); kernel {
		return []string{arg}
	}
	if members := group(arg); len(members) > 0 && (!folder || !strings.HasSuffix(arg, "/")) {
		return members
	}
	var files []string
	switch {
	case folder:
		files = documentsBelow(arg, kinds)
	case strings.ContainsAny(arg, "*?["):
		files = matching(arg, kinds)
	}
	if len(files) == 0 {
		return []string{arg}
	}
	return files
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// documentsBelow lists the documents in a folder and the folders in it, but
// for those that are hidden. Headers are no documents of their own there.
func documentsBelow(folder string, kinds []DocumentKind) []string {
	var out []string
	walk(folder, func(path string) {
		if kind, ok := kindOf(path); ok && slices.Contains(kinds, kind) {
			out = append(out, path)
		}
	})
	return out
}

// walk visits the files below a folder in order of their names. A folder that
// cannot be read is visited itself; links to folders are not followed, as they
// may lead back.
func walk(folder string, visit func(path string)) {
	root := folder + string(filepath.Separator) // through a link
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		hidden := path != root && strings.HasPrefix(filepath.Base(path), ".")
		path = filepath.Clean(path)
		switch {
		case err != nil:
			visit(path)
			return fs.SkipDir
		case d.IsDir() && hidden:
			return fs.SkipDir
		case d.Type()&fs.ModeSymlink != 0 && isFolder(path):
		case !d.IsDir() && !hidden:
			visit(path)
		}
		return nil
	})
}

var specKey = regexp.MustCompile(`(?m)^\x{feff}?zmlx[ \t]*:`)

// kindOf tells what a file in a folder is: a folder holds other YAML and JSON,
// too. What cannot be read counts, as Open says why.
func kindOf(path string) (DocumentKind, bool) {
	switch {
	case strings.HasSuffix(path, ".metal"):
		return MetalDocument, true
	case strings.HasSuffix(path, ".launch.json"):
		return RecordDocument, true
	case strings.HasSuffix(path, ".yaml"), strings.HasSuffix(path, ".yml"):
		text, err := readDocument(path)
		return SpecDocument, err != nil || specKey.MatchString(text)
	}
	return MetalDocument, isFolder(path)
}

// matching lists the files that match a pattern, in which "**" stands for a
// folder and all folders in it, and the documents below folders that do.
func matching(pattern string, kinds []DocumentKind) []string {
	root, rest := literal(strings.TrimRight(filepath.ToSlash(pattern), "/"))
	segments := strings.Split(rest, "/")
	at := slices.Index(segments, "**")
	var out []string
	if at < 0 {
		found, _ := fs.Glob(os.DirFS(root), rest)
		for _, f := range found {
			switch path := filepath.Join(root, f); {
			case !matches(segments, strings.Split(f, "/")):
			case isFolder(path):
				out = append(out, documentsBelow(path, kinds)...)
			default:
				out = append(out, path)
			}
		}
		return out
	}
	folders := []string{"."}
	if at > 0 {
		folders, _ = fs.Glob(os.DirFS(root), strings.Join(segments[:at], "/"))
	}
	tail := segments[at:]
	for _, folder := range folders {
		folder = filepath.Join(root, folder)
		walk(folder, func(path string) {
			below, _ := filepath.Rel(folder, path)
			parts := strings.Split(filepath.ToSlash(below), "/")
			n := 1
			for n < len(parts) && !matches(tail, parts[:n]) {
				n++
			}
			whole := n == len(parts) && tail[len(tail)-1] != "**" // the file's own name
			switch kind, document := kindOf(path); {
			case whole && matches(tail, parts), !whole && document && slices.Contains(kinds, kind), isFolder(path): // that cannot be read
				out = append(out, path)
			}
		})
	}
	return out
}

// literal splits a pattern after the folders that are meant as they stand.
func literal(pattern string) (root, rest string) {
	at := 0
	for {
		n := strings.IndexByte(pattern[at:], '/') + 1
		if n == 0 || strings.ContainsAny(pattern[at:at+n], "*?[") && !isFolder(pattern[:at+n]) {
			break
		}
		at += n
	}
	if at == 0 {
		return ".", pattern
	}
	return pattern[:at], pattern[at:]
}

// matches reports whether a path matches a pattern, segment by segment. As in a
// shell, only a dot matches that of a hidden file.
func matches(pattern, name []string) bool {
	switch {
	case len(pattern) == 0:
		return len(name) == 0
	case pattern[0] == "**":
		return matches(pattern[1:], name) || len(name) > 0 && matches(pattern, name[1:])
	case len(name) == 0, name[0] != "." && strings.HasPrefix(name[0], ".") && !strings.HasPrefix(pattern[0], "."):
		return false
	}
	ok, _ := path.Match(pattern[0], name[0])
	return ok && matches(pattern[1:], name[1:])
}

// folderError says why a folder cannot be opened as a document.
func folderError(folder string) error {
	if _, err := os.ReadDir(folder); err != nil {
		return fileError(err)
	}
	if len(documentsBelow(folder, []DocumentKind{SpecDocument, RecordDocument, MetalDocument})) == 0 {
		e := &Error{Code: CodeFile, Message: folder + ": is a folder without a spec, launch record (*.launch.json) or .metal file"}
		if program := programBelow(folder); program != "" {
			e.Next = "zmlx import " + program + " makes specs of the kernels there"
		}
		return e
	}
	return &Error{Code: CodeFile, Message: folder + ": is a folder", Next: "name the files in it"}
}

// OpenProgram reads a program whose kernels are to be imported.
func OpenProgram(arg string) (Document, error) {
	if !isFolder(arg) {
		return OpenFile(arg)
	}
	if program := programBelow(arg); program != "" {
		return Document{}, &Error{Code: CodeFile, Message: arg + ": is a folder", Next: "name a file in it, such as " + program}
	}
	return Document{}, &Error{Code: CodeFile, Message: arg + ": is a folder without a Python or Swift file or notebook that calls metal_kernel"}
}

// programBelow is the first file in a folder and the folders in it that makes kernels.
func programBelow(folder string) string {
	found, looked := "", 0
	walk(folder, func(path string) {
		if found != "" || looked > 1000 || programs[strings.ToLower(filepath.Ext(path))] != imported {
			return
		}
		looked++
		if text, err := readDocument(path); err == nil && (strings.Contains(text, "metal_kernel") || strings.Contains(text, "metalKernel")) {
			found = path
		}
	})
	return found
}
