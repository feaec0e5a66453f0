package hands

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/procfs"
)

func init() { deeds["close-fd"] = closeFD{} }

// closeFD lets the process close a descriptor of its own. What in it still owns the number may close a stranger's
// descriptor later, once the number is given to another.
type closeFD struct{}

func (closeFD) look(pid int, hand Hand) (State, error) {
	state, err := describe(pid, hand)
	if err != nil {
		return state, err
	}
	if procfs.Is32Bit(pid) {
		return state, refuse("process %d is a 32-bit program, whose system calls are numbered otherwise", pid)
	}
	if tracer := procfs.Tracer(pid); tracer != 0 {
		return state, fmt.Errorf("process %d is traced by process %d already: %w", pid, tracer, unix.EPERM)
	}
	return state, nil
}

func (closeFD) undo(Hand, State) *Hand { return nil }

func (closeFD) do(pid int, hand Hand, before State) (float64, error) {
	fd := *hand.FD
	same := func() error {
		if now, open := procfs.ReadDescriptor(pid, fd); !open || now.Kind != kindOf(before) || now.Inode != before.Descriptor.Inode {
			return refuse("descriptor %d became another while it was looked at", fd)
		}
		return nil
	}
	held, err := callInstead(pid, call{number: unix.SYS_CLOSE, argument: uint64(fd), check: same})
	return float64(held) / float64(time.Millisecond), err
}

// kindOf is the kind as /proc/PID/fd shows it.
func kindOf(s State) string {
	if s.Descriptor.Kind == "listener" {
		return "socket"
	}
	return s.Descriptor.Kind
}
