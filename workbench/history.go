package workbench

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/zmlx/zmlx/internal/xdgdirs"
)

// HistoryEntry is one line of a bench that was run earlier.
type HistoryEntry struct {
	At       time.Time `json:"at"`
	Host     string    `json:"host"`
	Kernel   string    `json:"kernel"`
	Params   string    `json:"params"`
	DType    string    `json:"dtype"`
	Device   string    `json:"device"`
	N        int       `json:"n"`
	MedianMS float64   `json:"median_ms"`
	LoMS     float64   `json:"lo_ms"`
	HiMS     float64   `json:"hi_ms"`
	GBps     float64   `json:"gbps"`
	Cold     bool      `json:"cold,omitempty"`
}

// Case names what was measured of the kernel: "N=8", or "N=8 cold".
func (e HistoryEntry) Case() string {
	if e.Cold {
		return e.Params + " cold"
	}
	return e.Params
}

func historyPath() string { return filepath.Join(xdgdirs.State(), "bench", "history.ndjson") }

// AppendHistory keeps the measured lines of a result. Each is one line of a
// file that only grows, so that a crash costs at most the last one: what is
// appended begins with a new line, in case that one is torn.
func AppendHistory(at time.Time, r *BenchResult) error {
	text := []byte{'\n'}
	for _, l := range r.Lines {
		if l.Status != StatusOK || len(l.Samples) == 0 {
			continue
		}
		line, err := json.Marshal(HistoryEntry{At: at, Host: l.Environment.Host, Kernel: l.Kernel, Params: l.Params, DType: l.DType, Device: l.Device,
			N: l.Summary.N, MedianMS: float64(l.MedianMS), LoMS: l.Summary.Lo, HiMS: l.Summary.Hi, GBps: float64(l.GBps), Cold: l.Cold})
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	if len(text) == 1 {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(historyPath()), 0o755); err != nil {
		return fileError(err)
	}
	f, err := os.OpenFile(historyPath(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fileError(err)
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// History reads the entries whose kernel is one of these, all without any. Torn
// lines are passed over.
func History(kernels ...string) ([]HistoryEntry, error) {
	f, err := os.Open(historyPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fileError(err)
	}
	defer f.Close()
	out, err := readHistory(f)
	if len(kernels) > 0 {
		out = slices.DeleteFunc(out, func(e HistoryEntry) bool { return !slices.Contains(kernels, e.Kernel) })
	}
	return out, err
}

// readHistory reads entries and passes over what is none, however long.
func readHistory(r io.Reader) (out []HistoryEntry, err error) {
	for lines := bufio.NewReader(r); ; {
		line, err := lines.ReadBytes('\n')
		var e HistoryEntry
		if json.Unmarshal(line, &e) == nil && e.Kernel != "" {
			out = append(out, e)
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, fileError(err)
		}
	}
}
