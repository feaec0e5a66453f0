// Package procfs reads what /proc tells of a process: CPU, switches, descriptors, epoll sets, sockets, children.
// Pids are those of the mounted /proc.
package procfs

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Why a process cannot be watched.
var (
	ErrGone         = errors.New("no such process")
	ErrZombie       = errors.New("a zombie: it has ended and waits for its parent to collect it")
	ErrKernelThread = errors.New("a kernel thread, which has neither descriptors nor system calls")
)

const flagKernelThread = 0x00200000 // PF_KTHREAD, include/linux/sched.h

// stat is what /proc/PID/stat says that identifies a process (proc_pid_stat(5)).
type stat struct {
	state  byte
	parent int
	flags  uint64
	start  uint64
}

func readStat(pid int) (stat, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, ErrGone
	}
	// The name, in parentheses, may hold spaces and parentheses: fields begin after the last one.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 20 {
		return stat{}, fmt.Errorf("/proc/%d/stat has %d fields after the name, expected at least 20", pid, len(fields))
	}
	parent, _ := strconv.Atoi(fields[1])
	flags, _ := strconv.ParseUint(fields[6], 10, 64)
	start, _ := strconv.ParseUint(fields[19], 10, 64)
	return stat{state: fields[0][0], parent: parent, flags: flags, start: start}, nil
}

// Check says whether pid can be watched at all: ErrGone, ErrZombie, ErrKernelThread or nil. A thread that is not
// the first of its process has a folder in /proc but is no process: ErrGone, naming the process that it belongs to.
func Check(pid int) error {
	s, err := readStat(pid)
	switch {
	case err != nil:
		return err
	case s.state == 'Z' || s.state == 'X':
		return ErrZombie
	case s.flags&flagKernelThread != 0:
		return ErrKernelThread
	}
	if owner := threadGroup(pid); owner != pid {
		return fmt.Errorf("%w with this number: it is a thread of process %d", ErrGone, owner)
	}
	return nil
}

// Started is when a process began, in clock ticks since boot: with its number this names it for ever, even after the
// number was given to another. It fails when there is none, or only a zombie is left.
func Started(pid int) (uint64, error) {
	s, err := readStat(pid)
	if err == nil && (s.state == 'Z' || s.state == 'X') {
		err = ErrZombie
	}
	return s.start, err
}

func threadGroup(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return pid
	}
	if owner, ok := statusField(status, "Tgid:"); ok {
		return int(owner)
	}
	return pid
}

// Tracer is the process that traces pid with ptrace(2), 0 when none does.
func Tracer(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	tracer, _ := statusField(status, "TracerPid:")
	return int(tracer)
}

// Ran is for how long a thread has had a processor since it began.
func Ran(tid int) time.Duration {
	// The first number is in nanoseconds; Documentation/scheduler/sched-stats.rst.
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", tid))
	first, _, _ := strings.Cut(string(text), " ")
	ran, _ := strconv.ParseInt(first, 10, 64)
	return time.Duration(ran)
}

// Pids lists the processes of this pid namespace.
func Pids() []int { return numericNames("/proc") }

// Threads lists the threads of pid.
func Threads(pid int) []int { return numericNames(fmt.Sprintf("/proc/%d/task", pid)) }

// statusField reads one number of /proc/PID/status.
func statusField(status []byte, name string) (uint64, bool) {
	at := bytes.Index(status, []byte("\n"+name))
	if at < 0 {
		return 0, false
	}
	rest := status[at+1+len(name):]
	if end := bytes.IndexByte(rest, '\n'); end >= 0 {
		rest = rest[:end]
	}
	value, err := strconv.ParseUint(string(bytes.TrimSpace(rest)), 10, 64)
	return value, err == nil
}

// Namespace is the inode of a namespace of pid ("net", "pid", …): two processes share it if the inodes are equal.
func Namespace(pid int, kind string) (uint64, error) {
	var st unix.Stat_t
	if err := unix.Stat(fmt.Sprintf("/proc/%d/ns/%s", pid, kind), &st); err != nil {
		return 0, fmt.Errorf("the %s namespace of process %d: %w", kind, pid, err)
	}
	return st.Ino, nil
}

// Visible says whether the descriptors of pid may be looked at, which takes the rights of ptrace(2).
func Visible(pid int) bool {
	dir, err := os.Open(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return false
	}
	dir.Close()
	return true
}

// Is32Bit is true of a program whose system calls have the numbers of another architecture.
func Is32Bit(pid int) bool {
	file, err := os.Open(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil {
		return false
	}
	defer file.Close()
	var header [elf.EI_NIDENT]byte
	_, err = io.ReadFull(file, header[:])
	return err == nil && header[elf.EI_CLASS] == byte(elf.ELFCLASS32)
}

// Stranger is a process of another user that could be watched, or 0 when there is none to be seen.
func Stranger() int {
	for _, pid := range Pids() {
		var st unix.Stat_t
		if unix.Stat(fmt.Sprintf("/proc/%d", pid), &st) == nil && st.Uid != uint32(os.Geteuid()) && Check(pid) == nil {
			return pid
		}
	}
	return 0
}
