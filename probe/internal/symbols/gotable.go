package symbols

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"sort"
)

// goTable reads a Go program's own table of functions and lines, which stripping leaves in place because the runtime
// needs it (runtime/symtab.go, cmd/link/internal/ld/pcln.go). It knows the layout of Go 1.18 and later.
type goTable struct {
	text                                      uint64 // what function entries are relative to
	count                                     int
	names, units, files, positions, functions []byte
	inline                                    []byte // go:func.*, which holds the trees of inlined calls
	types, bias                               uint64 // where the types are, and how far from where it was linked the program was loaded
}

// Magic numbers of internal/abi/symtab.go.
const (
	magic118 = 0xfffffff0
	magic120 = 0xfffffff1
)

var le = binary.LittleEndian

func findGoTable(file *elf.File, i *image, memory processMemory) *goTable {
	section := file.Section(".gopclntab")
	if section == nil {
		section = file.Section(".data.rel.ro.gopclntab")
	}
	table := i.section(section)
	if len(table) < 72 || table[7] != 8 { // 64-bit only
		return nil
	}
	magic := le.Uint32(table)
	if magic != magic118 && magic != magic120 {
		return nil
	}
	word := func(n int) uint64 { return le.Uint64(table[8+8*n:]) }
	for n := 3; n <= 7; n++ {
		if word(n) > uint64(len(table)) {
			return nil
		}
	}
	t := &goTable{
		count: int(word(0)), names: table[word(3):], units: table[word(4):], files: table[word(5):],
		positions: table[word(6):], functions: table[word(7):],
	}
	if t.count <= 0 || len(t.functions) < 8*t.count+4 {
		return nil
	}
	t.bias = memory.bias
	module := findModule(file, i, memory, section.Addr)
	if module.words != nil {
		t.types = module.pointer(moduleTypes)
	}
	t.text = findText(file, module, word(2))
	for n := 0; magic == magic120 && module.words != nil && t.inline == nil && n < len(moduleGofunc); n++ {
		t.inline = i.from(module.pointer(moduleGofunc[n]))
	}
	return t
}

// module is the runtime's record of the program. Its pointers are where the program was loaded.
type module struct {
	words []byte
	bias  uint64
}

// Words of runtime.moduledata.
const (
	moduleText  = 22
	moduleEnd   = 23
	moduleTypes = 37 // since Go 1.20
	moduleWords = 44
)

// moduleGofunc is where the address of go:func.* stands: in Go 1.20 to 1.26, and since 1.27, where the first of the
// two is a small number.
var moduleGofunc = [...]int{40, 43}

// pointer is a word of the record, as a linked address.
func (m module) pointer(word int) uint64 { return le.Uint64(m.words[8*word:]) - m.bias }

// findModule searches for the record in memory: it begins with a pointer to the table.
func findModule(file *elf.File, i *image, memory processMemory, table uint64) module {
	for _, name := range [...]string{".go.module", ".noptrdata", ".data", ".data.rel.ro"} {
		section := file.Section(name)
		if section == nil || section.Type == elf.SHT_NOBITS {
			continue
		}
		content, bias := memory.read(section.Addr, section.Size), memory.bias
		if content == nil { // out of reach: Go's own linker leaves the same in the file
			content, bias = i.section(section), 0
		}
		wanted := le.AppendUint64(nil, table+bias)
		for at := 0; at+8*moduleWords <= len(content); at += 8 {
			if found := (module{content[at:], bias}); bytes.Equal(content[at:at+8], wanted) && found.pointer(moduleText) < found.pointer(moduleEnd) {
				return found
			}
		}
	}
	return module{}
}

// findText is where Go's functions begin; with C code in the program that is not where .text does. Up to Go 1.25 the
// table's header says it too.
func findText(file *elf.File, m module, header uint64) uint64 {
	if m.words != nil {
		return m.pointer(moduleText)
	}
	if text := file.Section(".text"); header == 0 && text != nil {
		return text.Addr
	}
	return header
}

// from is the part of the file from a linked address on.
func (i *image) from(address uint64) []byte {
	for _, load := range i.loads {
		if address >= load.Vaddr && address < load.Vaddr+load.Filesz {
			return i.memory[load.Off+address-load.Vaddr:]
		}
	}
	return nil
}

// Fields of runtime._func and runtime.inlinedCall.
const (
	funcName      = 4
	funcPCFile    = 20
	funcPCLine    = 24
	funcPCData    = 28 // their number
	funcUnit      = 32
	funcFuncData  = 43 // their number, a byte
	funcTables    = 44
	pcdataInline  = 2
	funcdataTrees = 3
	callSize      = 16
	callName      = 4
	callParent    = 8
	absent        = 0xffffffff
)

// find gives the number of the function that holds an address.
func (t *goTable) find(address uint64) (int, bool) {
	if address < t.text || address-t.text >= uint64(t.entry(t.count)) {
		return 0, false
	}
	offset := uint32(address - t.text)
	after := sort.Search(t.count, func(n int) bool { return t.entry(n) > offset })
	return after - 1, after > 0
}

// entry is where function n begins, relative to the text; that of the count is where the last one ends.
func (t *goTable) entry(n int) uint32 { return le.Uint32(t.functions[8*n:]) }

func (t *goTable) record(n int) []byte {
	offset := le.Uint32(t.functions[8*n+4:])
	if uint64(offset)+funcTables > uint64(len(t.functions)) {
		return nil
	}
	return t.functions[offset:]
}

func (t *goTable) name(offset uint32) string { return cString(t.names, offset) }

func cString(table []byte, offset uint32) string {
	if uint64(offset) >= uint64(len(table)) {
		return ""
	}
	rest := table[offset:]
	if end := bytes.IndexByte(rest, 0); end >= 0 {
		rest = rest[:end]
	}
	return string(rest)
}

// frames names the function at an address and what was inlined into it there, innermost first.
func (t *goTable) frames(address uint64) []string {
	n, found := t.find(address)
	if !found {
		return nil
	}
	record := t.record(n)
	if record == nil {
		return nil
	}
	entry := t.text + uint64(t.entry(n))
	var frames []string
	tree := t.tree(record)
	for range 64 { // inlining nests, but not without end
		name, parent := t.inlined(record, tree, entry, address)
		if name == "" {
			break
		}
		frames = append(frames, t.frame(name, record, entry, address))
		address = entry + uint64(parent)
	}
	return append(frames, t.frame(t.name(le.Uint32(record[funcName:])), record, entry, address))
}

func (t *goTable) frame(name string, record []byte, entry, address uint64) string {
	file, line := "?", t.value(le.Uint32(record[funcPCLine:]), entry, address)
	if number := t.value(le.Uint32(record[funcPCFile:]), entry, address); number >= 0 {
		at := 4 * (uint64(le.Uint32(record[funcUnit:])) + uint64(number))
		if at+4 <= uint64(len(t.units)) {
			if offset := le.Uint32(t.units[at:]); offset != absent {
				file = cString(t.files, offset)
			}
		}
	}
	return fmt.Sprintf("%s %s:%d", name, file, line)
}

// tree is that of the calls inlined into a function.
func (t *goTable) tree(record []byte) []byte {
	tables, data := int(le.Uint32(record[funcPCData:])), int(record[funcFuncData])
	at := funcTables + 4*tables + 4*funcdataTrees
	if t.inline == nil || data <= funcdataTrees || tables <= pcdataInline || at+4 > len(record) {
		return nil
	}
	offset := le.Uint32(record[at:])
	if offset == absent || uint64(offset) >= uint64(len(t.inline)) {
		return nil
	}
	return t.inline[offset:]
}

// inlined names the innermost inlined call at an address, and gives the place in its caller, relative to the entry.
func (t *goTable) inlined(record, tree []byte, entry, address uint64) (name string, parent uint32) {
	if tree == nil {
		return "", 0
	}
	index := t.value(le.Uint32(record[funcTables+4*pcdataInline:]), entry, address)
	if index < 0 || (int(index)+1)*callSize > len(tree) {
		return "", 0
	}
	call := tree[int(index)*callSize:]
	offset := le.Uint32(call[callName:])
	// A name begins after the end of another: what does not is no name, and this no tree.
	if offset == 0 || uint64(offset) >= uint64(len(t.names)) || t.names[offset-1] != 0 {
		return "", 0
	}
	return t.name(offset), le.Uint32(call[callParent:])
}

// value reads a table that runs along a function's instructions: pairs of differences, of the value (zigzag) and of
// the address, as varints (runtime.step).
func (t *goTable) value(offset uint32, entry, address uint64) int32 {
	if offset == 0 || uint64(offset) >= uint64(len(t.positions)) {
		return -1
	}
	rest, at, value := t.positions[offset:], entry, int32(-1)
	for first := true; ; first = false {
		difference, n := binary.Uvarint(rest)
		if n <= 0 || difference == 0 && !first {
			return -1
		}
		rest = rest[n:]
		value += int32(difference>>1) ^ -int32(difference&1)
		length, n := binary.Uvarint(rest)
		if n <= 0 {
			return -1
		}
		rest = rest[n:]
		at += length // the smallest instruction of x86-64 is one byte
		if address < at {
			return value
		}
	}
}
