package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// gen lowers one kernel into a function.
type gen struct {
	kernel
	layout
	inputs
	*plan
	here
	chunkRun
	*reuse
	once

	f          *wc.Func
	scratch    map[wc.Type][]int // locals that temp gives
	called     []*wc.Func        // the functions besides the kernel, and their
	numbers    map[any]int       // numbers by what they are
	searches   map[*node]*search
	planned    map[int]int // how many of its chunks a region takes at once, by position
	factors    map[factorsKey]factors
	ofPosition map[ir.Reg]bool
	promoted   map[int]*promoted // by local
	extra      int               // instructions that run besides those emitted, see spent
}

// kernel is what is lowered.
type kernel struct {
	prog    *ir.Program
	source  *ir.Entry // as the program has it
	entry   *ir.Entry // as lowered
	asked   variant
	v       variant     // with rows padded
	local   map[int]int // sizes of dynamic threadgroup memory
	facts   facts
	roots   []*root // by register, for pointers
	param   map[ir.Reg]builtinParam
	proofs  map[*ir.Instr]proof
	machine *node // see findMachine

	max    int  // threads of a full threadgroup
	padded bool // rows of threadgroups end with a chunk of their own
	chunks int  // vectors of a full threadgroup, whole SIMD-groups

	atomicSize uint32 // of the largest atomic operation on buffers, in bytes
}

type builtinParam struct {
	b    ir.Builtin
	axis int
}

// layout says what lies where in a worker's area and in the block of constants. Offsets
// of what few kernels need are 0 for none.
type layout struct {
	areaEnd  int
	dataEnd  int
	data     []int // offset of each Program.Constants in the data block
	frame    map[ir.Reg]int
	slots    map[*node]*maskSlots
	ownAt    int // offset of the memory that threads have of their own, where they are alone,
	ownEnd   int // and its bytes for each
	trash    int // what stores of no lane go to
	longest  int // bytes of the longest load or store
	simdSide int // the lanes of a SIMD-group
	mmaRows  int // scratch memory of matrix products
}

// inputs are locals that every call begins with, or that a chunk does.
type inputs struct {
	ctx, area, group, last   int
	dims, pos, actual, first [3]int // first is the position of the group's first thread
	threads, nchunk          int
	own                      int // address of what a thread has of its own
	chunk, c8, c16, c32      int // chunk index and scaled frame addresses
	tables, databyte, fuel   int
	numberTable              int // 0 for none
}

// plan is what is known of the kernel's registers, where they live, and what
// that makes of its accesses. Runs in which more is known have one of their own.
type plan struct {
	*shapes
	loc []loc
	// spread are the vectors of scalars, by register.
	spread    map[ir.Reg]int
	steady    []bool          // by register: see steadies
	fixed     []bool          // and these
	second    map[*node]*node // assignments that complete those of the other side of an If
	index     map[*node]index
	indexed   map[ir.Reg]bool   // registers that are such an index
	unrounded map[ir.Reg]bool   // results that their one store rounds
	short     map[ir.Reg]bool   // see shortNaN
	unused    map[*node]bool    // what accesses compute in another way
	dears     []int             // see mayStart
	ahead     map[*node]bool    // what is computed ahead of the loop over chunks
	along     map[*node]*along  // loops that one thread goes through after the other
	crossed   map[*node]bool    // loads and stores of vectors that stay vectors
	quartet   map[*node][]*node // and of single elements of those, with the three beside it
}

// here is what holds at this point of the code.
type here struct {
	region *region
	pack   *pack
	nest   []*scope
	cur    mask          // active lanes, in a region
	beyond bool          // those that are switched off are iterations that there are not
	firsts map[*node]int // masks of the first sides of Ifs that are open
	tmask  int           // frame offset of the mask in force at threadgroup level, -1 if none
}

// chunkRun are the chunks that the code is for, and what their tests told.
type chunkRun struct {
	copies   int            // how many chunks the loop over chunks takes at once,
	copy     int            // and which of them this is
	stepping *inStep        // how those go in step, nil if they do not
	guards   map[*node]int  // arms that the code for whole chunks takes
	early    map[*node]bool // what the tests before it computed
	checked  map[*node]bool // accesses that they found to be in bounds

	// adjacent are loads whose lanes mostly lie one behind the other, as was assumed of a
	// run of which not all do.
	adjacent map[*ir.Instr]bool
}

// reuse are locals that code may use again which runs behind it: what does not has a
// reuse of its own. Of accesses they are by node and chunk of the run.
type reuse struct {
	shared    map[place][]addressKept
	quotients map[quotientKey][]quotientKept
	near      map[nearKey]nearLoad // vectors of loads whose lanes are near each other
	halves    map[nearKey]half     // vectors that wait for the other words of pairs
	mixing    map[nearKey]int      // and for the bytes beside theirs
	moving    map[nearKey][]int    // vectors of what is moved
	waiting   map[*node][]int      // vectors for stores at the end of a run
}

func newReuse() *reuse {
	return &reuse{map[place][]addressKept{}, map[quotientKey][]quotientKept{}, map[nearKey]nearLoad{}, map[nearKey]half{},
		map[nearKey]int{}, map[nearKey][]int{}, map[*node][]int{}}
}

// elsewhere forgets what other code of the region keeps in locals, as what follows does
// not run behind it.
func (g *gen) elsewhere() { g.reuse = newReuse() }

// once are locals whose values are found once a call, see kept.
type once struct {
	prologue  int                // position behind the code that does
	hoisted   int                // instructions put there since
	splats    map[[16]byte]int   // vector constants
	addresses map[addressKey]int // in all lanes
	checks    map[any]int        // what indices and offsets are compared with, and where faults are collected
}
