package symbols

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// image is an ELF file, kept mapped, with what is known of its functions.
type image struct {
	name   string
	memory []byte
	loads  []elf.ProgHeader
	goTab  *goTable
	elfTab elfTable
}

func sameInode(file *os.File, inode uint64) bool {
	info, err := file.Stat()
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Ino == inode
}

// openImage reads the file behind a mapping. The process's memory is asked for what its loader filled in.
func openImage(pid int, m mapping) (*image, error) {
	file, err := m.open(pid)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	memory, err := unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("mapping %s: %w", m.path, err)
	}
	parsed, err := elf.NewFile(bytes.NewReader(memory))
	if err != nil {
		_ = unix.Munmap(memory)
		return nil, fmt.Errorf("%s: %w", m.path, err)
	}
	i := &image{name: filepath.Base(m.path), memory: memory}
	for _, program := range parsed.Progs {
		if program.Type == elf.PT_LOAD {
			i.loads = append(i.loads, program.ProgHeader)
		}
	}
	bias := uint64(0)
	if parsed.Type == elf.ET_DYN {
		bias = m.start - i.address(m.offset)
	}
	i.goTab = findGoTable(parsed, i, processMemory{pid, bias})
	if i.goTab == nil {
		i.elfTab = readELFTable(parsed, i)
	}
	return i, nil
}

func (i *image) close() { _ = unix.Munmap(i.memory) }

// section is the content of a section, without a copy.
func (i *image) section(s *elf.Section) []byte {
	if s == nil || s.Type == elf.SHT_NOBITS || s.Flags&elf.SHF_COMPRESSED != 0 || s.Offset+s.FileSize > uint64(len(i.memory)) {
		return nil
	}
	return i.memory[s.Offset : s.Offset+s.FileSize]
}

// address turns an offset in the file into the address for which the file was linked.
func (i *image) address(offset uint64) uint64 {
	for _, load := range i.loads {
		// The kernel maps whole pages: a mapping may begin before its segment.
		start := load.Off &^ 0xfff
		if offset >= start && offset < load.Off+load.Filesz {
			return load.Vaddr - load.Off + offset
		}
	}
	return offset
}

// frames names the function at an address, the innermost of inlined ones first.
func (i *image) frames(address uint64) []string {
	if i.goTab != nil {
		if frames := i.goTab.frames(address); frames != nil {
			return frames
		}
	}
	if name, found := i.elfTab.lookup(address); found {
		return []string{name + " " + i.name}
	}
	return []string{fmt.Sprintf("%s+%#x", i.name, address)}
}

// processMemory reads the memory of a process at linked addresses.
type processMemory struct {
	pid  int
	bias uint64
}

func (p processMemory) read(address, size uint64) []byte {
	file, err := os.Open(fmt.Sprintf("/proc/%d/mem", p.pid))
	if err != nil {
		return nil
	}
	defer file.Close()
	content := make([]byte, size)
	if _, err := file.ReadAt(content, int64(address+p.bias)); err != nil {
		return nil
	}
	return content
}
