package symbols

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// mapping is an executable piece of a process's memory.
type mapping struct {
	start, end, offset uint64
	device             string
	inode              uint64
	path               string
}

// executable reads the executable mappings of a process in the order of their addresses (proc_pid_maps(5)).
func executable(pid int) []mapping {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return nil
	}
	var mappings []mapping
	for line := range bytes.Lines(text) {
		// 7f0c1a628000-7f0c1a7b0000 r-xp 00028000 08:01 1837   /usr/lib/x86_64-linux-gnu/libc.so.6
		fields := bytes.Fields(line)
		if len(fields) < 5 || len(fields[1]) < 3 || fields[1][2] != 'x' {
			continue
		}
		from, to, _ := bytes.Cut(fields[0], []byte("-"))
		m := mapping{device: string(fields[3])}
		m.start, _ = strconv.ParseUint(string(from), 16, 64)
		m.end, _ = strconv.ParseUint(string(to), 16, 64)
		m.offset, _ = strconv.ParseUint(string(fields[2]), 16, 64)
		m.inode, _ = strconv.ParseUint(string(fields[4]), 10, 64)
		if len(fields) > 5 {
			m.path = string(bytes.TrimSpace(line[bytes.Index(line, fields[5]):]))
		}
		mappings = append(mappings, m)
	}
	return mappings
}

// open opens the file behind a mapping, wherever its path leads in the process's own mount namespace, and even if it
// was deleted.
func (m mapping) open(pid int) (*os.File, error) {
	var first error
	for _, path := range [...]string{
		fmt.Sprintf("/proc/%d/map_files/%x-%x", pid, m.start, m.end),
		fmt.Sprintf("/proc/%d/root%s", pid, m.path),
		fmt.Sprintf("/proc/%d/exe", pid),
	} {
		file, err := os.Open(path)
		if err == nil && sameInode(file, m.inode) {
			return file, nil
		}
		if err == nil {
			file.Close()
			continue
		}
		if first == nil {
			first = err
		}
	}
	return nil, fmt.Errorf("the file behind %s: %w", m.path, first)
}
