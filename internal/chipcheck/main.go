// Command chipcheck says how well modelled times rank what others measured on
// Apple's GPUs: it reads result tables as github.com/TristanBilot/mlx-benchmark
// publishes them (benchmarks/detailed_benchmark.md), models the kernels of the
// catalogue that do the same, and prints Spearman's rank correlation.
//
//	go run ./internal/chipcheck detailed_benchmark.md
package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/profile/chip"
	"github.com/zmlx/zmlx/workbench"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: chipcheck TABLE.md")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "chipcheck:", err)
		os.Exit(1)
	}
}

// point is an operation on a chip.
type point struct {
	chip, op           string
	measured, modelled float64
}

func run(path string) error {
	points, err := read(path)
	if err != nil {
		return err
	}
	var chips, ops []string
	for _, p := range points {
		if !slices.Contains(chips, p.chip) {
			chips = append(chips, p.chip)
		}
		if !slices.Contains(ops, p.op) {
			ops = append(ops, p.op)
		}
	}
	fmt.Printf("%d measurements of %d operations on %d chips\n\n", len(points), len(ops), len(chips))
	fmt.Printf("%-40s %6s %22s\n", "rank correlation", "", "modelled/measured")
	show := func(label string, of func(point) bool) {
		var some []point
		for _, p := range points {
			if of(p) {
				some = append(some, p)
			}
		}
		if len(some) < 4 {
			return
		}
		ratios := make([]float64, len(some))
		for i, p := range some {
			ratios[i] = p.modelled / p.measured
		}
		slices.Sort(ratios)
		fmt.Printf("%-40s %6.2f %10.2f median of %d\n", label, spearman(some), ratios[len(ratios)/2], len(some))
	}
	show("all", func(point) bool { return true })
	for _, c := range chips {
		show(c, func(p point) bool { return p.chip == c })
	}
	for _, op := range ops {
		show(op, func(p point) bool { return p.op == op })
	}
	return nil
}

var (
	heading = regexp.MustCompile(`^\*\*(M\d(?: Pro| Max| Ultra)?)\b(.*?)\*\*`)
	cores   = regexp.MustCompile(`(\d+)GPU`)
	row     = regexp.MustCompile(`^\| (\w+) / dim=([0-9x]+)((?: axi=-?\d+)?) +\| +([0-9.]+) \|`)
)

// read collects the rows whose operation the catalogue has. A chip without a
// number of cores is the full one.
func read(path string) ([]point, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []point
	var on chip.Chip
	known := false
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if m := heading.FindStringSubmatch(lines.Text()); m != nil {
			name := m[1]
			if n := cores.FindStringSubmatch(m[2]); n != nil {
				name += " " + n[1]
			}
			on, known = chip.Find(name)
			continue
		} else if strings.HasPrefix(lines.Text(), "**") {
			known = false
		}
		m := row.FindStringSubmatch(lines.Text())
		if m == nil || !known {
			continue
		}
		w, ok, err := work(m[1], m[2], strings.TrimSpace(m[3]))
		if err != nil {
			return nil, err
		}
		ms, err := strconv.ParseFloat(m[4], 64)
		if err == nil && ok {
			out = append(out, point{on.String(), m[1] + " " + m[2], ms, chip.Model(w, on).MS})
		}
	}
	return out, lines.Err()
}

var elementwise = map[string]string{"ReLU": "relu", "LeakyReLU": "leaky_relu", "Sigmoid": "sigmoid", "Softplus": "softplus", "SeLU": "selu"}

// work counts the kernel for an operation on a part of the data and scales
// that up: the embedded device is too slow to count all of it.
func work(op, dims, axis string) (w chip.Work, ok bool, err error) {
	sizes := []int{}
	n := 1
	for d := range strings.SplitSeq(dims, "x") {
		size, err := strconv.Atoi(d)
		if err != nil {
			return w, false, err
		}
		sizes = append(sizes, size)
		n *= size
	}
	if kernel := elementwise[op]; kernel != "" {
		const part = 1 << 16
		w, err = count(kernel, map[string]string{"N": strconv.Itoa(part)})
		return w.Scale(float64(n) / part), true, err
	}
	if op != "Softmax" || axis != "axi=-1" {
		return w, false, nil
	}
	length := sizes[len(sizes)-1]
	rows := min(n/length, max(1, (1<<18)/length))
	w, err = count("softmax", map[string]string{"R": strconv.Itoa(rows), "D": strconv.Itoa(length)})
	return w.Scale(float64(n/length) / float64(rows)), true, err
}

var counted = map[string]chip.Work{}

func count(kernel string, params map[string]string) (chip.Work, error) {
	key := fmt.Sprint(kernel, params)
	if w, ok := counted[key]; ok {
		return w, nil
	}
	doc, err := workbench.Open(kernel)
	if err != nil {
		return chip.Work{}, err
	}
	result, err := workbench.New(workbench.Options{}).Start(context.Background(), workbench.ProfileJob{Document: doc, Variant: workbench.Variant{Params: params}}).Wait()
	if err != nil {
		return chip.Work{}, err
	}
	counted[key] = result.(*workbench.ProfileResult).Work()
	return counted[key], nil
}

// spearman is the correlation of the ranks.
func spearman(points []point) float64 {
	return pearson(ranks(points, func(p point) float64 { return p.measured }), ranks(points, func(p point) float64 { return p.modelled }))
}

// ranks are those of values; equal ones share theirs.
func ranks(points []point, of func(point) float64) []float64 {
	order := make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(of(points[a]), of(points[b])) })
	out := make([]float64, len(points))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && of(points[order[j]]) == of(points[order[i]]) {
			j++
		}
		for _, k := range order[i:j] {
			out[k] = float64(i+j-1) / 2
		}
		i = j
	}
	return out
}

func pearson(a, b []float64) float64 {
	var ma, mb, ab, aa, bb float64
	for i := range a {
		ma += a[i] / float64(len(a))
		mb += b[i] / float64(len(a))
	}
	for i := range a {
		ab += (a[i] - ma) * (b[i] - mb)
		aa += (a[i] - ma) * (a[i] - ma)
		bb += (b[i] - mb) * (b[i] - mb)
	}
	return ab / math.Sqrt(aa*bb)
}
