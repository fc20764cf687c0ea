package mlxtest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
)

// BrokenLibrary writes a shared library that is no libmlxc that works, for
// Linux. The kinds are
//
//	foreign    built for another processor
//	truncated  cut off
//	text       no library at all
//	needy      needs a library that is not there
//	other      a library of something else
//	old        MLX-C 0.4
func BrokenLibrary(path, kind string) error {
	machines := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}
	machine := machines[runtime.GOARCH]
	var data []byte
	switch kind {
	case "foreign":
		other := map[string]elf.Machine{"amd64": elf.EM_AARCH64, "arm64": elf.EM_X86_64}[runtime.GOARCH]
		data = sharedObject(other, nil, nil)
	case "truncated":
		data = sharedObject(machine, nil, nil)[:100]
	case "text":
		data = []byte("this is not a library\n")
	case "needy":
		data = sharedObject(machine, []string{"libzmlx-is-not-there.so"}, nil)
	case "other":
		data = sharedObject(machine, nil, []string{"something_else"})
	case "old":
		data = sharedObject(machine, nil, []string{"mlx_array_new", "mlx_qqmm"})
	default:
		return fmt.Errorf("unknown kind of library %q", kind)
	}
	return os.WriteFile(path, data, 0o755)
}

// sharedObject is an ELF library of nothing but names.
func sharedObject(machine elf.Machine, needed, symbols []string) []byte {
	const (
		page    = 0x1000
		headers = 64 + 2*56
	)
	strings := []byte{0}
	name := func(s string) uint64 {
		at := len(strings)
		strings = append(append(strings, s...), 0)
		return uint64(at)
	}
	symtab := []elf.Sym64{{}}
	for _, s := range symbols {
		symtab = append(symtab, elf.Sym64{Name: uint32(name(s)), Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_OBJECT), Shndx: uint16(elf.SHN_ABS), Value: headers})
	}
	var dynamic []elf.Dyn64
	tag := func(t elf.DynTag, v uint64) { dynamic = append(dynamic, elf.Dyn64{Tag: int64(t), Val: v}) }
	for _, n := range needed {
		tag(elf.DT_NEEDED, name(n))
	}
	// A hash table with one bucket, which chains all symbols.
	hash := []uint32{1, uint32(len(symtab)), uint32(len(symtab) - 1)}
	for i := range symtab {
		hash = append(hash, uint32(max(i-1, 0)))
	}
	var sym, hashed bytes.Buffer
	_ = binary.Write(&sym, binary.LittleEndian, symtab)
	_ = binary.Write(&hashed, binary.LittleEndian, hash)
	for hashed.Len()%8 != 0 {
		hashed.WriteByte(0)
	}
	for len(strings)%8 != 0 {
		strings = append(strings, 0)
	}
	symAt := uint64(headers)
	hashAt := symAt + uint64(sym.Len())
	stringsAt := hashAt + uint64(hashed.Len())
	dynamicAt := stringsAt + uint64(len(strings))
	tag(elf.DT_SYMTAB, symAt)
	tag(elf.DT_SYMENT, 24)
	tag(elf.DT_HASH, hashAt)
	tag(elf.DT_STRTAB, stringsAt)
	tag(elf.DT_STRSZ, uint64(len(strings)))
	tag(elf.DT_NULL, 0)
	size := dynamicAt + uint64(16*len(dynamic))

	var out bytes.Buffer
	_ = binary.Write(&out, binary.LittleEndian, elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_DYN), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT),
		Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 2, Shentsize: 64,
	})
	_ = binary.Write(&out, binary.LittleEndian, []elf.Prog64{
		{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_W), Filesz: size, Memsz: size, Align: page},
		{Type: uint32(elf.PT_DYNAMIC), Flags: uint32(elf.PF_R | elf.PF_W), Off: dynamicAt, Vaddr: dynamicAt, Paddr: dynamicAt,
			Filesz: size - dynamicAt, Memsz: size - dynamicAt, Align: 8},
	})
	out.Write(sym.Bytes())
	out.Write(hashed.Bytes())
	out.Write(strings)
	_ = binary.Write(&out, binary.LittleEndian, dynamic)
	return out.Bytes()
}
