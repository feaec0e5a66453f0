package symbols

import (
	"errors"
	"fmt"
)

// ErrNotGo says that a program has no table of Go functions that can be read.
var ErrNotGo = errors.New("not a Go program that can be read: 64-bit, Go 1.18 or later")

// GoProgram is the program of a living Go process.
type GoProgram struct {
	image  *image
	memory processMemory
	types  uint64
}

// OpenGo opens the program of a process.
func OpenGo(pid int) (*GoProgram, error) {
	mappings := executable(pid)
	if len(mappings) == 0 {
		return nil, fmt.Errorf("the mappings of process %d cannot be read", pid)
	}
	i, err := openImage(pid, mappings[0])
	if err != nil {
		return nil, err
	}
	if i.goTab == nil {
		i.close()
		return nil, ErrNotGo
	}
	return &GoProgram{i, processMemory{pid, i.goTab.bias}, i.goTab.types}, nil
}

// Close lets go of the file.
func (p *GoProgram) Close() { p.image.close() }

// Function finds a function by its full name: where it is in the file, and its instructions.
func (p *GoProgram) Function(name string) (offset uint64, code []byte, found bool) {
	t := p.image.goTab
	for n := range t.count {
		record := t.record(n)
		if record == nil || t.name(le.Uint32(record[funcName:])) != name {
			continue
		}
		start, size := t.text+uint64(t.entry(n)), uint64(t.entry(n+1)-t.entry(n))
		for _, load := range p.image.loads {
			if start >= load.Vaddr && start+size <= load.Vaddr+load.Filesz {
				offset = start - load.Vaddr + load.Off
				return offset, p.image.memory[offset : offset+size], true
			}
		}
	}
	return 0, nil, false
}

// Text is a string in the process's memory.
func (p *GoProgram) Text(start, length uint64) string {
	return string(processMemory{pid: p.memory.pid}.read(start, length))
}

// Fields of internal/abi.Type and of the name that it leads to.
const (
	typeFlags     = 20
	typeName      = 40
	flagExtraStar = 2
)

// TypeOfError names the type behind an address that the runtime uses for a type and its methods (internal/abi.ITab).
func (p *GoProgram) TypeOfError(table uint64) string {
	absolute := processMemory{pid: p.memory.pid}
	itab := absolute.read(table, 16)
	if itab == nil || p.types == 0 {
		return ""
	}
	record := absolute.read(le.Uint64(itab[8:]), 48)
	if record == nil {
		return ""
	}
	name := p.memory.read(p.types+uint64(le.Uint32(record[typeName:])), 130)
	if name == nil || int(name[1])+2 > len(name) || name[1] >= 0x80 { // longer than any that matters
		return ""
	}
	text := string(name[2 : 2+name[1]])
	if record[typeFlags]&flagExtraStar != 0 {
		return text[1:]
	}
	return text
}
