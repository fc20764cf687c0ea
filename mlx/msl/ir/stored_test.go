package ir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStoredOnly(t *testing.T) {
	p, err := Parse(`func @f(%x.0:ptr.device, %y.1:ptr.device, %z.2:ptr.device, %w.3:ptr.device, %i.4:i64) {
  %5:ptr.device = ptradd.device %x.0, %i.4
  %6:ptr.device = ptradd.device %y.1, %i.4
  %7:ptr.device = ptradd.device %z.2, %i.4
  %8:f32 = load.f32.device %5
  store.f32.device %6, %8
  loop {
    %9:f32 = load.f32.device %7
    %7:ptr.device = ptradd.device %w.3, %i.4
    store.f32.device %7, %9
  }
}`)
	require.NoError(t, err)
	require.Equal(t, []bool{false, true, false, false, false}, p.Funcs[0].StoredOnly(), "w may be what z's pointer loads from")
}
