package workbench

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// OpenRevision reads a document as it was at a revision of the git repository
// that its file lies in.
func OpenRevision(path, revision string) (Document, error) {
	if !isFile(path) {
		return Document{}, usagef("", "%s is no file, so it has no revision %s", path, revision)
	}
	if revision == "" || strings.HasPrefix(revision, "-") {
		return Document{}, usagef(`write "git:HEAD~1"`, "%q is no revision", revision)
	}
	cmd := exec.Command("git", "-C", filepath.Dir(path), "show", revision+":./"+filepath.Base(path))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return Document{}, &Error{Code: CodeFile, Message: fmt.Sprintf("%s at %s: %s", path, revision, strings.TrimSpace(errs.String()+" "+err.Error()))}
	}
	return Document{Path: path, Text: out.String()}, nil
}
