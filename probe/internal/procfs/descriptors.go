package procfs

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Descriptor is an open descriptor as /proc/PID/fd shows it.
type Descriptor struct {
	FD int
	// Kind is one of the window's kinds; a listener shows as "socket" until its state is known.
	Kind string
	// Inode is that of the socket or pipe, 0 for other kinds.
	Inode uint64
}

// CountDescriptors counts the open descriptors of pid; 0 when they may not be seen.
func CountDescriptors(pid int) int {
	path := fmt.Sprintf("/proc/%d/fd", pid)
	var st unix.Stat_t
	// Since Linux 6.2 the size of the folder is their number (proc_fd_getattr).
	if unix.Stat(path, &st) == nil && st.Size > 0 {
		return int(st.Size)
	}
	return len(numericNames(path))
}

// Descriptors lists the open descriptors of pid; nil when they may not be seen.
func Descriptors(pid int) map[int]Descriptor {
	path := fmt.Sprintf("/proc/%d/fd", pid)
	numbers := numericNames(path)
	table := make(map[int]Descriptor, len(numbers))
	// Thousands of links are read in half the time when their folder is not looked up for each.
	dir, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(dir)
	for _, fd := range numbers {
		if d, ok := readDescriptor(dir, fd); ok {
			table[fd] = d
		}
	}
	return table
}

// ReadDescriptor looks at one descriptor; false when it is closed or may not be seen.
func ReadDescriptor(pid, fd int) (Descriptor, bool) {
	dir, err := unix.Open(fmt.Sprintf("/proc/%d/fd", pid), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return Descriptor{}, false
	}
	defer unix.Close(dir)
	return readDescriptor(dir, fd)
}

func readDescriptor(dir, fd int) (Descriptor, bool) {
	name := strconv.Itoa(fd)
	var target [256]byte
	n, err := unix.Readlinkat(dir, name, target[:])
	if err != nil {
		return Descriptor{}, false
	}
	kind, inode := kindOf(string(target[:n]), dir, name)
	return Descriptor{FD: fd, Kind: kind, Inode: inode}, true
}

func kindOf(target string, dir int, name string) (kind string, inode uint64) {
	switch {
	case strings.HasPrefix(target, "socket:["):
		return "socket", bracketed(target)
	case strings.HasPrefix(target, "pipe:["):
		return "pipe", bracketed(target)
	case target == "anon_inode:[eventfd]":
		return "eventfd", 0
	case target == "anon_inode:[timerfd]":
		return "timerfd", 0
	case target == "anon_inode:[signalfd]":
		return "signalfd", 0
	case target == "anon_inode:[eventpoll]":
		return "epoll", 0
	case strings.HasPrefix(target, "/dev/pts/"), strings.HasPrefix(target, "/dev/tty"), target == "/dev/console":
		return "tty", 0
	case strings.HasPrefix(target, "/"):
		return kindOfFile(dir, name), 0
	}
	return "other", 0
}

// kindOfFile tells a regular file or folder from a device or a named pipe.
func kindOfFile(dir int, name string) string {
	var st unix.Stat_t
	if unix.Fstatat(dir, name, &st, 0) != nil {
		return "file" // deleted or out of sight: it was a path
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFIFO:
		return "pipe"
	case unix.S_IFCHR, unix.S_IFBLK:
		return "other"
	}
	return "file"
}

func bracketed(target string) uint64 {
	_, rest, _ := strings.Cut(target, "[")
	n, _ := strconv.ParseUint(strings.TrimSuffix(rest, "]"), 10, 64)
	return n
}

// protocol is the name of a socket's protocol, with which it answers since Linux 2.6.39 (sockfs_xattr_get).
func protocol(pid, fd int) string {
	var name [16]byte
	n, _ := unix.Getxattr(fmt.Sprintf("/proc/%d/fd/%d", pid, fd), "system.sockprotoname", name[:])
	return unix.ByteSliceToString(name[:max(n, 0)])
}

// isTCP tells a TCP socket that is in no table of the kernel (closed, never connected) from others.
func isTCP(pid, fd int) bool {
	return strings.HasPrefix(protocol(pid, fd), "TCP")
}

// ofPackets are the protocols whose packets may be taken from a ring in memory, without a call (packet(7), AF_XDP of
// the kernel's Documentation/networking/af_xdp.rst).
var ofPackets = map[string]bool{"PACKET": true, "XDP": true}
