package workbench

import (
	"cmp"
	"maps"
	"slices"
)

// keys are a map's keys in order.
func keys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
