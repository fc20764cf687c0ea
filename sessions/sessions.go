// Package sessions keeps what was done in a file, to be shown, replayed and
// compared.
//
// A session is one file of lines of JSON that only grows: a Header, then an
// Entry for each job that ended. Several programs may append to one, and a crash
// costs at most the last line. The package does not know what jobs and results
// mean: package workbench makes entries of them, and jobs of entries.
package sessions

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// Schema names the form of a session.
const Schema = "zmlx.session/1"

// maxEntry bounds an entry, in bytes of JSON. It is a variable for the test.
var maxEntry = 64 << 20

// Header is the first line.
type Header struct {
	Schema  string    `json:"schema"`
	Created time.Time `json:"created"`
}

// Entry is a job that was done.
type Entry struct {
	At      time.Time         `json:"at"`      // its end
	Tool    string            `json:"tool"`    // the version of zmlx
	Label   string            `json:"label"`   // "check silu.yaml"
	Elapsed time.Duration     `json:"elapsed"` // in nanoseconds
	Job     json.RawMessage   `json:"job"`
	Result  json.RawMessage   `json:"result,omitempty"`  // none if it failed
	Error   string            `json:"error,omitempty"`   // why it did
	Code    string            `json:"code,omitempty"`    // the kind of that error
	Outputs map[string]string `json:"outputs,omitempty"` // SHA-256 of the elements of the arrays that it computed, by name
}

// Session is what a file holds.
type Session struct {
	Header
	Entries []Entry
	Torn    int // lines that hold no entry
}

// Append adds an entry to the session in a file, which it makes if there is none.
func Append(path string, e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if len(line) > maxEntry {
		return fmt.Errorf("%s: %s is not recorded: it takes %d MB, and an entry may take %d", path, e.Label, len(line)>>20, maxEntry>>20)
	}
	f, empty, err := appendable(path)
	if err != nil {
		return err
	}
	// What is appended begins with a new line, in case that the last one is torn.
	text := append(append([]byte{'\n'}, line...), '\n')
	if empty {
		header, _ := json.Marshal(Header{Schema, e.At})
		text = append(header, text...)
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// Ready says why nothing could be appended to a file, before there is something.
func Ready(path string) error {
	f, _, err := appendable(path)
	if err != nil {
		return err
	}
	return f.Close()
}

// appendable opens a session, or a file that is empty or made.
func appendable(path string) (f *os.File, empty bool, err error) {
	if err := regular(path); err != nil {
		return nil, false, err
	}
	if f, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o644); err != nil {
		return nil, false, err
	}
	_, err = readHeader(bufio.NewReader(f), path)
	if empty = errors.Is(err, io.EOF); err != nil && !empty {
		return nil, false, errors.Join(err, f.Close())
	}
	return f, empty, nil
}

// regular refuses what may never be read to its end, such as a pipe.
func regular(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return &fs.PathError{Op: "open", Path: path, Err: errors.New("is no regular file")}
	}
	return nil
}

// Load reads a session. Torn lines are counted and passed over.
func Load(path string) (*Session, error) {
	if err := regular(path); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	header, err := readHeader(lines, path)
	if errors.Is(err, io.EOF) {
		err = noSession(path)
	}
	if err != nil {
		return nil, err
	}
	s := &Session{Header: header}
	for {
		line, end := readLine(lines)
		var e Entry
		switch {
		case len(bytes.TrimSpace(line)) == 0, isHeader(line): // of another program that made the file at the same time
		case json.Unmarshal(line, &e) != nil || e.Label == "" || e.Job == nil:
			s.Torn++
		default:
			s.Entries = append(s.Entries, e)
		}
		if errors.Is(end, io.EOF) {
			return s, nil
		}
		if end != nil {
			return nil, end
		}
	}
}

// readHeader reads the first line. The error is io.EOF for an empty file.
func readHeader(lines *bufio.Reader, path string) (h Header, err error) {
	if _, err := lines.Peek(1); err != nil {
		return h, err
	}
	line, _ := readLine(lines)
	if !isHeader(line) {
		if _ = json.Unmarshal(line, &h); strings.HasPrefix(h.Schema, "zmlx.session/") {
			return h, &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("another version of zmlx wrote this session (%q, not %q): use that one", h.Schema, Schema)}
		}
		return h, noSession(path)
	}
	return h, json.Unmarshal(line, &h)
}

func isHeader(line []byte) bool {
	var h Header
	return json.Unmarshal(line, &h) == nil && h.Schema == Schema
}

func noSession(path string) error {
	return &fs.PathError{Op: "read", Path: path, Err: errors.New("this is no session; one begins with a line that holds \"schema\":\"" + Schema + "\"")}
}

// readLine reads up to the end of a line. One that is too long for an entry is
// read and dropped.
func readLine(lines *bufio.Reader) (line []byte, err error) {
	for {
		part, err := lines.ReadSlice('\n')
		if len(line) <= maxEntry {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			if len(line) > maxEntry+1 {
				line = []byte("-")
			}
			return line, err
		}
	}
}
