package hands

import (
	"fmt"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/procfs"
	"spinlab/probe/internal/window"
)

// Descriptor is what a number stands for in the process.
type Descriptor struct {
	FD   int  `json:"fd"`
	Open bool `json:"open"`
	// Kind, State, Local, Peer and RecvQueue are those of the window.
	Kind      string  `json:"kind,omitempty"`
	Inode     uint64  `json:"inode,omitempty"`
	State     string  `json:"state,omitempty"`
	Local     string  `json:"local,omitempty"`
	Peer      string  `json:"peer,omitempty"`
	RecvQueue *uint64 `json:"recvQueue,omitempty"`
	// Sets are the epoll sets that report it.
	Sets []Membership `json:"sets,omitempty"`
}

// Membership is the registration of a descriptor in one epoll set, as epoll_ctl(2) was given it.
type Membership struct {
	Epfd   int    `json:"epfd"`
	Events uint32 `json:"events"`
	// Data has 64 bits, which a JSON number does not hold.
	Data  uint64 `json:"data,string"`
	Inode uint64 `json:"inode"`
	// Names of the events, for people.
	Names string `json:"names"`
}

// describe reads what the hand's descriptor is now, and refuses one that is closed or not what it should be.
func describe(pid int, hand Hand) (State, error) {
	if hand.FD == nil {
		return State{}, refuse("%s needs the number of a descriptor", hand.Fix)
	}
	if !procfs.Visible(pid) {
		return State{}, fmt.Errorf("the descriptors of process %d are hidden: %w", pid, unix.EACCES)
	}
	scene := procfs.NewScene(pid)
	seen := window.Descriptor{FD: *hand.FD}
	scene.Describe(&seen)
	entry, open := procfs.ReadDescriptor(pid, seen.FD)
	d := &Descriptor{FD: seen.FD, Open: open, Inode: entry.Inode}
	for _, r := range scene.RegistrationsOf(seen.FD) {
		d.Sets = append(d.Sets, Membership{r.Epfd, r.Events, r.Data, r.Inode, r.EventNames()})
	}
	state := State{Descriptor: d}
	if !open {
		return state, refuse("descriptor %d is not open in process %d (ls -l /proc/%d/fd lists those that are)", d.FD, pid, pid)
	}
	d.Kind, d.State, d.Local, d.Peer, d.RecvQueue = seen.Kind, seen.State, seen.Local, seen.Peer, seen.RecvQueue
	if hand.Inode != 0 && hand.Inode != d.Inode {
		return state, refuse("descriptor %d of process %d is another by now: its inode is %d, not %d", d.FD, pid, d.Inode, hand.Inode)
	}
	return state, nil
}
