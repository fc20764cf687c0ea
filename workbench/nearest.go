package workbench

import (
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
)

// DidYouMean is a hint with the name that is nearest to what somebody typed,
// or with some of the names that there are.
func DidYouMean(name string, names []string) string {
	if hint := spelling.Hint(name, names); hint != "" {
		return hint
	}
	if len(names) == 0 {
		return ""
	}
	return "there are: " + shortList(names)
}

func shortList(names []string) string {
	const most = 8
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}
