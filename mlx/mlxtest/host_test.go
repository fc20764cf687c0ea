package mlxtest_test

import (
	"testing"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/mlxtest"
)

func TestHost(t *testing.T) { mlxtest.Run(t, mlx.Host()) }

func TestNative(t *testing.T) {
	n, err := mlx.Native()
	if err != nil {
		t.Skipf("MLX ITSELF IS NOT TESTED: %v", err)
	}
	t.Logf("MLX %s from %s", n.Version, n.Path)
	t.Run("cpu", func(t *testing.T) { mlxtest.Run(t, n.CPU) })
	t.Run("gpu", func(t *testing.T) {
		if n.GPU == nil {
			t.Skip("THE GPU IS NOT TESTED: MLX has none here")
		}
		mlxtest.Run(t, n.GPU)
	})
}
