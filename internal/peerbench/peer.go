package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// measurePeer times the kernel's twin on the peer, if there are both. The note says where their outputs differ.
func (b *bench) measurePeer() (t timing, note string, err error) {
	if *peer == "" {
		return t, "", nil
	}
	twin := strings.TrimSuffix(b.src.Spec.File, ".yaml") + ".cl"
	if _, err := os.Stat(twin); errors.Is(err, os.ErrNotExist) {
		own, err := peersOwn()
		return own[b.src.Spec.Name], "", err
	}
	buffers, err := b.buffers()
	if err != nil {
		return t, "", err
	}
	args := []string{twin, b.src.Spec.Name, b.options(), strconv.Itoa(*runs)}
	for _, axes := range [][3]int{b.src.Config.Grid, b.src.Config.Threadgroup} {
		for _, n := range axes {
			args = append(args, strconv.Itoa(n))
		}
	}
	var in, stderr bytes.Buffer
	for i := range b.gen.Buffers {
		args = append(args, strconv.Itoa(len(buffers[i])))
		in.Write(buffers[i])
	}
	cmd := exec.Command(*peer, args...)
	cmd.Stdin, cmd.Stderr = &in, &stderr
	out, err := cmd.Output()
	if err != nil {
		return t, "", fmt.Errorf("%w\n%s", err, stderr.Bytes())
	}
	line, rest, _ := bytes.Cut(out, []byte("\n"))
	if err := json.Unmarshal(line, &t); err != nil {
		return t, "", err
	}
	note, err = b.differences(rest)
	return t, note, err
}

// options define the spec's parameters for the twin.
func (b *bench) options() string {
	var list []string
	for _, v := range b.src.Values {
		text := v.Value.String()
		if v.Value.Kind == kernels.FloatValue {
			text = strconv.FormatFloat(v.Value.Float, 'e', -1, 64) + "f" // 1f is no number
		}
		list = append(list, "-D"+v.Name+"="+text)
	}
	return strings.Join(list, " ")
}

// differences compares the peer's buffers, one after the other, with zmlx's outputs.
func (b *bench) differences(theirs []byte) (note string, err error) {
	buffers, err := b.buffers()
	if err != nil {
		return "", err
	}
	tol, _ := b.src.Spec.Tolerance(b.src.DType)
	err = mlx.Do(func() error {
		for i, p := range b.gen.Buffers {
			n := len(buffers[i])
			if len(theirs) < n {
				return errors.New("it printed fewer bytes than the buffers have")
			}
			if p.Kind == mlx.OutputBuffer {
				dtype, shape := b.src.Config.OutputDTypes[p.Arg], b.src.Config.OutputShapes[p.Arg]
				got, want := mlx.Adopt(mlx.Host(), dtype, shape, theirs[:n:n]), mlx.Adopt(mlx.Host(), dtype, shape, b.outputs[i])
				name := b.src.Kernel.OutputNames[p.Arg]
				if c := check.Compare(name, got, want, check.Tolerance{RTol: tol.RTol, ATol: tol.ATol}); !c.OK() {
					note += fmt.Sprintf("  %s differs in %d of %d, first at %v: %v, the peer's %v", name, c.Mismatches, want.Size(), c.First.Index, c.First.Want, c.First.Got)
				}
			}
			theirs = theirs[n:]
		}
		return nil
	})
	return note, err
}

// peersOwn are the timings of the kernels that the peer's program has.
var peersOwn = sync.OnceValues(func() (map[string]timing, error) {
	own := map[string]timing{}
	text, err := exec.Command(*peer).Output()
	if err != nil {
		return nil, err
	}
	for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
		var t timing
		if err := d.Decode(&t); err != nil {
			return nil, err
		}
		own[t.Kernel] = t
	}
	return own, nil
})
