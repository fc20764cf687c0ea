package autotune

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/kernels"
)

// MaxConfigs bounds a space: each configuration is compiled, checked and
// measured some ten times at least.
const MaxConfigs = 4096

// Space lists the configurations of a spec's knobs, the source's own first and
// none twice. The error says that there are no knobs, or too many configurations.
func Space(src *kernels.Source) ([]kernels.Case, error) {
	if len(src.Spec.Tune) == 0 {
		return nil, fmt.Errorf("%s has nothing to tune; say which values its parameters may take, as in tune: {TG: [64, 128, 256]}", src.Spec.Name)
	}
	own := kernels.Case{}
	for _, k := range src.Spec.Tune {
		i := slices.IndexFunc(src.Values, func(v kernels.NamedValue) bool { return v.Name == k.Name })
		own = own.With(k.Name, src.Values[i].Value)
	}
	all := []kernels.Case{{}}
	for _, k := range src.Spec.Tune {
		if len(all)*len(k.Values) > MaxConfigs {
			return nil, fmt.Errorf("the knobs of %s have more than %d configurations; list fewer values", src.Spec.Name, MaxConfigs)
		}
		var longer []kernels.Case
		for _, c := range all {
			for _, v := range k.Values {
				longer = append(longer, c.With(k.Name, v))
			}
		}
		all = longer
	}
	out, known := []kernels.Case{own}, map[string]bool{own.String(): true}
	for _, c := range all {
		if !known[c.String()] {
			out, known[c.String()] = append(out, c), true
		}
	}
	return out, nil
}
