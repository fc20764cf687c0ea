package action

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

var namedKeys = strings.Fields(`enter tab esc space backspace delete insert up down left right home end pgup pgdown
	f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12`)

// unsent are keys that terminals without special protocols send as another.
var unsent = map[string]string{
	"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "esc", "ctrl+/": "ctrl+_", "ctrl+space": "ctrl+@",
	"shift+enter": "enter", "ctrl+enter": "ctrl+j or enter", "space": "a blank in quotes: \" \"",
}

// CheckKey tells what is wrong with the name of a key.
func CheckKey(key string) error {
	if other := unsent[key]; other != "" {
		return fmt.Errorf("terminals send %q as %s", key, other)
	}
	rest, alt := strings.CutPrefix(key, "alt+")
	rest, ctrl := strings.CutPrefix(rest, "ctrl+")
	base, shift := strings.CutPrefix(rest, "shift+")
	switch {
	case utf8.RuneCountInString(base) == 1 && !ctrl && !shift:
		return nil
	case len(base) == 1 && ctrl && !shift && strings.Contains("abcdefghijklmnopqrstuvwxyz@\\]^_", base):
		return nil
	case base == "tab" && !ctrl, slices.Contains(namedKeys, base) && !(ctrl && shift && alt):
		return nil
	}
	return fmt.Errorf("%q is no key that terminals send", key)
}

var glyphs = strings.NewReplacer("ctrl+", "^", "alt+", "⌥", "shift+", "⇧", "enter", "⏎", "up", "↑", "down", "↓",
	"left", "←", "right", "→", "pgup", "pgup", "pgdown", "pgdn", "backspace", "⌫")

// Short writes a key in few cells: "^p".
func Short(key string) string {
	switch key {
	case "pgup", "pgdown", " ":
		return map[string]string{"pgup": "pgup", "pgdown": "pgdn", " ": "space"}[key]
	}
	return glyphs.Replace(key)
}
