//go:build !unix

package cputime

import "time"

// User is not known here.
func User() time.Duration { return 0 }

// All is not known either.
func All() time.Duration { return 0 }
