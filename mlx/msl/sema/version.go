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

// laterNames are names of the library that not all versions of Metal have.
var laterNames = map[string]int{
	"nextafter":           310,
	"atomic_thread_fence": 320, "memory_order_seq_cst": 320,
	"thread_scope": 320, "thread_scope_thread": 320, "thread_scope_simdgroup": 320, "thread_scope_threadgroup": 320,
	"thread_scope_device": 320, "thread_scope_system": 320,
	"os_log": 320, "os_log_default": 320, "os_log_type": 320, "os_log_type_default": 320, "os_log_type_info": 320,
	"os_log_type_debug": 320, "os_log_type_error": 320, "os_log_type_fault": 320,
	"memory_order_acquire": 410, "memory_order_release": 410, "memory_order_acq_rel": 410,
}
