package workbench

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// Followed is the thread that a path is of.
type Followed struct {
	Thread [3]uint32 `json:"thread"` // thread_position_in_grid
	Why    string    `json:"why"`    // it was chosen, "" if it was asked for
}

// endlessBudget is how many instructions a loop may go on that a launch before has
// found to be endless: as many as it took to tell where.
const endlessBudget = 1 << 26

// follow launches a kernel up to three times: to find something wrong, to find the
// thread that did it, and to follow that.
func (t *task) follow(job RunJob) (*RunResult, error) {
	followed := Followed{}
	want := *job.Follow
	asked := want.Thread != nil || want.Element != ""
	budget := int64(0)
	launch := func(f Follow) (*RunResult, error) {
		f.budget = budget
		job.Follow = &f
		return t.launchDocument(job)
	}
	job.Device = cmp.Or(job.Device, mlx.HostDevice().Name())
	first, err := launch(Follow{compare: true})
	if err != nil || unlaunched(first) {
		return first, err
	}
	if first.Status == StatusTimeout && first.Fallback == "" {
		budget = endlessBudget
	}
	wrong := first.wrong
	switch {
	case wrong != nil && (!asked && len(first.Findings) == 0 || wrong.is(want.Element)):
		want.Element = wrong.element()
		followed.Why = fmt.Sprintf("its %s is %.9g and should be %.9g", want.Element, wrong.Got, wrong.Want)
	case asked:
	case len(first.Findings) > 0:
		followed = Followed{first.Findings[0].Thread, "it makes the first finding"}
	default:
		followed.Why = "it is the first of the grid, and nothing is wrong"
	}
	switch {
	case want.Thread != nil:
		followed.Thread = *want.Thread
	case want.Element != "":
		r, err := launch(want)
		switch {
		case err != nil || unlaunched(r):
			return r, err
		case r.writer == nil && asked:
			return nil, usagef("choose another element, or --thread", "no thread stores %s", want.Element)
		case r.writer == nil:
			followed.Why = "it is the first of the grid; " + want.Element + " is wrong, and no thread stores it"
		default:
			followed.Thread = *r.writer
			followed.Why = cmp.Or(followed.Why, "it stores "+want.Element+" last")
		}
	}
	r, err := launch(Follow{Thread: &followed.Thread})
	if err != nil || unlaunched(r) {
		return r, err
	}
	if len(r.Path) == 0 && len(r.Findings) > 0 {
		followed.Why = "the launch ended before it ran"
	}
	if r.Followed = &followed; wrong != nil && r.Status == StatusOK {
		r.Status = StatusMismatch
	}
	return r, nil
}

// unlaunched reports that there was something wrong before the launch.
func unlaunched(r *RunResult) bool { return r.Status != StatusOK && len(r.Findings) == 0 }

// wrongElement is the first element that differs from the reference.
type wrongElement struct {
	output string
	*check.Bad
}

func (w *wrongElement) element() string {
	at := make([]string, len(w.Index))
	for i, n := range w.Index {
		at[i] = strconv.Itoa(n)
	}
	return w.output + "[" + strings.Join(at, ", ") + "]"
}

// is reports whether a text names the element.
func (w *wrongElement) is(text string) bool {
	output, index, err := parseElement(text)
	return err == nil && output == w.output && slices.Equal(index, w.Index)
}

// firstWrong compares a launch with what the document says about it; nil if
// nothing is wrong or known.
func (t *task) firstWrong(plan launchPlan, outputs []*mlx.Array) (*wrongElement, error) {
	var comparisons []check.Comparison
	var err error
	switch {
	case plan.rec != nil:
		comparisons, err = check.RecordOutputs(t.ctx, plan.rec, plan.inputs, outputs)
	case plan.src.Spec.Reference != nil:
		comparisons, err = check.Outputs(t.ctx, plan.src, plan.inputs, outputs)
	}
	var ps kernels.Problems
	if err != nil && !errors.As(err, &ps) { // a record may expect nothing
		return nil, deviceError(err)
	}
	for _, c := range comparisons {
		if c.First != nil {
			return &wrongElement{c.Name, c.First}, nil
		}
	}
	return nil, nil
}

// apply asks a launch for what f wants of it; outputs tells of these what elementSpan needs.
func (f *Follow) apply(opt *mlx.LaunchOptions, grid [3]int, outputs func() (names []string, shapes [][]int, sizes []int)) (err error) {
	if f == nil {
		return nil
	}
	opt.StepBudget = f.budget
	switch {
	case f.Thread != nil:
		for d, n := range f.Thread {
			if int64(n) >= int64(grid[d]) {
				return usagef("choose another thread, or none", "the grid of %d×%d×%d has no thread %v", grid[0], grid[1], grid[2], *f.Thread)
			}
		}
		opt.Follow = f.Thread
	case f.Element != "":
		names, shapes, sizes := outputs()
		opt.WriterOf, err = elementSpan(f.Element, names, shapes, sizes)
	}
	return err
}

// writable tells of the buffers that a kernel may store to what elementSpan needs.
// They have the types of the kernel's arguments and one dimension.
func writable(entry mlx.EntryInfo, buffers []boundBuffer) (names []string, shapes [][]int, sizes []int) {
	for _, a := range entry.Buffers {
		at := slices.IndexFunc(buffers, func(b boundBuffer) bool { return b.index == a.Index })
		if at >= 0 && !a.ReadOnly && a.ElemSize > 0 {
			names = append(names, a.Name)
			shapes = append(shapes, []int{len(buffers[at].tensor.Data) / a.ElemSize})
			sizes = append(sizes, a.ElemSize)
		}
	}
	return names, shapes, sizes
}

var elementText = regexp.MustCompile(`^\s*([A-Za-z_]\w*)\s*\[([\d\s,]*)\]\s*$`)

// parseElement is what the text of an element names: an output, and indices.
func parseElement(text string) (output string, index []int, err error) {
	m := elementText.FindStringSubmatch(text)
	if m == nil {
		return "", nil, usagef("write its output and its indices, such as y[3, 17]", "%q is no element of an output", text)
	}
	for _, f := range strings.FieldsFunc(m[2], func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(f)
		if err != nil {
			return "", nil, usagef("write indices within its shape", "%q: %s is no index", text, f)
		}
		index = append(index, n)
	}
	return m[1], index, nil
}

// elementSpan is where an element lies of arrays of these names, shapes and types.
func elementSpan(text string, names []string, shapes [][]int, sizes []int) (*exec.Span, error) {
	name, index, err := parseElement(text)
	if err != nil {
		return nil, err
	}
	at := slices.Index(names, name)
	if at < 0 {
		return nil, usagef("", "the kernel has no output %s: its outputs are %s", name, strings.Join(names, ", "))
	}
	flat, shape := 0, shapes[at]
	if len(index) != len(shape) {
		return nil, usagef("", "%s has %d dimensions, and %s has %d indices", name, len(shape), text, len(index))
	}
	for d, n := range index {
		if n >= shape[d] {
			return nil, usagef("", "%s lies outside of %s, whose shape is %v", text, name, shape)
		}
		flat = flat*shape[d] + n
	}
	return &exec.Span{Buffer: name, From: flat * sizes[at], To: (flat + 1) * sizes[at]}, nil
}
