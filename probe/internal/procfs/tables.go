package procfs

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
)

// WriteTables writes the kernel's tables of TCP sockets and counters, and those of a process: its limits, what each of its
// descriptors refers to, and which of them are sockets of the Unix family. Each has a heading. Of a process that is gone
// there are headings alone.
func WriteTables(w io.Writer, pid int) {
	process := fmt.Sprintf("/proc/%d/", pid)
	for _, table := range []struct {
		heading string
		files   []string
	}{
		{"tcp", []string{"/proc/net/tcp", "/proc/net/tcp6"}},
		{"netstat", []string{"/proc/net/netstat"}},
		{"limits", []string{process + "limits"}},
	} {
		fmt.Fprintf(w, "# %s\n", table.heading)
		for _, file := range table.files {
			text, _ := os.ReadFile(file) // what cannot be read is not there
			_, _ = w.Write(text)
		}
	}
	var unix []int
	fmt.Fprintln(w, "# fd")
	for _, fd := range numericNames(process + "fd") {
		target, err := os.Readlink(fmt.Sprintf("%sfd/%d", process, fd))
		if err != nil {
			continue // closed meanwhile
		}
		fmt.Fprintf(w, "%d -> %s\n", fd, target)
		if isUnix(target, fmt.Sprintf("%sfdinfo/%d", process, fd)) {
			unix = append(unix, fd)
		}
	}
	fmt.Fprintln(w, "# unix")
	for _, fd := range unix {
		fmt.Fprintln(w, fd)
	}
}

// isUnix: what is of the Unix family shows in its fdinfo (unix_show_fdinfo of net/unix/af_unix.c, Linux 5.6), and not in
// /proc/net/unix if its peer is of another network namespace.
func isUnix(target, fdinfo string) bool {
	if !strings.HasPrefix(target, "socket:[") {
		return false
	}
	text, _ := os.ReadFile(fdinfo)
	return bytes.Contains(text, []byte("\nscm_fds:"))
}
