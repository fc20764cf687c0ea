package worker

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/zmlx/zmlx/workbench"
)

// maxFrame bounds one message: documents are below a gigabyte, and arrays
// travel in slices.
const maxFrame = 1<<30 + 1<<20

// op says what a message is.
type op string

const (
	opStart  op = "start"  // parent: Job
	opCancel op = "cancel" // parent
	opFetch  op = "fetch"  // parent: Held, Offset, Length
	opEvent  op = "event"  // child: Event
	opSlice  op = "slice"  // child: Data or Err
)

// message is what crosses the pipe. ID tells runs and fetches apart.
type message struct {
	Op     op              `json:"op"`
	ID     uint64          `json:"id"`
	Job    json.RawMessage `json:"job,omitempty"`
	Event  json.RawMessage `json:"event,omitempty"`
	Held   *workbench.Held `json:"held,omitempty"`
	Offset int64           `json:"offset,omitempty"`
	Length int64           `json:"length,omitempty"`
	Data   []byte          `json:"data,omitempty"`
	Err    string          `json:"error,omitempty"`
}

// writer writes whole messages from several goroutines.
type writer struct {
	mu sync.Mutex
	w  io.Writer
}

func (w *writer) send(m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	frame := binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(text)), uint32(len(text)))
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err = w.w.Write(append(frame, text...))
	return err
}

// receive reads one message.
func receive(r *bufio.Reader) (message, error) {
	var m message
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return m, err
	}
	n := binary.LittleEndian.Uint32(size[:])
	if n > maxFrame {
		return m, fmt.Errorf("a message of %d bytes: the pipe is out of step", n)
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(n))) // grows with what really comes
	if err != nil {
		return m, err
	}
	if len(text) < int(n) {
		return m, io.ErrUnexpectedEOF
	}
	return m, json.Unmarshal(text, &m)
}
