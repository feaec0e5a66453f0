package symbols

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// perfMap is what a runtime that compiles as it goes says of its code: lines of start, size and name, in
// /tmp/perf-PID.map (tools/perf/Documentation/jit-interface.txt), with the pid and the /tmp of its own namespaces.
type perfMap struct {
	path      string
	modified  time.Time
	functions []compiled
}

type compiled struct {
	start, end uint64
	name       string
}

func newPerfMap(pid int) *perfMap {
	return &perfMap{path: fmt.Sprintf("/proc/%d/root/tmp/perf-%d.map", pid, innermost(pid))}
}

// innermost is the number of a process in its own pid namespace: the last of the NSpid line.
func innermost(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range bytes.Lines(status) {
		if fields := strings.Fields(string(line)); len(fields) > 1 && fields[0] == "NSpid:" {
			if n, err := strconv.Atoi(fields[len(fields)-1]); err == nil {
				return n
			}
		}
	}
	return pid
}

// lookup names a function; the file is read again when it has changed.
func (p *perfMap) lookup(address uint64) (string, bool) {
	info, err := os.Stat(p.path)
	if err != nil {
		return "", false
	}
	if !info.ModTime().Equal(p.modified) {
		p.modified = info.ModTime()
		p.read()
	}
	after, _ := slices.BinarySearchFunc(p.functions, address, func(f compiled, address uint64) int {
		if f.start <= address {
			return -1
		}
		return 1
	})
	if after == 0 || address >= p.functions[after-1].end {
		return "", false
	}
	return p.functions[after-1].name, true
}

func (p *perfMap) read() {
	text, err := os.ReadFile(p.path)
	if err != nil {
		return
	}
	p.functions = p.functions[:0]
	for line := range strings.Lines(string(text)) {
		start, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		size, name, found := strings.Cut(rest, " ")
		from, err1 := strconv.ParseUint(strings.TrimPrefix(start, "0x"), 16, 64)
		length, err2 := strconv.ParseUint(strings.TrimPrefix(size, "0x"), 16, 64)
		if found && err1 == nil && err2 == nil {
			p.functions = append(p.functions, compiled{from, from + length, name})
		}
	}
	// Code that replaced other code stands later in the file, and must come last to be found.
	slices.SortStableFunc(p.functions, func(a, b compiled) int { return cmp.Compare(a.start, b.start) })
}
