package catalog

import (
	"context"
	"testing"

	"github.com/zmlx/zmlx/internal/compilebench"
	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// BenchmarkCompile compiles each kernel of the catalogue, in the launch of its
// first case.
func BenchmarkCompile(b *testing.B) {
	dev := mlx.HostDevice()
	for _, e := range List() {
		b.Run(e.Name, func(b *testing.B) {
			spec, err := e.Spec()
			if err != nil {
				b.Fatal(err)
			}
			c := kernels.Case{}
			if len(spec.Cases) > 0 {
				c = spec.Cases[0]
			}
			src, err := spec.Source(c, spec.DTypes()[0])
			if err != nil {
				b.Fatal(err)
			}
			inputs, err := src.Draw(0, nil)
			if err != nil {
				b.Fatal(err)
			}
			compilebench.Run(b, func(ctx context.Context) error {
				k, err := dev.Compile(ctx, src.Kernel, mlx.ArgInfos(inputs), src.Config)
				if err != nil {
					return err
				}
				_, err = k.Launch(ctx, inputs, src.Config, mlx.LaunchOptions{})
				return err
			})
		})
	}
}
