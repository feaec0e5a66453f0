// Package namespaces translates process numbers: the kernel's programs see those of the outermost pid namespace,
// whoever started the probe may live in another.
package namespaces

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"
)

// initial is the inode of the outermost pid namespace (PROC_PID_INIT_INO, include/linux/proc_ns.h).
const initial = 0xEFFFFFFC

// Own is the device and inode of the probe's own pid namespace.
func Own() (device, inode uint64, err error) {
	var st unix.Stat_t
	if err := unix.Stat("/proc/self/ns/pid", &st); err != nil {
		return 0, 0, fmt.Errorf("the probe's own pid namespace: %w", err)
	}
	return st.Dev, st.Ino, nil
}

// Outside gives the number in the outermost pid namespace of each of the pids, which are numbers in the probe's own.
// A process that has ended is left out. Inside a namespace it walks all tasks once, in the kernel, which is far
// cheaper than asking for the namespace at every system call of the machine.
func Outside(pids []int) (map[int]uint32, error) {
	_, inode, err := Own()
	if err != nil {
		return nil, err
	}
	outside := make(map[int]uint32, len(pids))
	if inode == initial {
		for _, pid := range pids {
			outside[pid] = uint32(pid)
		}
		return outside, nil
	}
	wanted := make(map[int]bool, len(pids))
	for _, pid := range pids {
		wanted[pid] = true
	}
	rows, err := list(uint32(inode))
	if err != nil {
		return nil, fmt.Errorf("finding the numbers of processes outside this pid namespace: %w", err)
	}
	for _, row := range rows {
		if wanted[int(row.Inside)] {
			outside[int(row.Inside)] = row.Outside
		}
	}
	return outside, nil
}

type row struct{ Inside, Outside uint32 }

func list(namespace uint32) (rows []row, err error) {
	spec, err := loadTasks()
	if err != nil {
		return nil, err
	}
	if err := spec.Variables["namespace"].Set(namespace); err != nil {
		return nil, err
	}
	var objects tasksPrograms
	if err := spec.LoadAndAssign(&objects, nil); err != nil {
		return nil, err
	}
	defer objects.Close()
	iterator, err := link.AttachIter(link.IterOptions{Program: objects.List})
	if err != nil {
		return nil, err
	}
	defer iterator.Close()
	output, err := iterator.Open()
	if err != nil {
		return nil, err
	}
	defer output.Close()
	text, err := io.ReadAll(output)
	if err != nil {
		return nil, err
	}
	rows = make([]row, len(text)/binary.Size(row{}))
	_, err = binary.Decode(text, binary.NativeEndian, rows)
	return rows, err
}
