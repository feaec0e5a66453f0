package procfs

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
)

// WriteTables writes the kernel's tables of TCP sockets and counters, and those of a process: its limits, what each of its
// descriptors refers to, and which of them are sockets of the Unix family. Each has a heading. Of a process that is gone
// there are headings alone. With a valid address, of the TCP sockets only those that have it at this end are written, from the
// table of its family: the others would cost their reader more than all the rest.
func WriteTables(w io.Writer, pid int, local netip.AddrPort) {
	process := fmt.Sprintf("/proc/%d/", pid)
	fmt.Fprintln(w, "# tcp")
	tcp := inodes{}
	own := inTable(local)
	for _, file := range tablesWith(local.Addr()) {
		for row := range bytes.Lines(readTable(file)) {
			fields := bytes.Fields(row)
			if len(fields) < columns {
				continue
			}
			tcp[string(fields[inodeColumn])] = true
			if !local.IsValid() || bytes.Equal(fields[localColumn], own) {
				_, _ = w.Write(row)
			}
		}
	}
	for _, table := range []struct{ heading, file string }{
		{"netstat", "/proc/net/netstat"},
		{"limits", process + "limits"},
	} {
		text, _ := os.ReadFile(table.file)
		fmt.Fprintf(w, "# %s\n%s", table.heading, text)
	}
	var unix []int
	fmt.Fprintln(w, "# fd")
	for _, fd := range numericNames(process + "fd") {
		target, err := os.Readlink(fmt.Sprintf("%sfd/%d", process, fd))
		if err != nil {
			continue // closed meanwhile
		}
		fmt.Fprintf(w, "%d -> %s\n", fd, target)
		if tcp.have(target) {
			continue
		}
		if isUnix(target, fmt.Sprintf("%sfdinfo/%d", process, fd)) {
			unix = append(unix, fd)
		}
	}
	fmt.Fprintln(w, "# unix")
	for _, fd := range unix {
		fmt.Fprintln(w, fd)
	}
}

// tablesWith are those in which sockets with an address are: Go binds to an IPv4 address by a socket of that family
// (favoriteAddrFamily of net/ipsock_posix.go).
func tablesWith(address netip.Addr) []string {
	switch {
	case address.Is4():
		return []string{"/proc/net/tcp"}
	case address.IsValid():
		return []string{"/proc/net/tcp6"}
	}
	return []string{"/proc/net/tcp", "/proc/net/tcp6"}
}

// inodes are those of sockets.
type inodes map[string]bool

// have is whether a descriptor that refers to the target is one of them.
func (of inodes) have(target string) bool {
	number, socket := strings.CutPrefix(target, "socket:[")
	return socket && of[strings.TrimSuffix(number, "]")]
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
