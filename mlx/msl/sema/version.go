package sema

import (
	"fmt"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// needs reports what the user wrote and a version of Metal before since lacks.
func (c *checker) needs(since int, what string, at diag.Span) {
	if c.opts.Version < since && at.Start >= c.user {
		c.errorf(at, "metal-version", "%s needs Metal %s", what, versionText(since))
	}
}

// versionText is a __METAL_VERSION__ as people write it.
func versionText(version int) string { return fmt.Sprintf("%d.%d", version/100, version/10%10) }

// firstVersion is the first version of Metal that has a name of the library, 0 if all
// have it or none.
func firstVersion(name string) int {
	version := laterNames[name]
	for _, f := range standard().get(wordOf(name)) {
		version = max(version, f.Since)
	}
	return version
}

// laterNames are names of the library, but functions, that not all versions have.
var laterNames = map[string]int{
	"memory_order_seq_cst": 320,
	"thread_scope":         320, "thread_scope_thread": 320, "thread_scope_simdgroup": 320, "thread_scope_threadgroup": 320,
	"thread_scope_device": 320, "thread_scope_system": 320,
	"os_log": 320, "os_log_default": 320, "os_log_type": 320, "os_log_type_default": 320, "os_log_type_info": 320,
	"os_log_type_debug": 320, "os_log_type_error": 320, "os_log_type_fault": 320,
	"memory_order_acquire": 410, "memory_order_release": 410, "memory_order_acq_rel": 410,
}
