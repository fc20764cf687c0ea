package host

import "runtime"

// operand supplies a matrix to a product as vectors of the common length k:
// the rows of the left matrix or the columns of the right one.
type operand[C number] interface {
	// panel writes depth elements of n vectors, from those given on, so that
	// element p of vector v is dst[p*width+v]; vectors up to width are zero.
	// buf holds bufferSize elements.
	panel(dst []C, width, vector, n, from, depth int, buf []C)
}

// bufferSize is room for four vectors of that depth, or for one element of each.
func bufferSize(width, depth int) int { return max(width, 4*depth) }

// kernel computes a tile of a product, small enough for the registers.
type kernel[C number] struct {
	rows, cols int
	// tile multiplies k elements of a panel of rows and a panel of cols. The
	// result replaces rows of dst, stride apart, or is added to them.
	tile func(k int, a, b, dst []C, stride int, add bool)
}

// What other processors run; init may replace it.
var (
	kernel32 = kernel[float32]{4, 4, tile4[float32]}
	kernel64 = kernel[float64]{4, 4, tile4[float64]}
)

// Sizes of the parts of a product: depthBlock elements of kernel.cols vectors
// fit in the first-level cache beside those of kernel.rows; rowBlock vectors in
// the second; colBlock vectors in the third.
const (
	depthBlock = 256
	rowBlock   = 96
	colBlock   = 2048
)

// gemm computes dst = a @ b for row-major dst [m, n]; no length is zero.
func gemm[C number](kern *kernel[C], dst []C, a, b operand[C], m, n, k int) {
	packed, release := borrow[C](min(k, depthBlock) * roundUp(min(n, colBlock), kern.cols))
	defer release()
	for j := 0; j < n; j += colBlock {
		for from := 0; from < k; from += depthBlock {
			g := block[C]{kern, dst, n, m, j, min(colBlock, n-j), from, min(depthBlock, k-from), packed}
			g.pack(b)
			g.multiply(a)
		}
	}
}

// block is a part of a product: all rows by some columns, over a part of k.
type block[C number] struct {
	*kernel[C]
	dst         []C
	stride, m   int
	col, width  int
	from, depth int
	packed      []C // panels of columns
}

func (g *block[C]) panels() int { return roundUp(g.width, g.cols) / g.cols }

func (g *block[C]) pack(b operand[C]) {
	size := g.cols * g.depth
	parallel(g.panels(), max(1, (1<<14)/size), func(lo, hi int) {
		buf, release := borrow[C](bufferSize(g.cols, g.depth))
		defer release()
		for p := lo; p < hi; p++ {
			at := p * g.cols
			b.panel(g.packed[p*size:(p+1)*size], g.cols, g.col+at, min(g.cols, g.width-at), g.from, g.depth, buf)
		}
	})
}

// multiply splits rows, and columns where there are few rows, over the cores.
func (g *block[C]) multiply(a operand[C]) {
	bands := roundUp(g.m, rowBlock) / rowBlock
	parts := min(max(1, 4*runtime.GOMAXPROCS(0)/bands), max(1, g.panels()/4))
	grain := max(1, (1<<16)*parts/(min(g.m, rowBlock)*g.width*g.depth))
	parallel(bands*parts, grain, func(lo, hi int) {
		rows, release := borrow[C](g.depth*roundUp(min(g.m, rowBlock), g.rows) + bufferSize(g.rows, g.depth))
		defer release()
		tile := make([]C, g.rows*g.cols)
		for t := lo; t < hi; t++ {
			part := t % parts
			g.band(a, t/parts*rowBlock, part*g.panels()/parts, (part+1)*g.panels()/parts, rows, tile)
		}
	})
}

// band multiplies rows from first on by some panels.
func (g *block[C]) band(a operand[C], first, loPanel, hiPanel int, rows, tile []C) {
	height := min(rowBlock, g.m-first)
	size := g.rows * g.depth
	buf := rows[len(rows)-bufferSize(g.rows, g.depth):]
	for i := 0; i < height; i += g.rows {
		a.panel(rows[i*g.depth:i*g.depth+size], g.rows, first+i, min(g.rows, height-i), g.from, g.depth, buf)
	}
	for p := loPanel; p < hiPanel; p++ {
		cols := g.packed[p*g.cols*g.depth:]
		j := g.col + p*g.cols
		w := min(g.cols, g.col+g.width-j)
		for i := 0; i < height; i += g.rows {
			h := min(g.rows, height-i)
			at := (first+i)*g.stride + j
			if h == g.rows && w == g.cols {
				g.tile(g.depth, rows[i*g.depth:], cols, g.dst[at:], g.stride, g.from > 0)
				continue
			}
			g.tile(g.depth, rows[i*g.depth:], cols, tile, g.cols, false)
			for r := range h {
				line := g.dst[at+r*g.stride : at+r*g.stride+w]
				if g.from == 0 {
					clear(line)
				}
				for c := range line {
					line[c] += tile[r*g.cols+c]
				}
			}
		}
	}
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// interleave writes vectors of equal length to every width-th place of dst.
func interleave[C number](dst []C, width int, vectors ...[]C) {
	if len(vectors) == 4 {
		a, b, c, d := vectors[0], vectors[1], vectors[2], vectors[3]
		b, c, d = b[:len(a)], c[:len(a)], d[:len(a)]
		for p := range a {
			at := dst[p*width : p*width+4 : p*width+4]
			at[0], at[1], at[2], at[3] = a[p], b[p], c[p], d[p]
		}
		return
	}
	for i, v := range vectors {
		for p, x := range v {
			dst[p*width+i] = x
		}
	}
}

// tile4 is the kernel in Go: tiles of 4 by 4.
func tile4[C number](k int, a, b, dst []C, stride int, add bool) {
	var c00, c01, c02, c03, c10, c11, c12, c13 C
	var c20, c21, c22, c23, c30, c31, c32, c33 C
	for p := range k {
		x, y := a[4*p:4*p+4:4*p+4], b[4*p:4*p+4:4*p+4]
		b0, b1, b2, b3 := y[0], y[1], y[2], y[3]
		v := x[0]
		c00 += v * b0
		c01 += v * b1
		c02 += v * b2
		c03 += v * b3
		v = x[1]
		c10 += v * b0
		c11 += v * b1
		c12 += v * b2
		c13 += v * b3
		v = x[2]
		c20 += v * b0
		c21 += v * b1
		c22 += v * b2
		c23 += v * b3
		v = x[3]
		c30 += v * b0
		c31 += v * b1
		c32 += v * b2
		c33 += v * b3
	}
	for i, row := range [4][4]C{{c00, c01, c02, c03}, {c10, c11, c12, c13}, {c20, c21, c22, c23}, {c30, c31, c32, c33}} {
		line := dst[i*stride : i*stride+4]
		for j, v := range row {
			if add {
				v += line[j]
			}
			line[j] = v
		}
	}
}
