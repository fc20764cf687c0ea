//go:build !unix

package cputime

import "time"

// User is not known here.
func User() time.Duration { return 0 }
