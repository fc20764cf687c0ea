package syntax_test

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

func TestMutate(t *testing.T) {
	d, _ := time.ParseDuration(os.Getenv("MUT"))
	if d == 0 {
		t.Skip()
	}
	var texts [][]string
	for _, root := range []string{"/tmp/mlxsrc", "/tmp/pt", "/tmp/ggml"} {
		filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
			if x := filepath.Ext(path); x == ".metal" || x == ".h" {
				b, _ := os.ReadFile(path)
				if len(b) > 20000 {
					b = b[:20000]
				}
				lx := syntax.NewLexer(string(b))
				var w []string
				at := 0
				for {
					l := lx.Next()
					if l.Kind == syntax.EOF {
						break
					}
					w = append(w, string(b[at:l.End]))
					at = l.End
				}
				if len(w) > 10 {
					texts = append(texts, w)
				}
			}
			return nil
		})
	}
	r := rand.New(rand.NewSource(time.Now().UnixNano()))
	end := time.Now().Add(d)
	n := 0
	var worst time.Duration
	for time.Now().Before(end) {
		a := texts[r.Intn(len(texts))]
		b := texts[r.Intn(len(texts))]
		lo := r.Intn(len(a))
		w := append([]string(nil), a[lo:min(len(a), lo+r.Intn(1500)+1)]...)
		for range r.Intn(6) + 1 {
			i := r.Intn(len(w))
			switch r.Intn(5) {
			case 0:
				w = append(w[:i], w[i+1:]...)
			case 1:
				w[i] = b[r.Intn(len(b))]
			case 2:
				w[i], w[r.Intn(len(w))] = w[r.Intn(len(w))], w[i]
			case 3:
				j := r.Intn(len(b))
				w = append(w[:i:i], append(append([]string(nil), b[j:min(len(b), j+r.Intn(20))]...), w[i:]...)...)
			case 4:
				x := w[i]
				for range r.Intn(300) {
					w[i] += x
				}
			}
			if len(w) == 0 {
				w = []string{"x"}
			}
		}
		text := strings.Join(w, "")
		os.WriteFile("/tmp/mut.metal", []byte(text), 0o644)
		start := time.Now()
		func() {
			defer func() {
				if e := recover(); e != nil {
					os.WriteFile("/tmp/crash.metal", []byte(text), 0o644)
					panic(e)
				}
			}()
			u, src, ds := syntax.Parse("k", text, include(text))
			diag.RenderAll(src, ds)
			syntax.PrintUnit(u)
		}()
		if e := time.Since(start); e > worst {
			worst = e
			os.WriteFile("/tmp/slow.metal", []byte(text), 0o644)
			fmt.Println(n, e, len(text))
		}
		n++
	}
	t.Log(n, worst)
}
