package hands

import (
	"fmt"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/procfs"
)

func init() { deeds["shutdown-fd"] = shutdownFD{} }

// shutdownFD ends a connection in both directions: the process reads the end of the stream, and its writes fail. The
// process is not stopped, and the descriptor stays open.
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
	}
	return state, err
}

func (shutdownFD) undo(Hand, State) *Hand { return nil }

func (shutdownFD) do(pid int, hand Hand, before State) (float64, error) {
	return 0, withPidfd(pid, func(pidfd int) error {
		socket, err := borrow(pidfd, *hand.FD)
		if err != nil {
			return err
		}
		defer unix.Close(socket)
		var st unix.Stat_t
		// What was borrowed is what is shut down, whatever the process does with the number meanwhile.
		if err := unix.Fstat(socket, &st); err != nil {
			return err
		}
		if st.Ino != before.Descriptor.Inode {
			return refuse("descriptor %d became another while it was looked at", *hand.FD)
		}
		if err := unix.Shutdown(socket, unix.SHUT_RDWR); err != nil {
			return fmt.Errorf("shutdown of descriptor %d: %w", *hand.FD, err)
		}
		return nil
	})
}
