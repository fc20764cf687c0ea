package action

import "slices"

// Intent is something that a user did.
type Intent struct {
	ID  string `json:"id"`
	Arg string `json:"arg,omitempty"`
}

// Log keeps the last intents. Sink, if set, is told each as it comes.
type Log struct {
	Sink   func(Intent)
	recent []Intent
}

const maxIntents = 1000

func (l *Log) add(i Intent) {
	if len(l.recent) >= maxIntents {
		l.recent = slices.Delete(l.recent, 0, maxIntents/4)
	}
	l.recent = append(l.recent, i)
	if l.Sink != nil {
		l.Sink(i)
	}
}

// Recent lists the last intents, the oldest first.
func (l *Log) Recent() []Intent { return l.recent }
