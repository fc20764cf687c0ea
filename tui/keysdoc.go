package tui

import (
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/work"
)

// KeysDocument is the text of docs/keys.md.
func KeysDocument() string {
	return newModel(work.New(work.Options{}), cells.NoColor, config{}).catalog.Markdown()
}
