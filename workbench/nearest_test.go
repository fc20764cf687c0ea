package workbench

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDidYouMean(t *testing.T) {
	names := []string{"rmsnorm", "layernorm", "softmax", "N"}
	require.Equal(t, `did you mean "softmax"?`, DidYouMean("softmac", names))
	require.Equal(t, "there are: rmsnorm, layernorm, softmax, N", DidYouMean("conv", names))
	require.Empty(t, DidYouMean("x", nil))
}

func TestMessagesCannotCommandTheTerminal(t *testing.T) {
	doc := Document{Path: "a.yaml", Text: "x\x1b]0;owned\x07 \xff\tz\n"}
	d := Diagnostic{Severity: SeverityError, Message: "no \x1b[2J", File: "a.yaml", Line: 1, Column: 1, EndLine: 1, EndColumn: 2}
	require.Equal(t, "a.yaml:1:1: error: no ·[2J\n    1 | x<U+001B>]0;owned<U+0007> <FF>  z\n      | ^\n", documentTexts{doc: doc}.render(d))
}
