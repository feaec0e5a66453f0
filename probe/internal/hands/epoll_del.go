package hands

import (
	"slices"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/procfs"
)

func init() { deeds["epoll-del"] = epollDel{} }

// epollDel takes a descriptor out of every epoll set of the process. The process is not stopped; it hears nothing of
// the descriptor any more, which stays open.
type epollDel struct{}

func (epollDel) look(pid int, hand Hand) (State, error) {
	state, err := describe(pid, hand)
	d := state.Descriptor
	if d == nil {
		return state, err
	}
	// A registration can outlive its descriptor, as long as a duplicate is open. Then it is the one that is meant, not
	// that of the file which has the number now.
	if orphans := d.orphans(); len(orphans) > 0 {
		d.Sets = orphans
		if !d.Open {
			err = nil
		}
	}
	if err == nil && len(d.Sets) == 0 {
		err = refuse("descriptor %d of process %d is in none of its epoll sets, which are %v", d.FD, pid, setsOf(pid))
	}
	return state, err
}

func (epollDel) undo(hand Hand, before State) *Hand {
	if before.Descriptor == nil || len(before.Descriptor.orphans()) > 0 {
		return nil
	}
	return &Hand{Fix: "epoll-add", FD: hand.FD, Inode: before.Descriptor.Inode, Sets: before.Descriptor.Sets}
}

func (epollDel) do(pid int, hand Hand, before State) (float64, error) {
	return 0, changeSets(pid, *hand.FD, before.Descriptor.Sets, unix.EPOLL_CTL_DEL)
}

// orphans are its registrations that belong to another file: one that had the number before.
func (d *Descriptor) orphans() []Membership {
	if d.Open && d.Inode == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Sets), func(set Membership) bool { return d.Open && set.Inode == d.Inode })
}

func setsOf(pid int) []int {
	var sets []int
	for fd, d := range procfs.Descriptors(pid) {
		if d.Kind == "epoll" {
			sets = append(sets, fd)
		}
	}
	slices.Sort(sets)
	return sets
}
