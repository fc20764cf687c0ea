package trace

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"time"
)

// magic begins a file. The number is that of the format.
const magic = "zmlx trace 1\n"

// ErrFormat is what Read returns for what is no trace, or a damaged one.
var ErrFormat = errors.New("not a zmlx trace, or a damaged one")

// Write writes the timeline in a compact form: about six bytes a span. All
// numbers are varints, times are differences, and a checksum ends the file.
func (t *Timeline) Write(w io.Writer) error {
	e := encoder{w: bufio.NewWriterSize(w, 1<<16)}
	e.raw([]byte(magic))
	e.uint(len(t.Names))
	for _, name := range t.Names {
		e.text(name)
	}
	e.uint(len(t.Tracks))
	for _, track := range t.Tracks {
		e.text(track.Name)
		e.uint(len(track.Rows))
		for _, row := range track.Rows {
			e.uint(len(row))
			var at time.Duration
			for _, s := range row {
				e.int(int64(s.Start - at))
				e.int(int64(s.Dur))
				e.uint(s.Name)
				e.int(s.N)
				at = s.End()
			}
		}
	}
	e.uint(len(t.Counters))
	for _, c := range t.Counters {
		e.text(c.Name)
		e.text(c.Unit)
		e.uint(len(c.Samples))
		var at time.Duration
		for _, s := range c.Samples {
			e.int(int64(s.At - at))
			e.raw(binary.LittleEndian.AppendUint64(nil, math.Float64bits(s.Value)))
			at = s.At
		}
	}
	e.uint(len(t.Marks))
	for _, m := range t.Marks {
		e.int(int64(m.At))
		e.text(m.Name)
	}
	e.raw(binary.LittleEndian.AppendUint32(nil, e.sum))
	return errors.Join(e.err, e.w.Flush())
}

type encoder struct {
	w   *bufio.Writer
	sum uint32
	buf [binary.MaxVarintLen64]byte
	err error
}

func (e *encoder) raw(b []byte) {
	e.sum = crc32.Update(e.sum, castagnoli, b)
	if _, err := e.w.Write(b); err != nil {
		e.err = err
	}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (e *encoder) uint(n int)  { e.raw(e.buf[:binary.PutUvarint(e.buf[:], uint64(n))]) }
func (e *encoder) int(n int64) { e.raw(e.buf[:binary.PutVarint(e.buf[:], n)]) }

func (e *encoder) text(s string) {
	e.uint(len(s))
	e.raw([]byte(s))
}

// Read reads what Write wrote. What is anything else is ErrFormat.
func Read(r io.Reader) (*Timeline, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	n := len(data) - 4
	if n < len(magic) || string(data[:len(magic)]) != magic || crc32.Checksum(data[:n], castagnoli) != binary.LittleEndian.Uint32(data[n:]) {
		return nil, ErrFormat
	}
	d := decoder{rest: data[len(magic):n]}
	t := &Timeline{Names: make([]string, d.count(1))}
	for i := range t.Names {
		t.Names[i] = d.text()
	}
	t.Tracks = make([]TrackSpans, d.count(2))
	for i := range t.Tracks {
		t.Tracks[i] = TrackSpans{d.text(), make([][]Span, d.count(1))}
		for depth := range t.Tracks[i].Rows {
			t.Tracks[i].Rows[depth] = d.row(len(t.Names))
		}
	}
	for range d.count(3) {
		t.Counters = append(t.Counters, d.counter())
	}
	for range d.count(2) {
		t.Marks = append(t.Marks, Mark{time.Duration(d.int()), d.text()})
	}
	if d.failed || len(d.rest) > 0 {
		return nil, ErrFormat
	}
	return t, nil
}

// decoder reads from memory. After a failure it reads zeros.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) fail() {
	d.rest, d.failed = nil, true
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// count reads how many things follow, each of which takes some bytes: a
// number that cannot be true must not make memory for them.
func (d *decoder) count(bytes int) int {
	n := d.uint()
	if n > uint64(len(d.rest)/bytes) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.count(1)
	s := string(d.rest[:n])
	d.rest = d.rest[n:]
	return s
}

// row reads spans; they must be in order, as everything relies on that.
func (d *decoder) row(names int) []Span {
	row := make([]Span, d.count(4))
	var at time.Duration
	for i := range row {
		s := &row[i]
		s.Start = at + time.Duration(d.int())
		s.Dur = time.Duration(d.int())
		name := d.uint()
		s.N = d.int()
		if name >= uint64(names) || s.Start < at && i > 0 || s.Dur < 0 || s.End() < s.Start {
			d.fail()
			return nil
		}
		s.Name, at = int(name), s.End()
	}
	return row
}

func (d *decoder) counter() Counter {
	c := Counter{Name: d.text(), Unit: d.text()}
	c.Samples = make([]Sample, d.count(9))
	var at time.Duration
	for i := range c.Samples {
		at += time.Duration(d.int())
		if len(d.rest) < 8 {
			d.fail()
			return c
		}
		c.Samples[i] = Sample{at, math.Float64frombits(binary.LittleEndian.Uint64(d.rest))}
		d.rest = d.rest[8:]
	}
	return c
}
