// Package exectest reads and runs txtar archives of launches, so that every
// executor is tested with the same ones.
//
// An archive holds
//
//	-- ir --         the program; its first entry is launched
//	-- launch --     grid, threadgroup, budget, "local N SIZE", "undefined N",
//	                 "pointer N OFFSET TO", "check races uninitialised" and "count", one a line
//	-- buffer N --   kind, then values; or "kind zeros COUNT"; or "hex", then bytes
//	-- want --       what Text prints after the launch
package exectest

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Archive is a launch read from a file.
type Archive struct {
	Program *ir.Program
	file    string
	txt     *txtar.Archive
	launch  exec.Launch
	kinds   map[int]ir.Kind

	undefined []int // buffers
}

// Read reads an archive.
func Read(t testing.TB, file string) *Archive {
	txt, err := txtar.ParseFile(file)
	require.NoError(t, err)
	a := &Archive{file: file, txt: txt, kinds: map[int]ir.Kind{}}
	a.launch.Buffers, a.launch.LocalBytes = map[int]exec.Buffer{}, map[int]int{}
	for _, f := range txt.Files {
		switch name, arg, _ := strings.Cut(f.Name, " "); name {
		case "ir":
			a.Program, err = ir.Parse(string(f.Data))
			require.NoError(t, err)
			require.NoError(t, ir.Verify(a.Program))
		case "launch":
			for _, line := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
				a.setLaunch(t, strings.Fields(line))
			}
		case "buffer":
			i, err := strconv.Atoi(arg)
			require.NoError(t, err)
			a.buffer(t, i, strings.Fields(string(f.Data)))
		}
	}
	require.NotNil(t, a.Program, "%s has no program", file)
	return a
}

// Launch returns the launch for the first entry of p, which is the archive's
// program or one made from it, with fresh buffers.
func (a *Archive) Launch(p *ir.Program) exec.Launch {
	l := a.launch
	l.Entry = p.Entries[0]
	l.Buffers = map[int]exec.Buffer{}
	for i, b := range a.launch.Buffers {
		constant := slices.ContainsFunc(l.Entry.Args, func(x ir.Arg) bool { return x.Kind == ir.ArgBuffer && x.Index == i && x.ReadOnly })
		l.Buffers[i] = exec.Buffer{Data: append([]byte(nil), b.Data...), Undefined: slices.Contains(a.undefined, i), ReadOnly: constant}
	}
	return l
}

// Text prints the buffers that a launch changed, NaNs without payload, and
// its findings and log.
func (a *Archive) Text(l exec.Launch, res exec.Result, err error) string {
	var out strings.Builder
	if err != nil {
		fmt.Fprintf(&out, "error %v\n", err)
	}
	out.WriteString(a.Buffers(l))
	for _, f := range res.Findings {
		fmt.Fprintf(&out, "%s @%d %q thread %v group %v lane %d, %d times: %s\n", f.Kind, f.Pos, f.Buffer, f.Thread, f.Threadgroup, f.Lane, f.Count, f.Message)
		if o := f.Other; o != nil {
			fmt.Fprintf(&out, "  the other: @%d thread %v group %v store %t\n", o.Pos, o.Thread, o.Threadgroup, o.Store)
		}
	}
	for _, n := range res.Counts {
		fmt.Fprintf(&out, "count %s\n", strings.Trim(fmt.Sprintf("%+v", n), "{}"))
	}
	for _, n := range res.Buffers {
		fmt.Fprintf(&out, "buffer %s\n", strings.Trim(fmt.Sprintf("%+v", n), "{}"))
	}
	for _, line := range res.Log {
		fmt.Fprintf(&out, "log %s\n", line)
	}
	return out.String()
}

// Buffers prints the buffers that a launch changed.
func (a *Archive) Buffers(l exec.Launch) string {
	var out strings.Builder
	for _, i := range slices.Sorted(maps.Keys(l.Buffers)) {
		before, after := values(a.kinds[i], a.launch.Buffers[i].Data), values(a.kinds[i], l.Buffers[i].Data)
		if before != after {
			fmt.Fprintf(&out, "buffer %d: %s\n", i, after)
		}
	}
	return out.String()
}

// Check compares got with the wanted text, or rewrites that with update.
func (a *Archive) Check(t testing.TB, got string, update bool) {
	for i := range a.txt.Files {
		f := &a.txt.Files[i]
		if f.Name != "want" {
			continue
		}
		if update && string(f.Data) != got {
			f.Data = []byte(got)
			require.NoError(t, os.WriteFile(a.file, txtar.Format(a.txt), 0o644))
		}
		require.Equal(t, string(f.Data), got)
		return
	}
	t.Fatalf("%s has no want section", a.file)
}

func (a *Archive) setLaunch(t testing.TB, w []string) {
	l := &a.launch
	switch w[0] {
	case "count":
		l.Count = true
		return
	case "check":
		for _, name := range w[1:] {
			check, ok := map[string]exec.Checks{"races": exec.Races, "uninitialised": exec.Uninitialised}[name]
			require.True(t, ok, "check %s", name)
			l.Checks |= check
		}
		return
	}
	n := make([]int, len(w)-1)
	for i := range n {
		var err error
		n[i], err = strconv.Atoi(w[1+i])
		require.NoError(t, err)
	}
	switch w[0] {
	case "grid":
		l.Grid = exec.Dim{uint32(n[0]), uint32(n[1]), uint32(n[2])}
	case "threadgroup":
		l.Threadgroup = exec.Dim{uint32(n[0]), uint32(n[1]), uint32(n[2])}
	case "budget":
		l.StepBudget = int64(n[0])
	case "local":
		l.LocalBytes[n[0]] = n[1]
	case "pointer":
		l.Pointers = append(l.Pointers, exec.Pointer{In: n[0], Offset: n[1], To: n[2]})
	case "undefined":
		a.undefined = append(a.undefined, n[0])
	default:
		t.Fatalf("unknown launch line %v", w)
	}
}

func (a *Archive) buffer(t testing.TB, i int, w []string) {
	if w[0] == "hex" {
		data, err := hex.DecodeString(strings.Join(w[1:], ""))
		require.NoError(t, err)
		a.kinds[i], a.launch.Buffers[i] = ir.U8, exec.Buffer{Data: data}
		return
	}
	var k ir.Kind
	for c := ir.Bool; c <= ir.F32; c++ {
		if c.String() == w[0] {
			k = c
		}
	}
	require.NotZero(t, k, "kind %s", w[0])
	list := w[1:]
	if list[0] == "zeros" {
		n, err := strconv.Atoi(list[1])
		require.NoError(t, err)
		list = slices.Repeat([]string{"0"}, n)
	}
	var data []byte
	for _, v := range list {
		data = append(data, binary.LittleEndian.AppendUint64(nil, parseValue(t, k, v))[:k.Size()]...)
	}
	a.kinds[i], a.launch.Buffers[i] = k, exec.Buffer{Data: data}
}

func parseValue(t testing.TB, k ir.Kind, s string) uint64 {
	if k.IsFloat() {
		f, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		return ir.FloatBits(k, f)
	}
	if n, err := strconv.ParseInt(s, 0, 64); err == nil {
		return uint64(n)
	}
	n, err := strconv.ParseUint(s, 0, 64)
	require.NoError(t, err)
	return n
}

// values lists the values in data; runs of equal ones are shortened.
func values(k ir.Kind, data []byte) string {
	size := k.Size()
	var list, out []string
	for ; len(data) >= size; data = data[size:] {
		var b [8]byte
		copy(b[:], data[:size])
		list = append(list, valueText(k, binary.LittleEndian.Uint64(b[:])))
	}
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n] == list[0] {
			n++
		}
		if n > 3 {
			out = append(out, fmt.Sprintf("%sx%d", list[0], n))
		} else {
			out = append(out, list[:n]...)
		}
		list = list[n:]
	}
	return strings.Join(out, " ")
}

func valueText(k ir.Kind, bits uint64) string {
	switch f := ir.FloatValue(k, bits); {
	case k.IsSigned():
		shift := 64 - k.Bits()
		return strconv.FormatInt(int64(bits<<shift)>>shift, 10)
	case !k.IsFloat():
		return strconv.FormatUint(bits, 10)
	case math.IsNaN(f):
		return "nan"
	default:
		return strconv.FormatFloat(f, 'g', -1, 32)
	}
}
