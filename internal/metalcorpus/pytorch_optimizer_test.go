package main

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx"
)

// chunk is how many elements of a tensor a threadgroup of the optimizers takes.
const chunk = 65536

// tensorList is how PyTorch's fused optimizers take their tensors: an argument
// buffer of 32 addresses for each role, and sizes. There are two tensors here,
// of one threadgroup each, which takes the first chunk of the first tensor and
// the second of the second, that ends in its list's elements.
func tensorList(lists [][2]any) (argument, sizes []byte, buffers []any, pointers []mlx.RawPointer) {
	const most, firstBuffer = 32, 9
	for role, list := range lists {
		for i, tensor := range list {
			pointers = append(pointers, mlx.RawPointer{In: 0, Offset: 8 * (role*most + i), To: firstBuffer + len(buffers)})
			if u, ok := tensor.(update); ok && i == 1 {
				tensor = update{mlx.Concatenate([]*mlx.Array{mlx.Zeros([]int{chunk}, u.DType()), u.Array}, 0)}
			}
			buffers = append(buffers, tensor)
		}
	}
	var numbers, tensors, chunks [most]int32
	for i, a := range lists[0] {
		numbers[i], tensors[i], chunks[i] = int32(i*chunk+a.(update).Size()), int32(i), int32(i)
	}
	return make([]byte, 8*most*len(lists)), concat(ints(numbers[:]...), ints(tensors[:]...), ints(chunks[:]...)), buffers, pointers
}

// optimize launches an optimizer on two tensors. Lists are by role, scalars by
// place from 2 on; what comes back is by role, the two tensors in one slice.
func (p *pytorch) optimize(t *testing.T, entry string, lists [][2]any, scalars ...[]byte) [][2]*mlx.Array {
	t.Helper()
	argument, sizes, buffers, pointers := tensorList(lists)
	all := []any{argument, sizes}
	for _, s := range scalars {
		all = append(all, s)
	}
	for len(all) < 9 {
		all = append(all, nil)
	}
	out := p.dispatch(t, "FusedOptimizerOps", nil, dispatch{entry: entry, grid: [3]int{2 * 64, 1, 1}, group: [3]int{64, 1, 1}, buffers: append(all, buffers...), pointers: pointers})
	var byRole [][2]*mlx.Array
	for ; len(out) >= 2; out = out[2:] {
		require.Zero(t, out[1].Slice([]int{0}, []int{chunk}, nil).Abs().Max(false).Item(), "%s: another chunk", entry)
		byRole = append(byRole, [2]*mlx.Array{out[0], out[1].Slice([]int{chunk}, []int{out[1].Size()}, nil)})
	}
	return byRole
}

var optimizerSizes = [2]int{100, 37}

func changing(seed uint64, d mlx.DType, square bool) (list [2]any) {
	for i, n := range optimizerSizes {
		x := normal(seed+uint64(i), d, n)
		if square {
			x = x.Square()
		}
		list[i] = update{x}
	}
	return list
}

func values(list [2]any, i int) []float64 { return list[i].(update).Float64s() }

func single(x float64) float64 { return float64(float32(x)) }
func scalar(x float64) []byte  { return reals(float32(x)) }

func flagByte(b bool) []byte {
	if b {
		return []byte{1}
	}
	return []byte{0}
}

func pytorchAdam(t *testing.T, p *pytorch) {
	const step = 7
	lr, beta1, beta2, decay, eps := single(0.01), single(0.9), single(0.99), single(0.1), single(1e-8)
	for _, types := range [][2]mlx.DType{
		{mlx.Float32, mlx.Float32}, {mlx.Float32, mlx.Float16}, {mlx.Float16, mlx.Float32}, {mlx.Float16, mlx.Float16},
		{mlx.Float32, mlx.Bfloat16}, {mlx.Bfloat16, mlx.Bfloat16}, {mlx.Bfloat16, mlx.Float32},
	} {
		d, u := types[0], unit[types[0]]
		for flags := range 8 {
			decoupled, amsgrad, maximize := flags&1 != 0, flags&2 != 0, flags&4 != 0
			entry := "fused_adam"
			if decoupled {
				entry += "w"
			}
			params, grads, m, v, vmax := changing(1, d, false), changing(3, d, false), changing(5, d, false), changing(7, d, true), changing(9, d, true)
			steps := [2]any{mlx.FromFloat64s(types[1], []float64{step}), mlx.FromFloat64s(types[1], []float64{step})}
			lists := [][2]any{params, grads, m, v}
			if amsgrad {
				entry += "_amsgrad"
				lists = append(lists, vmax)
			}
			entry += "_" + metal[d] + "_" + metal[types[1]]
			got := p.optimize(t, entry, append(lists, steps), scalar(lr), scalar(beta1), scalar(beta2), scalar(decay), scalar(eps), flagByte(maximize))
			require.Len(t, got, len(lists))
			for i, n := range optimizerSizes {
				var wantParam, wantM, wantV, wantMax, moved, gradSize []float64
				for k := range n {
					param, grad := values(params, i)[k], values(grads, i)[k]
					if maximize {
						grad = -grad
					}
					if decoupled {
						param -= lr * decay * param
					} else {
						grad += decay * param
					}
					first := beta1*values(m, i)[k] + (1-beta1)*grad
					second := beta2*values(v, i)[k] + (1-beta2)*grad*grad
					most := second
					if amsgrad {
						most = max(second, values(vmax, i)[k])
					}
					change := lr / (1 - math.Pow(beta1, step)) * first / (math.Sqrt(most)/math.Sqrt(1-math.Pow(beta2, step)) + eps)
					wantParam, wantM, wantV, wantMax = append(wantParam, param-change), append(wantM, first), append(wantV, second), append(wantMax, most)
					// What rounding the moments moves a parameter by.
					moved = append(moved, math.Abs(change)+lr*0.3*math.Abs(grad)/math.Sqrt(most)+lr*math.Abs(values(m, i)[k])/math.Sqrt(most))
					gradSize = append(gradSize, math.Abs(grad)+decay*math.Abs(param))
				}
				label := fmt.Sprint(entry, flags, i)
				near(t, label+" parameters", got[0][i], wantParam, func(k int) float64 {
					return 2*u*math.Abs(wantParam[k]) + 4*u*moved[k] + 16*unit[mlx.Float32]*moved[k]
				})
				near(t, label+" gradients", got[1][i], values(grads, i), nil) // are as before
				near(t, label+" first moments", got[2][i], wantM, func(k int) float64 {
					return 2*u*(1-beta1)*gradSize[k] + 4*unit[mlx.Float32]*(math.Abs(values(m, i)[k])+gradSize[k])
				})
				near(t, label+" second moments", got[3][i], wantV, func(k int) float64 { return 4*u*(1-beta2)*gradSize[k]*gradSize[k] + 4*unit[mlx.Float32]*wantV[k] })
				if amsgrad {
					near(t, label+" largest moments", got[4][i], wantMax, func(k int) float64 { return 4*u*(1-beta2)*gradSize[k]*gradSize[k] + 4*unit[mlx.Float32]*wantMax[k] })
				}
			}
		}
	}
}

func pytorchSGD(t *testing.T, p *pytorch) {
	lr, decay, momentum, dampening := single(0.01), single(0.1), single(0.9), single(0.25)
	for _, d := range floats {
		u := unit[d]
		for flags := range 16 {
			maximize, inertia, nesterov, firstStep := flags&1 != 0, flags&2 != 0, flags&4 != 0, flags&8 != 0
			params, grads, buffer := changing(1, d, false), changing(3, d, false), changing(5, d, false)
			entry, lists := "fused_sgd_", [][2]any{params, grads}
			scalars := [][]byte{scalar(decay), scalar(lr), flagByte(maximize)}
			if inertia {
				entry, lists = "fused_sgd_momentum_", append(lists, buffer)
				scalars = [][]byte{scalar(decay), scalar(momentum), scalar(lr), scalar(dampening), flagByte(nesterov), flagByte(maximize), flagByte(firstStep)}
			}
			entry += metal[d]
			got := p.optimize(t, entry, lists, scalars...)
			for i, n := range optimizerSizes {
				var wantParam, wantBuffer, size []float64
				for k := range n {
					param, grad := values(params, i)[k], values(grads, i)[k]
					if maximize {
						grad = -grad
					}
					grad += decay * param
					b := momentum*values(buffer, i)[k] + (1-dampening)*grad
					if firstStep {
						b = grad
					}
					step := grad
					if inertia && nesterov {
						step += momentum * b
					} else if inertia {
						step = b
					}
					wantParam, wantBuffer = append(wantParam, param-lr*step), append(wantBuffer, b)
					size = append(size, math.Abs(param)+math.Abs(grad)+math.Abs(values(buffer, i)[k]))
				}
				label := fmt.Sprint(entry, flags, i)
				near(t, label+" parameters", got[0][i], wantParam, func(k int) float64 { return u*math.Abs(wantParam[k]) + 4*u*lr*size[k] })
				near(t, label+" gradients", got[1][i], values(grads, i), nil)
				if inertia {
					near(t, label+" momentum", got[2][i], wantBuffer, func(k int) float64 { return 2 * u * size[k] })
				}
			}
		}
	}
}
