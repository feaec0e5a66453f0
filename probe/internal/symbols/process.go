// Package symbols turns addresses into the names of functions, from outside of the process that they belong to.
package symbols

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// remapping is how long an address that lies in no known mapping keeps the mappings from being read again.
const remapping = 500 * time.Millisecond

// Process names the functions of one process.
type Process struct {
	pid      int
	mappings []mapping
	read     time.Time
	images   map[string]*image // by device and inode; nil for files that cannot be read
	compiled *perfMap
	known    map[uint64][]string
	memory   *os.File // nil where it may not be read
}

// NewProcess reads the mappings of a process and the symbols of its program.
func NewProcess(pid int) *Process {
	p := &Process{pid: pid, images: map[string]*image{}, compiled: newPerfMap(pid), known: map[uint64][]string{}}
	p.memory, _ = os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	p.readMappings()
	if len(p.mappings) > 0 {
		p.image(p.mappings[0])
	}
	return p
}

func (p *Process) readMappings() {
	before := p.mappings
	p.mappings, p.read = executable(p.pid), time.Now()
	if len(before) > 0 && len(p.mappings) > 0 && before[0] != p.mappings[0] {
		clear(p.known) // it runs another program now
	}
}

// Frames names the functions of a stack of return addresses, innermost first; where calls were inlined, one address
// gives several. A return address follows its call, which is what is meant. Code that keeps no frame pointer breaks
// the chain: what comes after is no code, and is left out. A thread that was caught marking time has [pause] in front.
func (p *Process) Frames(stack []uint64) []string {
	frames := []string{}
	if len(stack) > 0 && p.pauses(stack[0]) {
		frames = append(frames, "[pause]")
	}
	for n, address := range stack {
		if n > 0 {
			address--
			if _, code := p.mapping(address); !code {
				break
			}
		}
		frames = append(frames, p.at(address)...)
	}
	return frames
}

// pause is the instruction by which code says that it is in a loop that waits (Intel SDM, PAUSE).
var pause = []byte{0xf3, 0x90}

// pauses is true at such an instruction or right behind it, where the processor is caught the most: it takes its time.
func (p *Process) pauses(address uint64) bool {
	if p.memory == nil || runtime.GOARCH != "amd64" {
		return false
	}
	code := make([]byte, 2*len(pause))
	if _, err := p.memory.ReadAt(code, int64(address)-int64(len(pause))); err != nil {
		return false
	}
	return bytes.HasPrefix(code, pause) || bytes.HasSuffix(code, pause)
}

func (p *Process) at(address uint64) []string {
	if frames, known := p.known[address]; known {
		return frames
	}
	m, found := p.mapping(address)
	if !found {
		return []string{fmt.Sprintf("%#x", address)}
	}
	if m.inode == 0 || strings.HasPrefix(m.path, "/memfd:") || strings.HasPrefix(m.path, "//anon") {
		return []string{p.anonymous(m, address)} // compiled code comes and goes: nothing is kept
	}
	frames := []string{fmt.Sprintf("%s+%#x", m.path, address-m.start+m.offset)}
	if i := p.image(m); i != nil {
		frames = i.frames(i.address(address - m.start + m.offset))
	}
	p.known[address] = frames
	return frames
}

func (p *Process) anonymous(m mapping, address uint64) string {
	if name, found := p.compiled.lookup(address); found {
		return name
	}
	if strings.HasPrefix(m.path, "[") { // [vdso]
		return m.path
	}
	return fmt.Sprintf("%#x", address)
}

// mapping finds the piece of memory that holds the code at an address. New ones are looked for now and then.
func (p *Process) mapping(address uint64) (mapping, bool) {
	m, found := p.lookup(address)
	if !found && time.Since(p.read) > remapping {
		p.readMappings()
		m, found = p.lookup(address)
	}
	return m, found
}

func (p *Process) lookup(address uint64) (mapping, bool) {
	after, _ := slices.BinarySearchFunc(p.mappings, address, func(m mapping, address uint64) int {
		if m.start <= address {
			return -1
		}
		return 1
	})
	if after == 0 || address >= p.mappings[after-1].end {
		return mapping{}, false
	}
	return p.mappings[after-1], true
}

func (p *Process) image(m mapping) *image {
	key := fmt.Sprint(m.device, m.inode)
	i, known := p.images[key]
	if !known {
		i, _ = openImage(p.pid, m) // without symbols, addresses have to do
		p.images[key] = i
	}
	return i
}

// Close lets go of the files.
func (p *Process) Close() {
	if p.memory != nil {
		_ = p.memory.Close() // only read
	}
	for _, i := range p.images {
		if i != nil {
			i.close()
		}
	}
}
