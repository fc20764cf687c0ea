// Package action holds the one catalogue of everything that a user can do.
//
// An Action is what keys, the palette, the command line, the help overlay,
// the footer and docs/keys.md all speak of. Whoever runs one goes through
// Catalog.Run, which leaves an Intent behind: a session is the list of them.
package action

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/sahilm/fuzzy"
)

// Scope is where an action applies: Global, a screen, or a kind of pane.
type Scope string

// Global actions apply everywhere.
const Global Scope = "everywhere"

// Action is one thing that a user can do.
type Action struct {
	ID    string // stable, kebab-case: "file-save"
	Title string // what it does, as a command: "Save the spec"
	Scope Scope
	Keys  []string // as Bubble Tea names them: "ctrl+s", "f5", "K"
	Arg   string   // what the argument is, "" if it takes none: "LINE"
	Hint  string   // a word or two for the footer; "" keeps it out

	// Enabled gives the reason why it cannot be done now, "" if it can.
	// nil is always.
	Enabled func() string
	// Headless gives the command line that does the same, "" if there is none.
	Headless func() string
	// Choices lists what the argument may be, for completion.
	Choices func() []string
	Run     func(arg string) tea.Cmd
}

// Why gives the reason why a cannot be done now, "" if it can.
func (a *Action) Why() string {
	if a.Enabled == nil {
		return ""
	}
	return a.Enabled()
}

// Key is the first key, "" if there is none.
func (a *Action) Key() string {
	if len(a.Keys) == 0 {
		return ""
	}
	return a.Keys[0]
}

// CommandLine is the headless equivalent, "" if there is none.
func (a *Action) CommandLine() string {
	if a.Headless == nil {
		return ""
	}
	return a.Headless()
}

// Catalog holds actions in the order in which they were added.
type Catalog struct {
	actions []*Action
	byID    map[string]*Action
	keys    map[Scope]map[string]*Action
	Log     Log
}

// Add adds actions. Two of one ID are a programming error.
func (c *Catalog) Add(actions ...*Action) {
	if c.byID == nil {
		c.byID = map[string]*Action{}
	}
	for _, a := range actions {
		if c.byID[a.ID] != nil {
			panic(fmt.Sprintf("action: %s is there twice", a.ID))
		}
		c.byID[a.ID] = a
		c.actions = append(c.actions, a)
	}
	c.keys = nil
}

// All lists the actions.
func (c *Catalog) All() []*Action { return c.actions }

// Get finds an action by its ID, nil if there is none.
func (c *Catalog) Get(id string) *Action { return c.byID[id] }

// Bind replaces keys by what the user configured and reports what is wrong:
// unknown IDs, keys that no terminal sends, and keys that stand for two
// actions of one scope, of which the first wins.
func (c *Catalog) Bind(custom map[string][]string) (problems []string) {
	ids := make([]string, 0, len(custom))
	for id := range custom {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		a := c.byID[id]
		if a == nil {
			problems = append(problems, fmt.Sprintf("keys: there is no action %q", id))
			continue
		}
		var valid []string
		for _, k := range custom[id] {
			if err := CheckKey(k); err != nil {
				problems = append(problems, fmt.Sprintf("keys: %s: %v", id, err))
				continue
			}
			valid = append(valid, k)
		}
		a.Keys = valid
	}
	c.keys = map[Scope]map[string]*Action{}
	for _, a := range c.actions {
		m := c.keys[a.Scope]
		if m == nil {
			m = map[string]*Action{}
			c.keys[a.Scope] = m
		}
		for _, k := range a.Keys {
			if other := m[k]; other != nil {
				problems = append(problems, fmt.Sprintf("keys: %q stands for both %s and %s (%s): %s has it", k, other.ID, a.ID, a.Scope, other.ID))
				continue
			}
			m[k] = a
		}
	}
	return problems
}

// Lookup finds what a key stands for in a chain of scopes, the innermost
// first; nil if nothing.
func (c *Catalog) Lookup(chain []Scope, key string) *Action {
	if c.keys == nil {
		c.Bind(nil)
	}
	for _, s := range chain {
		if a := c.keys[s][key]; a != nil {
			return a
		}
	}
	return nil
}

// InScope lists the actions of a chain of scopes, the innermost scope first.
func (c *Catalog) InScope(chain []Scope) []*Action {
	var out []*Action
	for _, s := range chain {
		for _, a := range c.actions {
			if a.Scope == s {
				out = append(out, a)
			}
		}
	}
	return out
}

// Search ranks actions by how well they fit a query; without one all stay, in
// order. A query that is a key finds what the key stands for.
func Search(actions []*Action, query string) []*Action {
	query = strings.TrimSpace(query)
	if query == "" {
		return actions
	}
	var out []*Action
	for _, a := range actions {
		if slices.Contains(a.Keys, query) {
			out = append(out, a)
		}
	}
	texts := make([]string, len(actions))
	for i, a := range actions {
		texts[i] = a.Title + " " + a.ID
	}
	matches := fuzzy.Find(query, texts)
	lacks := func(m fuzzy.Match) int { // words of the title, or the ID, come before letters here and there
		if strings.Contains(strings.ToLower(m.Str), strings.ToLower(query)) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(matches, func(a, b fuzzy.Match) int { return cmp.Or(lacks(a)-lacks(b), cmp.Compare(b.Score, a.Score)) })
	for _, m := range matches {
		if a := actions[m.Index]; !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// Run does an action, if it can be done now, and logs the intent. why says
// why not.
func (c *Catalog) Run(a *Action, arg string) (cmd tea.Cmd, why string) {
	if why := a.Why(); why != "" {
		return nil, why
	}
	c.Log.add(Intent{ID: a.ID, Arg: arg})
	return a.Run(arg), ""
}
