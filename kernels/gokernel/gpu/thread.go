package gpu

// ThreadPositionInGrid is the thread's position in the grid.
func ThreadPositionInGrid() Uint3 { return onlyInKernel[Uint3]() }

// ThreadPositionInThreadgroup is the thread's position in its threadgroup.
func ThreadPositionInThreadgroup() Uint3 { return onlyInKernel[Uint3]() }

// ThreadgroupPositionInGrid is the position of the thread's threadgroup.
func ThreadgroupPositionInGrid() Uint3 { return onlyInKernel[Uint3]() }

// ThreadsPerGrid is the size of the grid in threads.
func ThreadsPerGrid() Uint3 { return onlyInKernel[Uint3]() }

// ThreadsPerThreadgroup is the size of this threadgroup, which at the edge of
// the grid may be smaller than the launch says.
func ThreadsPerThreadgroup() Uint3 { return onlyInKernel[Uint3]() }

// ThreadgroupsPerGrid is the size of the grid in threadgroups.
func ThreadgroupsPerGrid() Uint3 { return onlyInKernel[Uint3]() }

// ThreadIndexInThreadgroup numbers the threads of a threadgroup from 0.
func ThreadIndexInThreadgroup() uint32 { return onlyInKernel[uint32]() }

// ThreadIndexInSIMDGroup numbers the lanes of a SIMD-group from 0.
func ThreadIndexInSIMDGroup() uint32 { return onlyInKernel[uint32]() }

// SIMDGroupIndexInThreadgroup numbers the SIMD-groups of a threadgroup from 0.
func SIMDGroupIndexInThreadgroup() uint32 { return onlyInKernel[uint32]() }

// SIMDGroupsPerThreadgroup is the number of SIMD-groups of the threadgroup.
func SIMDGroupsPerThreadgroup() uint32 { return onlyInKernel[uint32]() }

// ThreadsPerSIMDGroup is the number of lanes: 32.
func ThreadsPerSIMDGroup() uint32 { return onlyInKernel[uint32]() }

// Threadgroup declares an array of n elements that all threads of a
// threadgroup share; n is a constant. Its content is undefined at first. It
// stands in a declaration of the kernel function itself:
//
//	tile := gpu.Threadgroup[[33]float32](32) // tile[row][column]
func Threadgroup[E any](n int) []E { return onlyInKernel[[]E]() }

// ThreadgroupBarrier waits for all threads of the threadgroup and makes what
// they wrote to threadgroup memory visible. All threads must reach it.
func ThreadgroupBarrier() { onlyInKernel[int]() }

// DeviceBarrier is ThreadgroupBarrier for writes to device memory.
func DeviceBarrier() { onlyInKernel[int]() }

// SIMDGroupBarrier is ThreadgroupBarrier for the lanes of one SIMD-group.
func SIMDGroupBarrier() { onlyInKernel[int]() }
