package mlx

import "context"

// cpuDevice is MLX on the CPU. MLX runs custom kernels only on a GPU, so here
// the host's compiler and executor run them over MLX's arrays.
type cpuDevice struct {
	hostDevice
	lib *NativeLibrary
}

func (d cpuDevice) Name() string { return d.lib.CPU.Name() }

func (d cpuDevice) Runtime() Runtime { return d.lib.CPU }

func (d cpuDevice) Info() DeviceInfo {
	info := d.hostDevice.Info()
	info.Name = d.Name()
	info.Description = "MLX on the CPU, with the embedded executor for kernels"
	info.MLX, info.Library = d.lib.Version, d.lib.Path
	return info
}

func (d cpuDevice) Compile(ctx context.Context, src KernelSource, inputs []ArgInfo, cfg LaunchConfig) (Kernel, error) {
	if len(src.Stages) > 0 {
		return compileStages(ctx, d, src, inputs, cfg)
	}
	k, err := d.hostDevice.Compile(ctx, src, inputs, cfg)
	if err != nil {
		return nil, err
	}
	k.(*hostKernel).rt = d.lib.CPU
	return k, nil
}
