package workbench

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// LoadBaseline reads a baseline by its name or its file: one that was saved, or
// what a bench printed as JSON or NDJSON.
func LoadBaseline(name string) (*Baseline, error) {
	path := name
	ext := filepath.Ext(name)
	isFile := ext == ".json" || ext == ".ndjson"
	if !isFile {
		path = baselinePath(name)
	}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && isFile:
		return nil, usagef("", "there is no file %s", path)
	case errors.Is(err, fs.ErrNotExist):
		next := "keep one with zmlx bench --save"
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			next = "a file of results ends in .json or .ndjson"
		} else if names := baselineNames(); len(names) > 0 {
			next = cmp.Or(DidYouMean(name, names), "there are "+strings.Join(names, ", "))
		}
		return nil, usagef(next, "there is no baseline %q", name)
	case err != nil:
		return nil, fileError(err)
	}
	b := &Baseline{Schema: BenchSchema}
	if ext == ".ndjson" {
		b.Lines, err = decodeLines(text)
	} else if err = json.Unmarshal(text, b); err != nil {
		err = fmt.Errorf("%s%w", jsonPlace(text, err), err)
	} else if b.Schema != baselineSchema && b.Schema != BenchSchema {
		err = fmt.Errorf("its schema is %q and not %s", b.Schema, BenchSchema)
	}
	if err == nil && len(b.Lines) == 0 {
		err = errors.New("it has no lines")
	}
	for i, l := range b.Lines {
		if err == nil && (l.Kernel == "" || l.Status == "") {
			err = fmt.Errorf("line %d of the results names no kernel or no status", i+1)
		}
	}
	if err != nil {
		return nil, &Error{Code: CodeFile, Message: fmt.Sprintf("%s holds no results of a bench: %v", path, err),
			Next: "write them with zmlx bench --save, or with --format json or ndjson and --output"}
	}
	b.Name, b.path = cmp.Or(b.Name, name), path
	return b, nil
}

// decodeLines reads NDJSON.
func decodeLines(text []byte) (out []BenchLine, err error) {
	for i, line := range bytes.Split(text, []byte{'\n'}) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var l BenchLine
		if err := json.Unmarshal(line, &l); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		out = append(out, l)
	}
	return out, nil
}

// jsonPlace is the line and column of an error, "3:7: ", if it has one.
func jsonPlace(text []byte, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := int64(0)
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	default:
		return ""
	}
	before := text[:max(0, min(at, int64(len(text)))-1)] // the offset is behind what is wrong
	return fmt.Sprintf("%d:%d: ", 1+bytes.Count(before, []byte{'\n'}), len(before)-bytes.LastIndexByte(before, '\n'))
}

func baselineNames() []string {
	entries, _ := os.ReadDir(filepath.Dir(baselinePath("x")))
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok {
			names = append(names, name)
		}
	}
	return names
}
