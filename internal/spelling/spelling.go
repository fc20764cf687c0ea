// Package spelling finds the name that somebody meant.
package spelling

import (
	"fmt"
	"strings"
)

// Hint asks whether the nearest name was meant; it is "" if none is near.
func Hint(word string, names []string) string {
	if n := Nearest(word, names); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return ""
}

// Nearest is the name that is most like word, capital or small, and the first in the
// alphabet of several; it is "" if none is near enough to be a slip of the pen.
func Nearest(word string, names []string) string {
	best, limit := "", (len(word)+1)/3
	for _, n := range names {
		d := Distance(strings.ToLower(word), strings.ToLower(n), limit)
		if d < limit || d == limit && (best == "" || n < best) {
			best, limit = n, d
		}
	}
	return best
}

// Distance is the number of characters to insert, remove, replace or swap
// with their neighbour between two names, or limit+1 if it is more than limit.
func Distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			d := row[j-1]
			if a[i-1] != b[j-1] {
				d = min(d, row[j], next[j-1]) + 1
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d = min(d, before[j-2]+1)
				}
			}
			next[j] = d
			least = min(least, d)
		}
		if least > limit {
			return limit + 1
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
