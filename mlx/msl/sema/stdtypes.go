package sema

import (
	"strings"
	"sync"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

var stringType = &Type{Kind: TUnsupported, name: "const char *", id: 8}

// unsupported are the names of types, and of a few functions, that are refused by name: what they are.
var unsupported = map[string]string{
	"texture1d": "textures", "texture1d_array": "textures", "texture2d": "textures", "texture2d_array": "textures",
	"texture3d": "textures", "texturecube": "textures", "texturecube_array": "textures", "texture2d_ms": "textures",
	"texture2d_ms_array": "textures", "texture_buffer": "textures", "raytracing": "ray tracing types", "depth2d": "depth textures", "depth2d_array": "depth textures",
	"depthcube": "depth textures", "depthcube_array": "depth textures", "depth2d_ms": "depth textures", "depth2d_ms_array": "depth textures",
	"sampler": "samplers", "imageblock": "imageblocks", "mesh": "mesh shaders", "mesh_grid_properties": "mesh shaders",
	"render_grid": "mesh shaders", "patch_control_point": "tessellation", "interpolant": "fragment inputs",
	"acceleration_structure": "ray tracing structures", "intersector": "ray tracing structures", "intersection_params": "ray tracing structures", "intersection_result": "ray tracing structures", "intersection_query": "ray tracing structures",
	"intersection_function_table": "function tables", "visible_function_table": "function tables", "ray": "ray tracing structures",
	"primitive_acceleration_structure": "ray tracing structures", "instance_acceleration_structure": "ray tracing structures",
	"geometry_type": "ray tracing structures", "intersection_type": "ray tracing structures", "forced_opacity": "ray tracing structures",
	"triangle_cull_mode": "ray tracing structures", "geometry_cull_mode": "ray tracing structures", "opacity_cull_mode": "ray tracing structures",
	"MTLAccelerationStructureInstanceDescriptor": "ray tracing structures", "MTLAccelerationStructureMotionInstanceDescriptor": "ray tracing structures",
	"MTLAccelerationStructureUserIDInstanceDescriptor": "ray tracing structures", "MTLIndirectAccelerationStructureInstanceDescriptor": "ray tracing structures",
	"rasterization_rate_map_data": "rasterization rate maps", "rasterization_rate_map_decoder": "rasterization rate maps",
	"r8unorm": "pixel data types", "r8snorm": "pixel data types", "r16unorm": "pixel data types", "r16snorm": "pixel data types",
	"rg8unorm": "pixel data types", "rg8snorm": "pixel data types", "rg16unorm": "pixel data types", "rg16snorm": "pixel data types",
	"rgba8unorm": "pixel data types", "srgba8unorm": "pixel data types", "rgba8snorm": "pixel data types", "rgba16unorm": "pixel data types",
	"rgba16snorm": "pixel data types", "rgb10a2": "pixel data types", "rg11b10f": "pixel data types", "rgb9e5": "pixel data types",
	"command_buffer": "indirect command buffers", "compute_command": "indirect command buffers", "render_command": "indirect command buffers",
	"primitive_type": "indirect command buffers", "compute_pipeline_state": "indirect command buffers", "render_pipeline_state": "indirect command buffers", "depth_stencil_state": "indirect command buffers",
	"dfdx": "fragment functions", "dfdy": "fragment functions", "fwidth": "fragment functions", "discard_fragment": "fragment functions",
	"tensor": "Metal 4 tensors", "tensor_handle": "Metal 4 tensors", "tensor_inline": "Metal 4 tensors", "cooperative_tensor": "Metal 4 tensors", "dextents": "Metal 4 tensors",
}

// imageNames are further names of Metal's that go with textures and samplers alone. They are ordinary words, so that
// one that is not declared says nothing before a texture or sampler has been refused, and needs no error after.
var imageNames = map[string]bool{
	"coord": true, "address": true, "s_address": true, "t_address": true, "r_address": true, "border_color": true, "filter": true, "mag_filter": true,
	"min_filter": true, "mip_filter": true, "compare_func": true, "max_anisotropy": true, "lod_clamp": true, "component": true, "level": true, "bias": true,
	"gradient2d": true, "gradient3d": true, "gradientcube": true, "min_lod_clamp": true, "reduction": true,
}

// unsupportedAttrs are attributes of graphics and ray tracing.
var unsupportedAttrs = map[string]string{
	"position": "graphics", "vertex_id": "graphics", "instance_id": "graphics", "stage_in": "graphics", "color": "graphics",
	"depth": "graphics", "front_facing": "graphics", "point_coord": "graphics", "sample_id": "graphics", "texture": "textures",
	"sampler": "samplers", "primitive_id": "graphics", "payload": "ray tracing", "intersection": "ray tracing",
	"patch": "tessellation", "object": "mesh shaders", "mesh": "mesh shaders", "vertex": "graphics", "fragment": "graphics",
	"attribute": "graphics", "index": "graphics", "shared": "graphics", "flat": "graphics", "center_perspective": "graphics", "center_no_perspective": "graphics",
	"centroid_perspective": "graphics", "centroid_no_perspective": "graphics", "sample_perspective": "graphics", "sample_no_perspective": "graphics",
	"clip_distance": "graphics", "point_size": "graphics", "viewport_array_index": "graphics", "render_target_array_index": "graphics",
	"sample_mask": "graphics", "stencil": "graphics", "early_fragment_tests": "graphics", "barycentric_coord": "graphics",
	"imageblock_data": "imageblocks", "amplification_id": "graphics", "raster_order_group": "graphics",
}

// languageType is a type or template that the language itself has.
type languageType struct {
	typ   *typeName
	tmpl  *Template
	metal bool // in namespace metal only, as the plain name is a keyword
}

var language struct {
	once  sync.Once
	types table[languageType]
}

// languageTypes are the types of the language by name. They stand in namespace
// metal and in the global one, and are shared by all compilations.
func languageTypes() *table[languageType] {
	language.once.Do(func() { makeLanguageTypes(&language.types) })
	return &language.types
}

func makeLanguageTypes(types *table[languageType]) {
	add := func(name string, t *Type) { types.set(wordOf(name), languageType{typ: &typeName{typ: Of(t)}}) }
	for k := ir.Bool; k < ir.Ptr; k++ {
		n := scalarNames[k]
		types.set(wordOf(n), languageType{typ: &typeName{typ: Of(Scalar(k))}, metal: true}) // metal::uint
		for i := 2; i <= 4; i++ {
			add(vectorTypes[k][i].name, vectorTypes[k][i])
			add(packedTypes[k][i].name, packedTypes[k][i])
			if k != ir.BF16 { // the names that <simd/simd.h> shares with C need no header
				add("simd_"+vectorTypes[k][i].name, vectorTypes[k][i])
				add("vector_"+vectorTypes[k][i].name, vectorTypes[k][i])
			}
		}
		if isFloat(k) {
			for a := 2; a <= 4; a++ {
				for b := 2; b <= 4; b++ {
					add(matrixTypes[k][a][b].name, matrixTypes[k][a][b])
				}
			}
			add(simdMatrices[k].name, simdMatrices[k])
		}
		switch k {
		case ir.Bool, ir.I32, ir.U32, ir.F32, ir.U64:
			add("atomic_"+n, atomicTypes[k])
		}
	}
	for name, k := range map[string]ir.Kind{
		"int8_t": ir.I8, "uint8_t": ir.U8, "int16_t": ir.I16, "uint16_t": ir.U16, "int32_t": ir.I32, "uint32_t": ir.U32,
		"int64_t": ir.I64, "uint64_t": ir.U64, "size_t": ir.U64, "ptrdiff_t": ir.I64, "intptr_t": ir.I64, "uintptr_t": ir.U64,
	} {
		add(name, Scalar(k))
	}
	add("nullptr_t", nullptrType)
	for name, f := range map[string]func(c *checker, args []Arg, at diag.Span) QualType{
		"vec":              func(c *checker, args []Arg, at diag.Span) QualType { return c.vecOf(args, at, false) },
		"packed_vec":       func(c *checker, args []Arg, at diag.Span) QualType { return c.vecOf(args, at, true) },
		"matrix":           matrixOf,
		"simdgroup_matrix": simdMatrixOf,
		"atomic":           atomicOf,
	} {
		types.set(wordOf(name), languageType{tmpl: &Template{Name: name, kind: classTemplate, builtin: f}})
	}
	types.set(wordOf("_atomic"), languageType{tmpl: types.get(wordOf("atomic")).tmpl, metal: true}) // its name in Apple's headers
}

// builtinTemplate is a class template of the language.
func builtinTemplate(name string) *Template { return languageTypes().get(wordOf(name)).tmpl }

// languageType is the type of the language that a name denotes in a scope.
func (s *Scope) languageType(w word) languageType {
	if s.std != plainStd && s.std != rootStd {
		return languageType{}
	}
	t := languageTypes().get(w)
	if t.metal && s.std == rootStd {
		return languageType{}
	}
	return t
}

// declareStandardSpaces makes the namespaces of the standard functions.
func (c *checker) declareStandardSpaces() {
	c.metal.std = plainStd
	c.root.std = rootStd
	for name, kind := range map[string]stdSpace{"fast": fastStd, "precise": preciseStd} {
		s := c.metal.namespace(name)
		s.std = kind
		c.metal.bind(name).ns = s
	}
}

// stdSpace says which standard functions a namespace holds.
type stdSpace uint8

const (
	noStd stdSpace = iota
	plainStd
	rootStd // compiler intrinsics
	fastStd
	preciseStd
)

// declareStandard binds the standard functions of a name.
func (c *checker) declareStandard(s *Scope, w word, b *binding) {
	if s.std == noStd || s.std == rootStd && !strings.HasPrefix(w.name, "__") {
		return
	}
	for _, f := range standard().get(w) {
		if f.Since > c.opts.Version {
			continue
		}
		if s.std <= rootStd {
			b.fams = c.mem.families.append(b.fams, famRef{fam: f})
		} else if f.Fast {
			b.fams = c.mem.families.append(b.fams, famRef{fam: f.single, fast: s.std == fastStd})
		}
	}
}

// scalarArg is the scalar type argument of a built-in template.
func (c *checker) scalarArg(a Arg, at diag.Span, what string) *Type {
	if a.Kind == typeArg && a.Type.T.Kind == TScalar {
		return a.Type.T
	}
	if a.Kind == typeArg && (a.Type.T.Kind == TOpaque || a.Type.T.isError()) {
		c.failQuietly(at)
		return nil
	}
	c.errorf(at, "template-argument", "%s: '%s' is not a scalar type", what, a)
	return nil
}

func (c *checker) countArg(args []Arg, i int, def, low, high int, at diag.Span, what string) (int, bool) {
	if i >= len(args) {
		if def > 0 {
			return def, true
		}
		c.errorf(at, "template-arguments", "too few template arguments for class template '%s'", what)
		return 0, false
	}
	a := args[i]
	if a.Kind != valueArg || !a.Type.T.isIntegral() {
		if a.Kind == typeArg && a.Type.T.Kind == TOpaque || a.Type.T != nil && a.Type.T.isError() {
			c.failQuietly(at)
			return 0, false
		}
		c.errorf(at, "template-argument", "template argument for non-type template parameter must be an expression")
		return 0, false
	}
	n := signExtend(a.Type.T.Scalar, a.Bits)
	if n < int64(low) || n > int64(high) {
		if a.Bits >= firstFreeID && c.trap != nil {
			c.failQuietly(at)
			return 0, false
		}
		c.errorf(at, "template-argument", "%s: %d is out of range [%d, %d]", what, n, low, high)
		return 0, false
	}
	return int(n), true
}

func (c *checker) vecOf(args []Arg, at diag.Span, packed bool) QualType {
	if o, ok := c.opaqueInstance("vec", args); ok {
		return o
	}
	if len(args) != 2 {
		c.errorf(at, "template-arguments", "wrong number of template arguments for class template 'vec'")
		return Of(errorType)
	}
	t := c.scalarArg(args[0], at, "vec")
	most := ir.MaxScalars
	if packed {
		most = 4
	}
	n, ok := c.countArg(args, 1, 0, 1, most, at, "vec")
	if t == nil || !ok {
		return Of(errorType)
	}
	if packed && n > 1 {
		return Of(packedTypes[t.Scalar][n])
	}
	return Of(Vector(t.Scalar, n))
}

func matrixOf(c *checker, args []Arg, at diag.Span) QualType {
	if o, ok := c.opaqueInstance("matrix", args); ok {
		return o
	}
	if len(args) < 2 {
		c.errorf(at, "template-arguments", "too few template arguments for class template 'matrix'")
		return Of(errorType)
	}
	t := c.scalarArg(args[0], at, "matrix")
	n, ok1 := c.countArg(args, 1, 0, 2, 4, at, "matrix")
	m, ok2 := c.countArg(args, 2, n, 2, 4, at, "matrix")
	if t == nil || !ok1 || !ok2 {
		return Of(errorType)
	}
	if !isFloat(t.Scalar) {
		c.errorf(at, "template-argument", "matrix: '%s' is not a floating-point type", t)
		return Of(errorType)
	}
	return Of(matrixTypes[t.Scalar][n][m])
}

func simdMatrixOf(c *checker, args []Arg, at diag.Span) QualType {
	if o, ok := c.opaqueInstance("simdgroup_matrix", args); ok {
		return o
	}
	if len(args) == 0 {
		c.errorf(at, "template-arguments", "too few template arguments for class template 'simdgroup_matrix'")
		return Of(errorType)
	}
	t := c.scalarArg(args[0], at, "simdgroup_matrix")
	_, ok1 := c.countArg(args, 1, 8, 8, 8, at, "simdgroup_matrix")
	_, ok2 := c.countArg(args, 2, 8, 8, 8, at, "simdgroup_matrix")
	if t == nil || !ok1 || !ok2 {
		return Of(errorType)
	}
	return Of(simdMatrices[t.Scalar])
}

func atomicOf(c *checker, args []Arg, at diag.Span) QualType {
	if o, ok := c.opaqueInstance("atomic", args); ok {
		return o
	}
	if len(args) != 1 {
		c.errorf(at, "template-arguments", "wrong number of template arguments for class template 'atomic'")
		return Of(errorType)
	}
	t := c.scalarArg(args[0], at, "atomic")
	if t == nil {
		return Of(errorType)
	}
	switch t.Scalar {
	case ir.Bool, ir.I32, ir.U32, ir.F32, ir.U64:
		return Of(atomicTypes[t.Scalar])
	}
	c.errorf(at, "template-argument", "atomic<%s> is not supported: the type must be int, uint, bool, ulong or float", t)
	return Of(errorType)
}

// opaqueInstance stands for a built-in template with arguments that are not
// known, in partial ordering.
func (c *checker) opaqueInstance(name string, args []Arg) (QualType, bool) {
	opaque := false
	for _, a := range args {
		if a.Kind == typeArg && a.Type.T.Kind == TOpaque || a.Kind == valueArg && a.Bits >= firstFreeID && c.trap != nil {
			opaque = true
		}
	}
	if !opaque {
		return QualType{}, false
	}
	key := name + argsKey(args)
	t := c.opaques[key]
	if t == nil {
		r := c.newRecord(name+"<"+argList(args)+">", "struct", c.metal)
		r.tmpl, r.args, r.state = builtinTemplate(name), args, done
		t = r.Type
		c.opaques[key] = t
	}
	return Of(t), true
}
