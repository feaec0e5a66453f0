package procfs

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/window"
)

// Looking at descriptors, epoll sets and sockets may take one in so many of a core: less as long as nothing seems wrong,
// and least for the sockets, of which the kernel goes through a whole namespace's; more where the process is the caller's
// own. It is of no more use than once in refreshGap.
const (
	Freely     = 25
	Closely    = 100
	Sparingly  = 400
	Rarely     = 2000
	refreshGap = 180 * time.Millisecond
)

// Scene is the structure around one process that changes slowly and is dear to read: its descriptors, what is
// registered in its epoll sets, the state of its sockets.
type Scene struct {
	pid           int
	table         map[int]Descriptor
	registrations []Registration
	// asked are the inodes of the sockets that were looked for, and sockets those that the kernel's tables held. The
	// tables do not hold a TCP socket without a connection.
	asked   map[uint64]bool
	sockets map[uint64]Socket
	// looked is when descriptors and epoll sets were read last, whole when the sockets were too; the CPU time of both.
	looked, whole       time.Time
	lookTook, wholeTook time.Duration
}

// NewScene looks for the first time.
func NewScene(pid int) *Scene {
	s := &Scene{pid: pid}
	s.Look()
	return s
}

// Refresh looks again, unless the last look was so dear that the next is not due yet; share is one of those above.
func (s *Scene) Refresh(share time.Duration) bool {
	if time.Since(s.whole) < max(s.wholeTook*share, refreshGap) {
		return false
	}
	s.Look()
	return true
}

// RefreshSets is the same without the sockets.
func (s *Scene) RefreshSets(share time.Duration) {
	if time.Since(s.looked) >= max(s.lookTook*share, refreshGap) {
		s.LookAtSets()
	}
}

// Look looks again whatever it costs.
func (s *Scene) Look() {
	defer timed(&s.wholeTook)()
	s.whole = time.Now()
	s.LookAtSets()
	s.asked = map[uint64]bool{}
	for _, d := range s.table {
		if d.Kind == "socket" {
			s.asked[d.Inode] = true
		}
	}
	s.sockets = nil
	if len(s.asked) > 0 {
		s.sockets = SocketTable(s.pid, s.asked)
	}
}

// timed puts the CPU time until its result is called into took.
func timed(took *time.Duration) func() {
	runtime.LockOSThread()
	began := threadTime()
	return func() {
		*took = threadTime() - began
		runtime.UnlockOSThread()
	}
}

// threadTime is the CPU time of this thread: on a busy machine a look lasts many times what it costs.
func threadTime() time.Duration {
	var spent unix.Timespec
	unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &spent)
	return time.Duration(spent.Nano())
}

// LookAtSets looks again at descriptors and epoll sets, not at the sockets, of which a whole namespace has many.
func (s *Scene) LookAtSets() {
	defer timed(&s.lookTook)()
	s.looked = time.Now()
	s.table = Descriptors(s.pid)
	s.registrations = s.registrations[:0]
	for _, d := range s.table {
		if d.Kind == "epoll" {
			s.registrations = append(s.registrations, Registrations(s.pid, d.FD)...)
		}
	}
	slices.SortFunc(s.registrations, func(a, b Registration) int {
		return cmp.Or(cmp.Compare(a.FD, b.FD), cmp.Compare(a.Epfd, b.Epfd))
	})
}

// Looked is when the last look at descriptors and epoll sets began.
func (s *Scene) Looked() time.Time { return s.looked }

// Registrations of all its epoll sets, by descriptor and epoll descriptor.
func (s *Scene) Registrations() []Registration { return s.registrations }

// RegistrationsOf lists the epoll sets that a descriptor is registered in.
func (s *Scene) RegistrationsOf(fd int) []Registration {
	byFD := func(r Registration, fd int) int { return cmp.Compare(r.FD, fd) }
	first, found := slices.BinarySearchFunc(s.registrations, fd, byFD)
	if !found {
		return nil
	}
	last := first
	for last < len(s.registrations) && s.registrations[last].FD == fd {
		last++
	}
	return s.registrations[first:last]
}

// Listens is true of the inode of a socket that accepts connections.
func (s *Scene) Listens(inode uint64) bool { return s.sockets[inode].State == Listening }

// Datagram is true of the inode of a UDP socket.
func (s *Scene) Datagram(inode uint64) bool {
	socket, known := s.sockets[inode]
	return known && !socket.TCP
}

// Alike lists the other descriptors registered in the same epoll set with the same data, which a wait cannot tell
// from this one.
func (s *Scene) Alike(of Registration) []int {
	var others []int
	for _, r := range s.registrations {
		if r.Epfd == of.Epfd && r.Data == of.Data && r.FD != of.FD {
			others = append(others, r.FD)
		}
	}
	return others
}

// Orphaned is true of a registration whose descriptor was closed, or given to another file, while a duplicate keeps
// the registered file alive: it is still reported, and no call of the process can reach it (epoll(7), Questions and
// answers, 6).
func (s *Scene) Orphaned(r Registration) bool {
	entry, open := s.table[r.FD]
	if !open {
		entry, open = ReadDescriptor(s.pid, r.FD)
	}
	return !open || entry.Inode != 0 && r.Inode != 0 && entry.Inode != r.Inode
}

// Sockets counts the process's TCP sockets by state.
func (s *Scene) Sockets(into map[string]window.Sockets) {
	seen := map[uint64]bool{} // a descriptor and its duplicates are one socket
	for _, d := range s.table {
		if d.Kind != "socket" || seen[d.Inode] {
			continue
		}
		seen[d.Inode] = true
		socket, known := s.sockets[d.Inode]
		if !known && s.asked[d.Inode] && isTCP(s.pid, d.FD) {
			socket = Socket{TCP: true, State: Unconnected}
		}
		if !socket.TCP {
			continue
		}
		row := into[socket.State]
		row.State = socket.State
		row.Count++
		if socket.RecvQueue > 0 {
			row.Unread++
		}
		into[socket.State] = row
	}
}

// Describe fills in what is known of a descriptor beside its counts: kind, inode, state, addresses. Of one that is
// closed by now, d.Kind stays if it is set.
func (s *Scene) Describe(d *window.Descriptor) {
	if entry, open := ReadDescriptor(s.pid, d.FD); open {
		s.describe(d, entry)
		return
	}
	d.Kind = cmp.Or(d.Kind, s.table[d.FD].Kind, "unknown")
}

func (s *Scene) describe(d *window.Descriptor, entry Descriptor) {
	d.Kind, d.Inode = entry.Kind, entry.Inode
	if entry.Kind != "socket" {
		return
	}
	socket, known := s.sockets[entry.Inode]
	switch {
	case known:
		d.State, d.Local, d.Peer, d.RecvQueue = socket.State, socket.Local, socket.Peer, &socket.RecvQueue
		if socket.State == Listening {
			d.Kind = "listener"
		}
	case s.asked[entry.Inode]:
		if name := protocol(s.pid, d.FD); strings.HasPrefix(name, "TCP") {
			d.State = Unconnected
		} else if ofPackets[name] {
			d.State = name
		}
	}
}

// Stuck lists the registrations that a level-triggered wait must report at once, over and over, until something is
// done: bytes or connections wait, the peer is gone, the connection is lost. Their counts are zero.
func (s *Scene) Stuck() []window.Descriptor {
	stuck := []window.Descriptor{}
	for _, r := range s.registrations {
		entry, open := s.table[r.FD]
		if !open || !r.LevelTriggered() || s.Orphaned(r) {
			continue
		}
		d := window.Descriptor{Pid: s.pid, FD: r.FD, Epfd: &r.Epfd, Events: r.EventNames()}
		s.describe(&d, entry)
		unread := r.Events&eventIn != 0 && d.RecvQueue != nil && *d.RecvQueue > 0
		halfClosed := r.Events&(eventIn|eventRdHup) != 0 && d.State == "CLOSE-WAIT"
		lost := entry.Kind == "socket" && d.State == Unconnected && isTCP(s.pid, d.FD) // EPOLLHUP, which cannot be masked
		if unread || halfClosed || lost {
			stuck = append(stuck, d)
		}
	}
	return stuck
}
