package mlx

import (
	"fmt"
	"slices"
	"strings"
)

// Einsum sums products over named axes, as numpy.einsum does: "ij,jk->ik". A
// letter that the output does not have is summed; without "->" the output has
// the letters that occur once, in alphabetic order.
func Einsum(subscripts string, operands ...*Array) *Array {
	const op = "einsum"
	text := strings.ReplaceAll(subscripts, " ", "")
	left, out, explicit := strings.Cut(text, "->")
	ins := strings.Split(left, ",")
	if len(ins) != len(operands) {
		throw(op, BadArgument, "", fmt.Sprintf("%q names %d operands, %d are given", subscripts, len(ins), len(operands)))
	}
	counts := map[rune]int{}
	for _, r := range strings.Join(ins, "") {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			throw(op, BadArgument, "use letters", fmt.Sprintf("%q is not an axis name in %q", r, subscripts))
		}
		counts[r]++
	}
	if !explicit {
		out = implicitOutput(counts)
	}
	for i, r := range out {
		if counts[r] == 0 || strings.ContainsRune(out[:i], r) {
			throw(op, BadArgument, "", fmt.Sprintf("output axis %q of %q is unknown or repeated", r, subscripts))
		}
	}
	names, acc := uniqueAxes(op, ins[0], operands[0])
	for i := 1; i < len(ins); i++ {
		n, x := uniqueAxes(op, ins[i], operands[i])
		names, acc = contract(op, names, acc, n, x, out+strings.Join(ins[i+1:], ""))
	}
	names, acc = sumUnless(names, acc, func(r rune) bool { return strings.ContainsRune(out, r) })
	order := make([]int, len(names))
	for i, r := range out {
		order[i] = strings.IndexRune(names, r)
	}
	return acc.Transpose(order...)
}

func implicitOutput(counts map[rune]int) string {
	var once []rune
	for r, n := range counts {
		if n == 1 {
			once = append(once, r)
		}
	}
	slices.Sort(once)
	return string(once)
}

// uniqueAxes takes the diagonal of axes with the same name.
func uniqueAxes(op, names string, a *Array) (string, *Array) {
	if len(names) != a.NDim() {
		throw(op, BadShape, "", fmt.Sprintf("%q names %d axes", names, len(names)), a.Shape())
	}
	for i := 0; i < len(names); i++ {
		if j := strings.IndexByte(names[i+1:], names[i]); j >= 0 {
			j += i + 1
			if a.Shape()[i] != a.Shape()[j] {
				throw(op, BadShape, "", fmt.Sprintf("the axes named %q differ in length", names[i]), a.Shape())
			}
			name := names[i : i+1]
			return uniqueAxes(op, names[:i]+names[i+1:j]+names[j+1:]+name, a.Diagonal(0, i, j))
		}
	}
	return names, a
}

// sumUnless sums the axes whose name is not kept.
func sumUnless(names string, a *Array, keep func(rune) bool) (string, *Array) {
	var drop []int
	var kept strings.Builder
	for i, r := range names {
		if keep(r) {
			kept.WriteRune(r)
		} else {
			drop = append(drop, i)
		}
	}
	if len(drop) == 0 {
		return names, a
	}
	return kept.String(), a.Sum(DropDims, drop...)
}

// contract multiplies two operands as a batched matrix product: names in both
// that are needed later are batch axes, the others in both are summed.
func contract(op, an string, a *Array, bn string, b *Array, later string) (string, *Array) {
	needed := func(other string) func(rune) bool {
		return func(r rune) bool { return strings.ContainsRune(later+other, r) }
	}
	an, a = sumUnless(an, a, needed(bn))
	bn, b = sumUnless(bn, b, needed(an))
	var batch, summed, left, right string
	for _, r := range an {
		switch inB, after := strings.ContainsRune(bn, r), strings.ContainsRune(later, r); {
		case inB && after:
			batch += string(r)
		case inB:
			summed += string(r)
		default:
			left += string(r)
		}
	}
	for _, r := range bn {
		if !strings.ContainsRune(an, r) {
			right += string(r)
		}
	}
	lengths := func(group, names string, x *Array) (shape []int, n int) {
		n = 1
		for _, r := range group {
			d := x.Shape()[strings.IndexRune(names, r)]
			shape, n = append(shape, d), n*d
		}
		return shape, n
	}
	arrange := func(groups, names string, x *Array) *Array {
		order := make([]int, 0, len(groups))
		for _, r := range groups {
			order = append(order, strings.IndexRune(names, r))
		}
		return x.Transpose(order...)
	}
	bs, nb := lengths(batch, an, a)
	ss, ns := lengths(summed, an, a)
	ls, nl := lengths(left, an, a)
	rs, nr := lengths(right, bn, b)
	bs2, _ := lengths(batch, bn, b)
	ss2, _ := lengths(summed, bn, b)
	if !slices.Equal(bs, bs2) || !slices.Equal(ss, ss2) {
		throw(op, BadShape, "", "axes of one name differ in length", a.Shape(), b.Shape())
	}
	x := arrange(batch+left+summed, an, a).Reshape(nb, nl, ns)
	y := arrange(batch+summed+right, bn, b).Reshape(nb, ns, nr)
	return batch + left + right, x.Matmul(y).Reshape(slices.Concat(bs, ls, rs)...)
}
