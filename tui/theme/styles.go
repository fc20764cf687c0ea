package theme

import "github.com/alecthomas/chroma/v2"

// styles are our own, as chroma writes them. Chroma's others are not linked:
// reading all of them would double the start-up time.
var styles = map[string]chroma.StyleEntries{
	"dark": {
		chroma.Background:     "#d6d9e2 bg:#181a21",
		chroma.Keyword:        "#bd9ff5",
		chroma.KeywordType:    "#f0918d",
		chroma.NameBuiltin:    "#7ccfe6",
		chroma.NameFunction:   "#86b0fa",
		chroma.NameDecorator:  "#e6bf73",
		chroma.NameTag:        "#93b9f7",
		chroma.LiteralString:  "#a3d491",
		chroma.LiteralNumber:  "#f2ab78",
		chroma.Comment:        "italic #8089a0",
		chroma.CommentPreproc: "#d096d8",
		chroma.Operator:       "#8ed0dd",
		chroma.Punctuation:    "#a7aebf",
		chroma.Error:          "#ff7a85",
	},
	"light": {
		chroma.Background:     "#2a2e39 bg:#fbfbf8",
		chroma.Keyword:        "#7831c4",
		chroma.KeywordType:    "#b0282d",
		chroma.NameBuiltin:    "#006c8b",
		chroma.NameFunction:   "#1a55c2",
		chroma.NameDecorator:  "#875800",
		chroma.NameTag:        "#1d5cab",
		chroma.LiteralString:  "#2a7730",
		chroma.LiteralNumber:  "#ab4c08",
		chroma.Comment:        "italic #6a7080",
		chroma.CommentPreproc: "#883d98",
		chroma.Operator:       "#0d6876",
		chroma.Punctuation:    "#535966",
		chroma.Error:          "#c01030",
	},
	"contrast": {
		chroma.Background:     "#ffffff bg:#000000",
		chroma.Keyword:        "bold #d6bcff",
		chroma.KeywordType:    "#ffb3ab",
		chroma.NameBuiltin:    "#80f0ff",
		chroma.NameFunction:   "#a3ceff",
		chroma.NameDecorator:  "#ffdc8f",
		chroma.NameTag:        "#b0d6ff",
		chroma.LiteralString:  "#abf2a3",
		chroma.LiteralNumber:  "#ffca9c",
		chroma.Comment:        "italic #cccccc",
		chroma.CommentPreproc: "#f2b8ff",
		chroma.Operator:       "#9ceaf2",
		chroma.Punctuation:    "#e0e0e0",
		chroma.Error:          "bold #ff9ca4",
	},
}
