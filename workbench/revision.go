package workbench

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// OpenRevision reads a document as it was at a revision of the git repository
// that its file lies in.
func OpenRevision(path, revision string) (Document, error) {
	const keep = "compare with a baseline that --save keeps"
	if !isFile(path) {
		return Document{}, usagef("copy it to a file of your own with zmlx kernels show", "%s is part of zmlx, so it has no revision %s", path, revision)
	}
	if revision == "" || strings.HasPrefix(revision, "-") {
		return Document{}, usagef(`write "git:HEAD~1"`, "%q is no revision", revision)
	}
	if _, err := exec.LookPath("git"); err != nil {
		return Document{}, usagef("install it, or "+keep, "%s has no revision %s: there is no git here", path, revision)
	}
	git := func(args ...string) (string, error) {
		cmd := exec.Command("git", append([]string{"-C", filepath.Dir(path)}, args...)...)
		cmd.Env = append(os.Environ(), "LC_ALL=C") // as what it says is looked at
		out, err := cmd.Output()
		return string(out), err
	}
	text, err := git("show", revision+":./"+filepath.Base(path))
	if err == nil {
		return Document{Path: path, Text: text}, nil
	}
	if _, err := git("rev-parse", "--git-dir"); err != nil {
		why, next := "it does not lie in a git repository", keep+", or commit it first"
		var failed *exec.ExitError
		if errors.As(err, &failed) && !bytes.Contains(failed.Stderr, []byte("not a git repository")) { // somebody else's, as in a container
			said, _, _ := strings.Cut(string(failed.Stderr), "\n")
			why, next = "git says: "+said, "git status in its folder says what to do"
		}
		return Document{}, usagef(next, "%s has no revision %s: %s", path, revision, why)
	}
	if _, err := git("rev-parse", "--verify", "--quiet", revision+"^{commit}"); err != nil {
		return Document{}, usagef("git log shows those that there are; a shallow clone has few", "%s has no revision %s: its repository has none of that name", path, revision)
	}
	return Document{}, usagef("commit it, or name a later revision", "%s is not in revision %s", path, revision)
}
