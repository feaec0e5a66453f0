package hands

import (
	"golang.org/x/sys/unix"

	"spinlab/probe/internal/procfs"
)

func init() { deeds["shutdown-fd"] = shutdownFD{} }

// shutdownFD ends a connection in both directions: the process reads the end of the stream, and its writes fail. The
// descriptor stays open.
//
// The process makes the call itself. A duplicate in our hands (pidfd_getfd(2)) would do without a stop, but the server
// closes the descriptor as soon as it hears of the end, and while the duplicate is open that does not take it out of
// the epoll set (epoll(7), Questions and answers, 6): the next wait reports what the server has forgotten, and the
// server may die of it.
type shutdownFD struct{}

func (shutdownFD) look(pid int, hand Hand) (State, error) {
	state, err := describe(pid, hand)
	if err != nil {
		return state, err
	}
	switch d := state.Descriptor; {
	case d.Kind == "listener":
		err = refuse("descriptor %d is a listener: shut down, it would never accept again", d.FD)
	case d.Kind != "socket":
		err = refuse("descriptor %d is no socket (its kind is %s): there is nothing to shut down", d.FD, d.Kind)
	case d.State == procfs.Unconnected:
		err = refuse("descriptor %d is a socket without a connection: there is nothing to shut down", d.FD)
	default:
		err = checkCallable(pid)
	}
	return state, err
}

func (shutdownFD) undo(Hand, State) *Hand { return nil }

func (shutdownFD) do(pid int, hand Hand, before State) (float64, error) {
	return callOn(pid, before.Descriptor, unix.SYS_SHUTDOWN, unix.SHUT_RDWR)
}
