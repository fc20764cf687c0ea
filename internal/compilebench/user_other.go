//go:build !unix

package compilebench

import "time"

// userTime is not known here.
func userTime() time.Duration { return 0 }
