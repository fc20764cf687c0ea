package syntax_test

import (
	"fmt"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
	"os"
	"testing"
)

func TestZZ(t *testing.T) {
	b, err := os.ReadFile(os.Getenv("F"))
	if err != nil {
		t.Skip()
	}
	u, src, ds := syntax.Parse("k.metal", string(b), syntax.Options{})
	fmt.Print(syntax.PrintUnit(u))
	fmt.Print(diag.RenderAll(src, ds))
}
