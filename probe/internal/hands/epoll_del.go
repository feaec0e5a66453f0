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
	if d := state.Descriptor; d == nil || len(d.Sets) > 0 {
		// A registration can outlive its descriptor, as long as a duplicate is open.
		if d != nil && !d.Open {
			err = nil
		}
		return state, err
	}
	if err == nil {
		err = refuse("descriptor %d of process %d is in none of its epoll sets, which are %v", *hand.FD, pid, setsOf(pid))
	}
	return state, err
}

func (epollDel) undo(hand Hand, before State) *Hand {
	if before.Descriptor == nil || !before.Descriptor.Open {
		return nil
	}
	return &Hand{Fix: "epoll-add", FD: hand.FD, Inode: before.Descriptor.Inode, Sets: before.Descriptor.Sets}
}

func (epollDel) do(pid int, hand Hand, before State) (float64, error) {
	return 0, changeSets(pid, *hand.FD, before.Descriptor.Sets, unix.EPOLL_CTL_DEL)
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
