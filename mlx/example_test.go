package mlx_test

import (
	"fmt"

	"github.com/zmlx/zmlx/mlx"
)

// Operations chain; numbers take the type of the array that they meet.
func ExampleArray() {
	x := mlx.New([]float32{3, 4, 0, 5}, 2, 2)
	norm := x.Square().Sum(mlx.KeepDims, -1).Sqrt()
	fmt.Println(x.Divide(norm).Multiply(10).AsType(mlx.Float16))
	// Output: float16(2,2)[6 8 0 10]
}

// Misuse is an error at the boundary of a piece of work.
func ExampleDo() {
	err := mlx.Do(func() error {
		mlx.Ones([]int{2, 3}, mlx.Float32).Matmul(mlx.Ones([]int{2, 3}, mlx.Float32))
		return nil
	})
	fmt.Println(err)
	// Output: [matmul] the last dimension of the first must be the second last of the second (shapes (2,3) (2,3))
}

// Subscripts are those of NumPy.
func ExampleArray_Get() {
	x := mlx.Arange(0, 12, 1, mlx.Int32).Reshape(3, 4)
	fmt.Println(x.Get(-1, mlx.Range(1, 3)))
	fmt.Println(x.Get(mlx.Every, mlx.New([]int32{3, 0})))
	fmt.Println(x.Set(0, mlx.Ellipsis, mlx.Span{Step: 2}))
	// Output:
	// int32(2,)[9 10]
	// int32(3,2)[3 0 7 4 11 8]
	// int32(3,4)[0 1 0 3 0 5 0 7 …]
}

// The same key gives the same numbers as mx.random.
func ExampleRandomUniform() {
	fmt.Println(mlx.RandomUniform(mlx.Key(0), 0.0, 1.0, []int{8}, mlx.Float32))
	// Output: float32(8,)[0.532227 0.349657 0.353586 0.952439 0.10101 0.982963 0.195388 0.870887]
}
