package action

import (
	"fmt"
	"strings"
)

// Markdown is the catalogue as a document.
func (c *Catalog) Markdown() string {
	var out strings.Builder
	out.WriteString(`# Keys and commands

<!-- Generated from the action catalogue by ` + "`go generate ./tui`" + `; do not edit. -->

Everything that the terminal program does is an action with a stable ID. A key, the palette (` + "`ctrl+p`" + `) and the command
line (` + "`:`" + `) all reach it. To bind other keys, put them in ` + "`config.yaml`" + ` (` + "`zmlx doctor`" + ` prints its folder):

` + "```yaml\nkeys:\n  run: [f5, ctrl+j]\n```\n\nA dialog or a prompt takes all keys while it is open; `esc` closes it.\n")
	var scopes []Scope
	seen := map[Scope]bool{}
	for _, a := range c.actions {
		if !seen[a.Scope] {
			seen[a.Scope] = true
			scopes = append(scopes, a.Scope)
		}
	}
	for _, s := range scopes {
		fmt.Fprintf(&out, "\n## %s\n\n| key | action | ID |\n|---|---|---|\n", strings.ToUpper(string(s[:1]))+string(s[1:]))
		for _, a := range c.actions {
			if a.Scope != s {
				continue
			}
			keys := make([]string, len(a.Keys))
			for i, k := range a.Keys {
				if k == " " {
					k = "space"
				}
				keys[i] = "`" + strings.ReplaceAll(k, "|", `\|`) + "`"
			}
			id := "`" + a.ID + "`"
			if a.Arg != "" {
				id = "`" + a.ID + " " + a.Arg + "`"
			}
			fmt.Fprintf(&out, "| %s | %s | %s |\n", strings.Join(keys, " "), a.Title, id)
		}
	}
	return out.String()
}
