package ir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSeal: Verify finds in a sealed function what it finds in one that is not,
// what it refers to included, which changes after the seal; and it trusts a
// seal once.
func TestSeal(t *testing.T) {
	for _, c := range []struct {
		body string
		imm  uint64 // of the last instruction that refers to the program
		want string
	}{
		{"call @f, %0\n%1:ptr.constant = constaddr", 1, "no constant 1"},
		{"loop {\nif %0 {\ncall @f, %0\n}\n}", 7, "call of function 7"},
		{"call @f, %0\n%1:f32 = add %0, %0", 0, "add: %0 is bool, want f32"},
		{"break\ncall @f, %0", 0, "break 0 is outside of any loop"},
		{"call @f", 0, "call of f with 0 arguments, want 1"},
		{"scope {\ncall @f, %0\n}", 0, ""},
	} {
		p, err := Parse("func @f(%0:bool) {\n" + c.body + "\n}")
		require.NoError(t, err, c.body)
		f := p.Funcs[0]
		refs := f.Outside()
		for _, seal := range []func(){func() {}, f.Seal, func() { f.Seal(); f.Unseal() }} {
			refs[len(refs)-1].Imm = 0
			seal()
			require.Equal(t, refs, f.Outside(), c.body)
			refs[len(refs)-1].Imm = c.imm
			if err := Verify(p); c.want != "" {
				require.ErrorContains(t, err, c.want, c.body)
			} else {
				require.NoError(t, err, c.body)
			}
		}
		f.Body = append(f.Body, Instr{Op: Break, Dst: NoReg})
		require.ErrorContains(t, Verify(p), "break 0 is outside of any loop", c.body)
	}
}
