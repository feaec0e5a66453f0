package hands

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/procfs"
)

// callOn lets the process make a call on a descriptor, if that is still what it was. It says for how many
// milliseconds one thread was held up.
func callOn(pid int, d *Descriptor, number uint64, more ...uint64) (float64, error) {
	same := func() error {
		if now, open := procfs.ReadDescriptor(pid, d.FD); !open || now.Kind != d.kindOfLink() || now.Inode != d.Inode {
			return refuse("descriptor %d became another while it was looked at", d.FD)
		}
		return nil
	}
	held, err := callInstead(pid, call{number: number, arguments: append([]uint64{uint64(d.FD)}, more...), check: same})
	return float64(held) / float64(time.Millisecond), err
}

// kindOfLink is the kind as /proc/PID/fd shows it.
func (d *Descriptor) kindOfLink() string {
	if d.Kind == "listener" {
		return "socket"
	}
	return d.Kind
}

// checkCallable refuses a process whose threads callInstead cannot use.
func checkCallable(pid int) error {
	if procfs.Is32Bit(pid) {
		return refuse("process %d is a 32-bit program, whose system calls are numbered otherwise", pid)
	}
	if tracer := procfs.Tracer(pid); tracer != 0 {
		return fmt.Errorf("process %d is traced by process %d already: %w", pid, tracer, unix.EPERM)
	}
	return nil
}
