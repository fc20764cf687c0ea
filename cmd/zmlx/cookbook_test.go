package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// TestCookbook runs the recipes of docs/cookbook.md in their order, in one
// folder. A block with a file name is that file, "sh" blocks are commands, and
// the lines of the "text" block after them must be among what the last one
// prints, with any text for "…" and any spaces for spaces.
func TestCookbook(t *testing.T) {
	text, err := os.ReadFile("../../docs/cookbook.md")
	require.NoError(t, err)
	dir := t.TempDir()
	script, recipes := cookbookScript(t, string(text))
	require.GreaterOrEqual(t, recipes, 10)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cookbook.txtar"), []byte(script), 0o644))
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			env.Setenv("ZMLX_HOME", env.WorkDir+"/home")
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits, "prints": prints},
	})
}

var exitComment = regexp.MustCompile(`\s+# exits with (\d+)$`)

// cookbookScript turns the recipes into a script.
func cookbookScript(t *testing.T, text string) (script string, recipes int) {
	var commands, files strings.Builder
	for i, part := range strings.Split(text, "\n```")[1:] {
		if i%2 == 1 {
			recipes += strings.Count(part, "\n## ")
			continue // prose
		}
		info, body, _ := strings.Cut(part, "\n")
		language, name, _ := strings.Cut(info, " ")
		switch {
		case name != "":
			fmt.Fprintf(&files, "-- %s --\n%s\n", name, body)
		case language == "sh":
			for line := range strings.SplitSeq(body, "\n") {
				code := "0"
				if m := exitComment.FindStringSubmatch(line); m != nil {
					line, code = strings.TrimSuffix(line, m[0]), m[1]
				}
				line, to, saved := strings.Cut(line, " > ")
				require.True(t, strings.HasPrefix(line, "zmlx "), line)
				fmt.Fprintf(&commands, "exits %s %s\n", code, strings.ReplaceAll(line, `"`, `'`))
				if saved {
					fmt.Fprintf(&commands, "cp stdout %s\n", to)
				}
			}
		case language == "text":
			for line := range strings.SplitSeq(body, "\n") {
				fmt.Fprintf(&commands, "prints '%s'\n", strings.ReplaceAll(line, "'", "''"))
			}
		default:
			require.Equal(t, "console", language, "a block that nothing runs")
		}
	}
	return commands.String() + files.String(), recipes + 1
}

// prints looks for a line in what the last command wrote.
func prints(ts *testscript.TestScript, neg bool, args []string) {
	var parts []string
	for part := range strings.SplitSeq(args[0], "…") {
		var words []string
		for _, w := range strings.Fields(part) {
			words = append(words, regexp.QuoteMeta(w))
		}
		parts = append(parts, strings.Join(words, `\s+`))
	}
	pattern := regexp.MustCompile(strings.Join(parts, `.*`))
	if out := ts.ReadFile("stdout") + ts.ReadFile("stderr"); !pattern.MatchString(out) {
		ts.Fatalf("no line like %q in\n%s", args[0], out)
	}
}
