package workbench

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// Held is an array that stays in the process that made it.
type Held struct {
	Run   uint64 `json:"run"`
	Index int    `json:"index"`
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	Bytes int64  `json:"bytes"`
}

// Arrays calls visit for each array of a result and for the place where it is
// said to be held elsewhere.
func Arrays(r Result, visit func(t **tensorfile.Tensor, held **Held)) {
	switch r := r.(type) {
	case *RunResult:
		for _, list := range [][]Array{r.Inputs, r.Outputs} {
			for i := range list {
				visit(&list[i].Tensor, &list[i].Held)
			}
		}
	case *CheckResult:
		for _, c := range r.Cases {
			for i := range c.Outputs {
				visit(&c.Outputs[i].Got, &c.Outputs[i].GotHeld)
				visit(&c.Outputs[i].Want, &c.Outputs[i].WantHeld)
			}
		}
	}
}

// envelope is a value of an interface with the name of its type.
type envelope struct {
	Kind  string          `json:"kind"`
	Value json.RawMessage `json:"value"`
}

func seal(v any) ([]byte, error) {
	value, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return json.Marshal(envelope{t.Name(), value})
}

// open decodes an envelope as one of the samples' types.
func open[T any](text []byte, samples []T) (T, error) {
	var none T
	var e envelope
	if err := json.Unmarshal(text, &e); err != nil {
		return none, err
	}
	for _, s := range samples {
		t := reflect.TypeOf(s)
		pointer := t.Kind() == reflect.Pointer
		if pointer {
			t = t.Elem()
		}
		if t.Name() != e.Kind {
			continue
		}
		v := reflect.New(t)
		if err := json.Unmarshal(e.Value, v.Interface()); err != nil {
			return none, err
		}
		if !pointer {
			v = v.Elem()
		}
		return v.Interface().(T), nil
	}
	return none, fmt.Errorf("unknown kind %q", e.Kind)
}

var (
	allJobs = []Job{CompileJob{}, RunJob{}, CheckJob{}, BenchJob{}, TuneJob{}, ProfileJob{}, ExportJob{}, ImportJob{}, DevicesJob{}, MeasureJob{}, DoctorJob{}}

	allResults = []Result{&CompileResult{}, &RunResult{}, &CheckResult{}, &BenchResult{}, &TuneResult{}, &ProfileResult{}, &ExportResult{}, &ImportResult{},
		&DevicesResult{}, &MeasureResult{}, &DoctorResult{}}

	allEvents = []Event{Started{}, Progress{}, Diagnosed{}, CaseDone{}, Measured{}, Tuned{}, Log{}}
)

// EncodeJob encodes a job with its kind; DecodeJob is its inverse.
func EncodeJob(j Job) ([]byte, error) { return seal(j) }

// DecodeJob decodes what EncodeJob encoded.
func DecodeJob(text []byte) (Job, error) { return open(text, allJobs) }

// EncodeEvent encodes an event with its kind; DecodeEvent is its inverse.
func EncodeEvent(e Event) ([]byte, error) {
	f, ok := e.(Finished)
	if !ok {
		return seal(e)
	}
	wire := finishedWire{Err: f.Err, Elapsed: int64(f.Elapsed)}
	if f.Result != nil {
		var err error
		if wire.Result, err = seal(f.Result); err != nil {
			return nil, err
		}
	}
	value, err := json.Marshal(wire)
	if err != nil {
		return nil, err
	}
	return json.Marshal(envelope{"Finished", value})
}

// DecodeEvent decodes what EncodeEvent encoded.
func DecodeEvent(text []byte) (Event, error) {
	var e envelope
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, err
	}
	if e.Kind != "Finished" {
		return open(text, allEvents)
	}
	return openFinished(e.Value)
}

// finishedWire is Finished with its result in an envelope.
type finishedWire struct {
	Result  json.RawMessage `json:"result,omitempty"`
	Err     *Error          `json:"error,omitempty"`
	Elapsed int64           `json:"elapsed"`
}

func openFinished(text []byte) (Event, error) {
	var wire finishedWire
	if err := json.Unmarshal(text, &wire); err != nil {
		return nil, err
	}
	f := Finished{Err: wire.Err, Elapsed: time.Duration(wire.Elapsed)}
	if len(wire.Result) > 0 {
		var err error
		if f.Result, err = open(wire.Result, allResults); err != nil {
			return nil, err
		}
	}
	return f, nil
}
