package msl_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// A reference is bound without a read of its object, which may have no value yet, whatever
// other arguments do.
func TestReferencesReadNothing(t *testing.T) {
	r := msl.Compile("t.metal", `
int next(thread int &n) { n = 1; return 1; }
void set(thread int &r, thread float4 &v, int k) { r = k; v = k; }
kernel void f() {
  int r, n;
  float4 v;
  while (true) set(r, v, next(n));
}`, msl.Options{})
	require.Empty(t, r.Diagnostics)
	r.Program.Funcs[r.Program.Entries[0].Func].Body.Walk(func(in *ir.Instr) { require.NotEqual(t, ir.Load, in.Op) })
}
