package action

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/stretchr/testify/require"
)

func sample() (*Catalog, *string) {
	ran := ""
	run := func(id string) func(string) tea.Cmd {
		return func(arg string) tea.Cmd { ran += id + "(" + arg + ")"; return nil }
	}
	c := &Catalog{}
	c.Add(
		&Action{ID: "quit", Title: "Quit", Scope: Global, Keys: []string{"q"}, Run: run("quit")},
		&Action{ID: "run", Title: "Run and compare", Scope: Global, Keys: []string{"f5"}, Run: run("run"), Enabled: func() string { return "nothing is open" }},
		&Action{ID: "undo", Title: "Undo", Scope: "editor", Keys: []string{"ctrl+z"}, Run: run("undo")},
	)
	return c, &ran
}

func TestInnermostScopeWins(t *testing.T) {
	c, _ := sample()
	c.Add(&Action{ID: "suspend", Title: "Suspend", Scope: Global, Keys: []string{"ctrl+z"}})
	require.Equal(t, "undo", c.Lookup([]Scope{"editor", Global}, "ctrl+z").ID)
	require.Equal(t, "suspend", c.Lookup([]Scope{"list", Global}, "ctrl+z").ID)
	require.Nil(t, c.Lookup([]Scope{"editor", Global}, "x"))
}

func TestBindReportsProblems(t *testing.T) {
	c, _ := sample()
	require.Empty(t, c.Bind(nil))
	problems := c.Bind(map[string][]string{"run": {"q", "ctrl+enter"}, "nope": {"x"}})
	require.Equal(t, []string{
		`keys: there is no action "nope"`,
		`keys: run: terminals send "ctrl+enter" as ctrl+j or enter`,
		`keys: "q" stands for both quit and run (everywhere): quit has it`,
	}, problems)
	require.Nil(t, c.Lookup([]Scope{Global}, "f5"))
}

func TestRunLogsIntentsAndGivesReasons(t *testing.T) {
	c, ran := sample()
	_, why := c.Run(c.Get("run"), "")
	require.Equal(t, "nothing is open", why)
	_, why = c.Run(c.Get("quit"), "now")
	require.Empty(t, why)
	require.Equal(t, "quit(now)", *ran)
	require.Equal(t, []Intent{{ID: "quit", Arg: "now"}}, c.Log.Recent())
}

func TestSearchFindsByWordsAndKeys(t *testing.T) {
	c, _ := sample()
	require.Equal(t, "run", Search(c.All(), "cmpr")[0].ID)
	scattered, titled := &Action{ID: "a", Title: "Start a kernel: its name, and its kind"}, &Action{ID: "sanitize", Title: "Look for data races"}
	require.Equal(t, titled, Search([]*Action{scattered, titled}, "sanit")[0])
	require.Equal(t, "undo", Search(c.All(), "ctrl+z")[0].ID)
	require.Len(t, Search(c.All(), ""), 3)
	require.Empty(t, Search(c.All(), "zzzz"))
}

func TestCheckKey(t *testing.T) {
	for _, k := range []string{"a", "K", "?", "ctrl+p", "alt+1", "f5", "shift+left", "ctrl+shift+left", "alt+up", "shift+tab", " ", "ctrl+@"} {
		require.NoError(t, CheckKey(k), k)
	}
	for _, k := range []string{"", "ctrl+i", "shift+enter", "ctrl+shift+p", "f99", "ctrl+1", "hyper+x"} {
		require.Error(t, CheckKey(k), k)
	}
}
