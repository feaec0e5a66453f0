package procfs

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Registration is one descriptor in one epoll set.
type Registration struct {
	Epfd, FD int
	Events   uint32
	// Data is what epoll_wait hands back for it.
	Data uint64
	// Inode of the registered file; it tells a number that was closed and given to another file since.
	Inode uint64
}

// Registered events that matter to a reader of a window (include/uapi/linux/eventpoll.h).
const (
	eventIn      = 0x001
	eventError   = 0x008
	eventHangup  = 0x010
	eventRdHup   = 0x2000
	eventOneShot = 1 << 30
	eventEdge    = 1 << 31
)

var eventNames = []struct {
	bit  uint32
	name string
}{
	{0x001, "IN"}, {0x002, "PRI"}, {0x004, "OUT"}, {eventError, "ERR"}, {eventHangup, "HUP"}, {0x020, "NVAL"},
	{0x040, "RDNORM"}, {0x080, "RDBAND"}, {0x100, "WRNORM"}, {0x200, "WRBAND"}, {0x400, "MSG"}, {0x2000, "RDHUP"},
	{1 << 28, "EXCLUSIVE"}, {1 << 29, "WAKEUP"}, {eventOneShot, "ONESHOT"}, {eventEdge, "ET"},
}

// EventNames writes events as poll(2) and epoll_ctl(2) name them.
func EventNames(events uint32) string {
	var names []string
	for _, e := range eventNames {
		if events&e.bit != 0 {
			names = append(names, e.name)
		}
	}
	if len(names) == 0 {
		return "0"
	}
	return strings.Join(names, "|")
}

// EventNames writes what was asked for. ERR and HUP are left out: the kernel adds them to every registration.
func (r Registration) EventNames() string { return EventNames(r.Events &^ (eventError | eventHangup)) }

// LevelTriggered is true of a registration that is reported again as long as its descriptor is ready.
func (r Registration) LevelTriggered() bool { return r.Events&(eventEdge|eventOneShot) == 0 }

// Registrations reads the epoll set of one epoll descriptor from fdinfo (proc_pid_fdinfo(5)).
func Registrations(pid, epfd int) []Registration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", pid, epfd))
	if err != nil {
		return nil
	}
	var set []Registration
	for line := range bytes.Lines(text) {
		// tfd:        7 events:       19 data:                7  pos:0 ino:2b5e sdev:8
		fields := bytes.Fields(line)
		if len(fields) < 6 || string(fields[0]) != "tfd:" {
			continue
		}
		fd, _ := strconv.Atoi(string(fields[1]))
		events, _ := strconv.ParseUint(string(fields[3]), 16, 32)
		data, _ := strconv.ParseUint(string(fields[5]), 16, 64)
		r := Registration{Epfd: epfd, FD: fd, Events: uint32(events), Data: data}
		for _, field := range fields[6:] {
			if inode, ok := bytes.CutPrefix(field, []byte("ino:")); ok {
				r.Inode, _ = strconv.ParseUint(string(inode), 16, 64)
			}
		}
		set = append(set, r)
	}
	return set
}
