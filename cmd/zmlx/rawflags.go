package main

import (
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/workbench"
)

// rawFlags describe the launch of a kernel function of a .metal file.
type rawFlags struct {
	entry, grid, threadgroup    string
	buffers, bytes, outs, local []string
}

func (f *rawFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.entry, "entry", "", ".metal files: `name` of the kernel function, if there are several")
	flags.StringArrayVar(&f.buffers, "buffer", nil, ".metal files: fill a buffer, `0=x.npy`; 0=x.npy,y.npy also saves it after the launch (repeatable)")
	flags.StringArrayVar(&f.bytes, "bytes", nil, ".metal files: fill a buffer with values, `3=int:5` or 3=float3:1,2,3, with a structure, 3=int:5,float:0.5, or with addresses of buffers, 0=pointer:4,5,int:5 (repeatable)")
	flags.StringArrayVar(&f.outs, "out-buffer", nil, ".metal files: a new buffer, `2=float32:4x8`; 2=float32:4x8,y.npy saves it (repeatable)")
	flags.StringArrayVar(&f.local, "threadgroup-memory", nil, ".metal files: size of dynamic threadgroup memory in bytes, `0=4096` (repeatable)")
	flags.StringVar(&f.grid, "grid", "", ".metal files: threads, `1024` or 64,64,1")
	flags.StringVar(&f.threadgroup, "threadgroup", "", ".metal files: threads per threadgroup, `256` or 16,16,1")
}

func (f *rawFlags) apply(job *workbench.RunJob) error {
	if job.Document.Kind() != workbench.MetalDocument {
		if f.entry+f.grid+f.threadgroup != "" || len(f.buffers)+len(f.bytes)+len(f.outs)+len(f.local) > 0 {
			return usagef("--entry, --grid, --threadgroup, --threadgroup-memory, --buffer, --out-buffer and --bytes are for .metal files; a spec or record says these itself")
		}
		return nil
	}
	raw := &workbench.RawLaunch{Entry: f.entry, Buffers: map[int]workbench.RawBuffer{}, LocalBytes: map[int]int{}}
	job.Raw = raw
	var err error
	if raw.Grid, err = dims("grid", f.grid, 0); err != nil {
		return err
	}
	if raw.Threadgroup, err = dims("threadgroup", f.threadgroup, 1); err != nil {
		return err
	}
	if err := f.bind(raw); err != nil {
		return err
	}
	sizes, err := indexed("threadgroup-memory", "threadgroup", f.local)
	if err != nil {
		return err
	}
	for i, text := range sizes {
		if raw.LocalBytes[i], err = strconv.Atoi(text); err != nil || raw.LocalBytes[i] < 0 {
			return usagef("--threadgroup-memory %d=%s: %q is no number of bytes", i, text, text)
		}
	}
	return nil
}

// maxBuffer is Metal's last index of a buffer.
const maxBuffer = 30

// bind collects the buffers of all three flags.
func (f *rawFlags) bind(raw *workbench.RawLaunch) error {
	for _, group := range []struct {
		flag  string
		texts []string
		make  func(value string) workbench.RawBuffer
	}{
		{"buffer", f.buffers, func(v string) workbench.RawBuffer {
			file, save, _ := strings.Cut(v, ",")
			return workbench.RawBuffer{File: file, Save: save}
		}},
		{"bytes", f.bytes, func(v string) workbench.RawBuffer { return workbench.RawBuffer{Bytes: v} }},
		{"out-buffer", f.outs, func(v string) workbench.RawBuffer {
			shape, save, _ := strings.Cut(v, ",")
			return workbench.RawBuffer{New: shape, Save: save}
		}},
	} {
		values, err := indexed(group.flag, "buffer", group.texts)
		if err != nil {
			return err
		}
		for i, v := range values {
			if i > maxBuffer {
				return usagef("--%s %d=%s: buffers have the indices 0 to %d", group.flag, i, v, maxBuffer)
			}
			if _, twice := raw.Buffers[i]; twice {
				return usagef("buffer %d is given twice", i)
			}
			raw.Buffers[i] = group.make(v)
		}
	}
	return nil
}

// dims reads "1024", "64,64" or "64,64,1". Nothing stands for rest in x.
func dims(flag, text string, rest int) ([3]int, error) {
	out := [3]int{rest, rest, rest}
	if text == "" {
		return out, nil
	}
	out = [3]int{1, 1, 1}
	parts := strings.Split(text, ",")
	if len(parts) > 3 {
		return out, usagef("--%s %q: at most three dimensions", flag, text)
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(strings.TrimSpace(p), 10, 31)
		if err != nil || n == 0 {
			return out, usagef("--%s %q: %q is no number of threads; write one to three whole numbers from 1 to %d, such as 64,64,1", flag, text, p, math.MaxInt32)
		}
		out[i] = int(n)
	}
	return out, nil
}
