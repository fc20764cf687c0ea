package profile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConditions(t *testing.T) {
	root := t.TempDir()
	require.Zero(t, readConditions(root))
	for path, text := range map[string]string{
		"proc/loadavg": "99.50 0.40 0.30 1/234 5678\n",
		"sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count": "3\n",
		"sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count": "4\n",
		"sys/class/thermal/thermal_zone0/temp":                             "41000\n",
		"sys/class/thermal/thermal_zone1/temp":                             "63500\n",
	} {
		path = filepath.Join(root, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	c := readConditions(root)
	require.Equal(t, Conditions{Load: 99.5, Throttled: 7, Celsius: 63.5}, c)
	warnings := c.Warnings(Conditions{Throttled: 9})
	require.Len(t, warnings, 2)
	require.Contains(t, warnings[0], "busy before the start: load 99.5 on")
	require.Equal(t, "heat slowed cores down meanwhile, times: 2", warnings[1])
	require.Empty(t, Conditions{}.Warnings(Conditions{}))
}
