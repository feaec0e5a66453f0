package symbols

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/binary"
	"slices"
)

// elfTable is the functions of .symtab, or of .dynsym where that was stripped, by address.
type elfTable struct {
	functions []function
	names     []byte
}

type function struct {
	address    uint64
	size, name uint32
}

const symbolSize = 24 // Elf64_Sym

func readELFTable(file *elf.File, i *image) (t elfTable) {
	for _, kind := range [...]elf.SectionType{elf.SHT_SYMTAB, elf.SHT_DYNSYM} {
		table := file.SectionByType(kind)
		if table == nil || int(table.Link) >= len(file.Sections) {
			continue
		}
		content := i.section(table)
		t.names = i.section(file.Sections[table.Link])
		for at := 0; at+symbolSize <= len(content); at += symbolSize {
			symbol := content[at:]
			section := elf.SectionIndex(binary.LittleEndian.Uint16(symbol[6:]))
			switch elf.ST_TYPE(symbol[4]) {
			case elf.STT_FUNC, elf.STT_GNU_IFUNC, elf.STT_NOTYPE:
				if section == elf.SHN_UNDEF || section >= elf.SHN_LORESERVE {
					continue
				}
				t.functions = append(t.functions, function{
					binary.LittleEndian.Uint64(symbol[8:]), uint32(binary.LittleEndian.Uint64(symbol[16:])), binary.LittleEndian.Uint32(symbol),
				})
			}
		}
		if len(t.functions) > 0 {
			break
		}
	}
	// Of several names for one function the one with a size is the better.
	slices.SortFunc(t.functions, func(a, b function) int {
		return cmp.Or(cmp.Compare(a.address, b.address), cmp.Compare(a.size, b.size))
	})
	return t
}

func (t elfTable) lookup(address uint64) (string, bool) {
	after, _ := slices.BinarySearchFunc(t.functions, address, func(f function, address uint64) int {
		if f.address <= address {
			return -1
		}
		return 1
	})
	if after == 0 {
		return "", false
	}
	f := t.functions[after-1]
	// Functions written in assembly often say no size: they end where the next begins.
	if f.size > 0 && address >= f.address+uint64(f.size) || int(f.name) >= len(t.names) {
		return "", false
	}
	name := t.names[f.name:]
	if end := bytes.IndexByte(name, 0); end >= 0 {
		name = name[:end]
	}
	return string(name), len(name) > 0
}
