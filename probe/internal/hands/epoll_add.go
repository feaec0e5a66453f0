package hands

import (
	"golang.org/x/sys/unix"
)

func init() { deeds["epoll-add"] = epollAdd{} }

// epollAdd registers a descriptor again where epollDel took it out.
type epollAdd struct{}

func (epollAdd) look(pid int, hand Hand) (State, error) {
	state, err := describe(pid, hand)
	if err == nil && len(hand.Sets) == 0 {
		err = refuse("epoll-add needs the sets that descriptor %d was taken out of", *hand.FD)
	}
	return state, err
}

func (epollAdd) undo(hand Hand, before State) *Hand {
	return &Hand{Fix: "epoll-del", FD: hand.FD, Inode: hand.Inode}
}

func (epollAdd) do(pid int, hand Hand, _ State) (float64, error) {
	return 0, changeSets(pid, *hand.FD, hand.Sets, unix.EPOLL_CTL_ADD)
}
