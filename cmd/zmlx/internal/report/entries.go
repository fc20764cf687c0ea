package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/workbench"
)

// fileEntries are the kernel functions of a .metal file.
type fileEntries struct {
	File    string            `json:"file"`
	Entries []workbench.Entry `json:"entries"`
}

// Entries prints the kernel functions of .metal files.
func Entries(w io.Writer, results []*workbench.CheckResult, opt Options) error {
	files := make([]fileEntries, len(results))
	for i, r := range results {
		files[i] = fileEntries{r.File, append([]workbench.Entry{}, r.Entries...)}
	}
	switch opt.Format {
	case JSON:
		return writeJSON(w, struct {
			Schema string        `json:"schema"`
			Files  []fileEntries `json:"files"`
		}{"zmlx.entries/2", files})
	case NDJSON:
		for _, f := range files {
			if err := writeLine(w, f); err != nil {
				return err
			}
		}
		return nil
	case Table:
		return entryTables(w, files, opt)
	}
	t := newEntryTable(column{"file", left})
	for _, f := range files {
		for _, e := range f.Entries {
			t.add(append([]string{f.File}, entryCells(e)...)...)
		}
	}
	return writeTable(w, t, opt)
}

// entryTables is a table for each file, under its name if there are several.
func entryTables(w io.Writer, files []fileEntries, opt Options) error {
	for i, f := range files {
		if len(files) > 1 {
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintln(w, opt.Paint.Bold(f.File))
		}
		if len(f.Entries) == 0 {
			fmt.Fprintln(w, "no kernel functions")
			continue
		}
		t := newEntryTable()
		for _, e := range f.Entries {
			t.add(entryCells(e)...)
		}
		if err := t.write(w, opt.Paint, opt.Width); err != nil {
			return err
		}
		if spare := spareConstants(f.Entries); spare != "" {
			fmt.Fprintf(w, "function constants that need no value: %s\n", spare)
		}
	}
	return nil
}

func newEntryTable(first ...column) *table {
	return &table{columns: append(first, column{"kernel", left}, column{"buffers", wrapped}, column{"function constants", left},
		column{"threadgroup bytes", right}, column{"max threads", right}), spare: []string{"max threads"}}
}

func entryCells(e workbench.Entry) []string {
	threads := 1024
	if e.MaxThreads > 0 {
		threads = e.MaxThreads
	}
	return []string{e.Name, bufferList(e.Buffers), constantList(e.FunctionConstants), localBytes(e), strconv.Itoa(threads)}
}

func bufferList(args []workbench.EntryArg) string {
	var texts []string
	for _, a := range args {
		access := ""
		if a.ReadOnly {
			access = "const "
		}
		texts = append(texts, fmt.Sprintf("%d: %s%s %s", a.Index, access, a.Type, a.Name))
	}
	return strings.Join(texts, ", ")
}

// constantList names the function constants that a kernel needs.
func constantList(constants []workbench.EntryConstant) string {
	var texts []string
	for _, c := range constants {
		if c.Required {
			texts = append(texts, constantText(c))
		}
	}
	return strings.Join(texts, ", ")
}

func constantText(c workbench.EntryConstant) string {
	return fmt.Sprintf("%d: %s %s", c.Index, c.Type, c.Name)
}

// spareConstants names those that no kernel of a file needs.
func spareConstants(entries []workbench.Entry) string {
	var texts []string
	for i, c := range entries[0].FunctionConstants {
		if !slices.ContainsFunc(entries, func(e workbench.Entry) bool { return e.FunctionConstants[i].Required }) {
			texts = append(texts, constantText(c))
		}
	}
	return strings.Join(texts, ", ")
}

func localBytes(e workbench.Entry) string {
	text := strconv.Itoa(e.ThreadgroupBytes)
	if len(e.Threadgroup) > 0 {
		text += " + dynamic"
	}
	return text
}
