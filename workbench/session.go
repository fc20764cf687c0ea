package workbench

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/sessions"
)

// Recorded reports whether sessions keep jobs of this kind: those that launch
// kernels.
func Recorded(job Job) bool {
	switch job.(type) {
	case RunJob, CheckJob, BenchJob, TuneJob, ProfileJob:
		return true
	}
	return false
}

// NewEntry is what a session keeps of a job that ended; of one that failed, what it knew by
// then. Of arrays it keeps the checksums, of a profile no timeline.
func NewEntry(tool string, at time.Time, elapsed time.Duration, job Job, result Result, failed error) (sessions.Entry, error) {
	e := sessions.Entry{At: at.UTC().Truncate(time.Millisecond), Tool: tool, Label: job.Label(), Elapsed: elapsed}
	var err error
	if e.Job, err = EncodeJob(job); err != nil {
		return e, err
	}
	if failed != nil {
		e.Error = failed.Error()
		var known *Error
		if errors.As(failed, &known) {
			e.Code = string(known.Code)
		}
		if result == nil {
			return e, nil
		}
	}
	e.Outputs = checksums(result)
	if p, ok := result.(*ProfileResult); ok {
		without := *p
		without.Timeline = nil
		result = &without
	}
	e.Result, err = seal(result)
	return e, err
}

// checksums are the SHA-256 of a launch's outputs, by name.
func checksums(result Result) map[string]string {
	r, ok := result.(*RunResult)
	if !ok {
		return nil
	}
	out := map[string]string{}
	for _, a := range r.Outputs {
		if a.Tensor != nil {
			sum := sha256.Sum256(a.Tensor.Data)
			out[a.Name] = hex.EncodeToString(sum[:])
		}
	}
	return out
}

// EntryResult is the result that an entry keeps, nil if the job failed before it knew any.
func EntryResult(e sessions.Entry) (Result, error) {
	if e.Result == nil {
		return nil, nil
	}
	return open(e.Result, allResults)
}

// Replayable is the job of an entry as it is to run once more: on another device
// if one is named, and without writing files. why says that there is no point in it.
func Replayable(e sessions.Entry, device string) (job Job, why string, err error) {
	if job, err = DecodeJob(e.Job); err != nil {
		return nil, "", err
	}
	if e.Code == string(CodeCancelled) || e.Code == string(CodeTimeout) {
		return job, "it was stopped before its end", nil
	}
	switch j := job.(type) {
	case RunJob:
		if device != "" && j.Follow != nil && device != mlx.HostDevice().Name() {
			return j, "threads are followed on the host alone", nil
		}
		if device != "" {
			j.Device, j.Executor = device, ""
		}
		j.Save, j.SaveDir, j.Capture = nil, "", ""
		if j.Raw != nil {
			raw := *j.Raw
			raw.Buffers = map[int]RawBuffer{}
			for i, b := range j.Raw.Buffers {
				b.Save = ""
				raw.Buffers[i] = b
			}
			j.Raw = &raw
		}
		return j, "", nil
	case CheckJob:
		if device != "" {
			j.Device, j.Executor = device, ""
		}
		return j, "", nil
	case ProfileJob:
		if device != "" {
			j.Device = device
		}
		return j, "", nil
	}
	return job, "times differ from run to run", nil
}

// JobKey is the same for entries whose jobs, as they are replayed, differ in
// nothing but the text of the document, the device and the executor.
func JobKey(e sessions.Entry) string {
	var job struct {
		Kind  string                     `json:"kind"`
		Value map[string]json.RawMessage `json:"value"`
	}
	var doc Document
	again, _, err := Replayable(e, "")
	if err != nil {
		return e.Label
	}
	text, err := EncodeJob(again)
	if err != nil || json.Unmarshal(text, &job) != nil || json.Unmarshal(job.Value["document"], &doc) != nil {
		return e.Label
	}
	delete(job.Value, "device")
	delete(job.Value, "executor")
	job.Value["document"] = nil
	rest, _ := json.Marshal(job)
	return doc.Path + string(rest)
}

// EntryVerdict says in a few words how a recorded job ended.
func EntryVerdict(e sessions.Entry) string {
	result, err := EntryResult(e)
	switch {
	case err != nil:
		return "unreadable: " + err.Error()
	case result == nil:
		return e.Error
	case e.Error != "":
		return e.Error + "; " + verdict(result)
	}
	return verdict(result)
}

func verdict(result Result) string {
	switch r := result.(type) {
	case *TuneResult:
		return r.Conclusion()
	case *CheckResult:
		if n := len(r.Cases); n > 0 {
			right := 0
			for _, c := range r.Cases {
				if c.Status == StatusOK {
					right++
				}
			}
			return fmt.Sprintf("%s, %d of %d cases agree", r.Status, right, n)
		}
	case *BenchResult:
		return fmt.Sprintf("%s, %d lines", r.Status, len(r.Lines))
	}
	return string(result.Outcome())
}

// Differences lists what is another result than the one that an entry keeps.
// Where both are of one device and executor, which compute the same in every run,
// so must all numbers be that are no times; else only what was found.
func Differences(e sessions.Entry, now sessions.Entry) []string {
	before, err := EntryResult(e)
	after, errNow := EntryResult(now)
	switch {
	case errors.Join(err, errNow) != nil:
		return []string{errors.Join(err, errNow).Error()}
	case e.Error != now.Error:
		return []string{fmt.Sprintf("was %q, is %q", EntryVerdict(e), EntryVerdict(now))}
	case before == nil:
		return nil
	case reflect.TypeOf(before) != reflect.TypeOf(after):
		return []string{"the results are of two kinds"}
	case before.Outcome() != after.Outcome():
		return []string{fmt.Sprintf("was %s, is %s", before.Outcome(), after.Outcome())}
	}
	switch b := before.(type) {
	case *RunResult:
		a := after.(*RunResult)
		return b.differences(a, e.Outputs, now.Outputs)
	case *CheckResult:
		return b.differences(after.(*CheckResult))
	case *ProfileResult:
		a := after.(*ProfileResult)
		if b.Device == a.Device && b.Totals != a.Totals {
			return []string{"the counts differ: " + strings.Join(fieldsThatDiffer(b.Totals, a.Totals), ", ")}
		}
	}
	return nil
}

func (r *RunResult) differences(now *RunResult, before, after map[string]string) (out []string) {
	if r.Device != now.Device || r.Executor != now.Executor {
		return nil
	}
	for _, name := range keys(before) {
		if sum, ok := after[name]; !ok {
			out = append(out, "there is no output "+name)
		} else if sum != before[name] {
			out = append(out, "the elements of "+name+" differ")
		}
	}
	return out
}

func (r *CheckResult) differences(now *CheckResult) (out []string) {
	if len(r.Cases) != len(now.Cases) {
		return []string{fmt.Sprintf("had %d cases, has %d", len(r.Cases), len(now.Cases))}
	}
	for i, b := range r.Cases {
		a := now.Cases[i]
		name := strings.TrimSpace(b.Params + " " + b.DType)
		switch {
		case b.Status != a.Status:
			out = append(out, fmt.Sprintf("%s was %s, is %s", name, b.Status, a.Status))
		case r.Device == now.Device && b.Fallback == a.Fallback:
			for k := range min(len(b.Outputs), len(a.Outputs)) {
				if fields := fieldsThatDiffer(b.Outputs[k], a.Outputs[k]); len(fields) > 0 {
					out = append(out, fmt.Sprintf("%s: %s: %s", name, b.Outputs[k].Name, strings.Join(fields, ", ")))
				}
			}
		}
	}
	return out
}

// fieldsThatDiffer compares what JSON keeps of two values of one structure.
func fieldsThatDiffer(before, after any) (out []string) {
	fields := func(v any) map[string]json.RawMessage {
		text, err := json.Marshal(v)
		m := map[string]json.RawMessage{}
		if err == nil {
			err = json.Unmarshal(text, &m)
		}
		if err != nil {
			m["error"] = json.RawMessage(err.Error())
		}
		return m
	}
	b, a := fields(before), fields(after)
	for _, name := range keys(b) {
		if string(b[name]) != string(a[name]) {
			out = append(out, fmt.Sprintf("%s was %s, is %s", name, b[name], a[name]))
		}
	}
	return out
}
