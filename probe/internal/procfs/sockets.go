package procfs

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
)

// Socket is a row of the kernel's table of TCP or UDP sockets.
type Socket struct {
	TCP bool
	// State as `ss` prints it.
	State       string
	Local, Peer string
	// RecvQueue is in bytes; of a listener, connections that wait to be accepted.
	RecvQueue uint64
}

// Listening is the state of a socket that accepts connections.
const Listening = "LISTEN"

// Unconnected is the state of a socket that has no connection: never had, or lost it.
const Unconnected = "UNCONN"

// states are in the order of include/net/tcp_states.h, from 1, in the words of `ss`.
var states = [...]string{
	"", "ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", Unconnected, "CLOSE-WAIT", "LAST-ACK", Listening,
	"CLOSING", "SYN-RECV",
}

// Columns of the tables (get_tcp4_sock of net/ipv4/tcp_ipv4.c, and its likes of TCP over IPv6 and UDP).
const (
	localColumn  = 1
	peerColumn   = 2
	stateColumn  = 3
	queuesColumn = 4
	inodeColumn  = 9
	columns      = 10
)

// timeWait is what a row of a connection in TIME-WAIT has in the middle: state, queues, timer (get_timewait4_sock).
var timeWait = []byte(" 06 00000000:00000000 03:")

// SocketTable reads the wanted sockets of pid's network namespace, by inode (proc_pid_net(5)).
func SocketTable(pid int, wanted map[uint64]bool) map[uint64]Socket {
	table := map[uint64]Socket{}
	for _, name := range [...]string{"tcp", "tcp6", "udp", "udp6"} {
		for line := range bytes.Lines(readTable(fmt.Sprintf("/proc/%d/net/%s", pid, name))) {
			if bytes.Contains(line, timeWait) {
				continue // there may be tens of thousands, and no process holds them
			}
			fields := bytes.Fields(line)
			if len(fields) < columns {
				continue
			}
			// The heading has no number here, and a socket that no process holds any more has 0.
			if inode, err := strconv.ParseUint(string(fields[inodeColumn]), 10, 64); err == nil && wanted[inode] {
				table[inode] = parseSocket(fields, name[0] == 't')
			}
		}
	}
	return table
}

// parseSocket reads the fields of one row, e.g.
// `1: 0100007F:1F90 0100007F:C350 08 00000000:00000001 00:00000000 00000000 0 0 11109 …`.
func parseSocket(fields [][]byte, tcp bool) Socket {
	s := Socket{TCP: tcp, Local: address(fields[localColumn])}
	if state, err := strconv.ParseUint(string(fields[stateColumn]), 16, 8); err == nil && int(state) < len(states) {
		s.State = states[state]
	}
	_, unread, _ := bytes.Cut(fields[queuesColumn], []byte(":"))
	s.RecvQueue, _ = strconv.ParseUint(string(unread), 16, 64)
	if s.State != Listening && s.State != Unconnected {
		s.Peer = address(fields[peerColumn])
	}
	return s
}

// address turns `0100007F:1F90` into `127.0.0.1:8080`: words of four bytes as the machine holds them, then the port.
func address(text []byte) string {
	host, port, _ := bytes.Cut(text, []byte(":"))
	raw := make([]byte, 16)
	n, err := hex.Decode(raw, host)
	if err != nil {
		return ""
	}
	for i := 0; i+4 <= n; i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	ip, ok := netip.AddrFromSlice(raw[:n])
	number, err := strconv.ParseUint(string(port), 16, 16)
	if !ok || err != nil {
		return ""
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(number)).String()
}

// inTable is the inverse of address: an address as the tables have it, like 0100007F:20FB: words of four bytes as the machine holds them, then the port.
func inTable(local netip.AddrPort) []byte {
	var text []byte
	for word := range slices.Chunk(local.Addr().AsSlice(), 4) {
		text = fmt.Appendf(text, "%08X", binary.NativeEndian.Uint32(word))
	}
	return fmt.Appendf(text, ":%04X", local.Port())
}
