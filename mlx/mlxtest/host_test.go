package mlxtest_test

import (
	"testing"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/mlxtest"
)

func TestHost(t *testing.T) { mlxtest.Run(t, mlx.Host()) }
