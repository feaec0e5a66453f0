package procfs

import (
	"cmp"
	"slices"
	"time"

	"spinlab/probe/internal/window"
)

// refreshShare bounds what looking at descriptors, epoll sets and sockets may cost: of a core, one in this many.
const refreshShare = 50

// Scene is the structure around one process that changes slowly and is dear to read: its descriptors, what is
// registered in its epoll sets, the state of its sockets.
type Scene struct {
	pid           int
	table         map[int]Descriptor
	registrations []Registration
	sockets       map[uint64]Socket
	next          time.Time
}

// NewScene looks for the first time.
func NewScene(pid int) *Scene {
	s := &Scene{pid: pid}
	s.Refresh()
	return s
}

// Refresh looks again, unless the last look was so dear that the next is not due yet.
func (s *Scene) Refresh() bool {
	if time.Now().Before(s.next) {
		return false
	}
	s.Look()
	return true
}

// Look looks again whatever it costs.
func (s *Scene) Look() {
	began := time.Now()
	s.table = Descriptors(s.pid)
	s.registrations = s.registrations[:0]
	hasSockets := false
	for _, d := range s.table {
		hasSockets = hasSockets || d.Kind == "socket"
		if d.Kind == "epoll" {
			s.registrations = append(s.registrations, Registrations(s.pid, d.FD)...)
		}
	}
	slices.SortFunc(s.registrations, func(a, b Registration) int {
		return cmp.Or(cmp.Compare(a.FD, b.FD), cmp.Compare(a.Epfd, b.Epfd))
	})
	s.sockets = nil
	if hasSockets {
		s.sockets = SocketTable(s.pid)
	}
	s.next = time.Now().Add(time.Since(began) * (refreshShare - 1))
}

// Registrations of all its epoll sets, by descriptor.
func (s *Scene) Registrations() []Registration { return s.registrations }

// Sockets counts the process's TCP sockets by state.
func (s *Scene) Sockets(into map[string]window.Sockets) {
	seen := map[uint64]bool{} // a descriptor and its duplicates are one socket
	for _, d := range s.table {
		if d.Kind != "socket" || seen[d.Inode] {
			continue
		}
		seen[d.Inode] = true
		socket, known := s.sockets[d.Inode]
		if !known && isTCP(s.pid, d.FD) {
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

// Describe fills in what is known of a descriptor beside its counts: kind, inode, state, addresses.
func (s *Scene) Describe(d *window.Descriptor) {
	entry, ok := s.table[d.FD]
	if !ok {
		if entry, ok = ReadDescriptor(s.pid, d.FD); !ok {
			d.Kind = cmp.Or(d.Kind, "unknown")
			return
		}
	}
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
	case isTCP(s.pid, d.FD):
		d.State = Unconnected
	}
}

// Stuck lists the registrations that a level-triggered wait must report at once, over and over, until something is
// done: bytes or connections wait, the peer is gone, the connection is lost. Their counts are zero.
func (s *Scene) Stuck() []window.Descriptor {
	stuck := []window.Descriptor{}
	for _, r := range s.registrations {
		if !r.LevelTriggered() {
			continue
		}
		d := window.Descriptor{Pid: s.pid, FD: r.FD, Epfd: &r.Epfd, Events: r.EventNames()}
		s.Describe(&d)
		if d.Inode != 0 && r.Inode != 0 && d.Inode != r.Inode {
			continue // the number belongs to another file by now
		}
		unread := r.Events&eventIn != 0 && d.RecvQueue != nil && *d.RecvQueue > 0
		halfClosed := r.Events&(eventIn|eventRdHup) != 0 && d.State == "CLOSE-WAIT"
		lost := d.State == Unconnected && isTCP(s.pid, d.FD) // EPOLLHUP, which cannot be masked
		if unread || halfClosed || lost {
			stuck = append(stuck, d)
		}
	}
	return stuck
}
