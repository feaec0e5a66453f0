package hands

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// place is a descriptor of some process.
type place struct{ pid, fd int }

// borrow duplicates a descriptor of another process, which notices nothing; pidfd_getfd(2), Linux 5.6. The duplicate
// has another number than the one to avoid.
func borrow(from place, avoid int) (int, error) {
	pidfd, err := unix.PidfdOpen(from.pid, 0)
	if err != nil {
		return -1, fmt.Errorf("opening process %d: %w", from.pid, err)
	}
	defer unix.Close(pidfd)
	number, err := unix.PidfdGetfd(pidfd, from.fd, 0)
	if err == nil && number == avoid {
		defer unix.Close(number)
		number, err = unix.Dup(number)
	}
	if err != nil {
		return -1, fmt.Errorf("duplicating descriptor %d of process %d: %w", from.fd, from.pid, err)
	}
	return number, nil
}

// borrowAs duplicates a descriptor and gives it a number of our choice.
func borrowAs(from place, number int) error {
	file, err := borrow(from, number)
	if err != nil {
		return err
	}
	defer unix.Close(file)
	if err := unix.Dup3(file, number, 0); err != nil {
		return fmt.Errorf("taking the number %d: %w", number, err)
	}
	return nil
}

// privately runs on a thread whose table of descriptors is its own and ends with it, so that any number can be taken,
// those of the Go runtime included. Nothing that the runtime does on this thread may need them: no collection begins,
// and only bare system calls are made.
func privately(use func() error) error {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		// Of its actions only the first: no descriptor has the number that it closes. Containers may do it, unlike
		// unshare(2), which Docker's default seccomp profile allows with CAP_SYS_ADMIN alone; Linux 5.9.
		if err := unix.CloseRange(math.MaxUint32, math.MaxUint32, unix.CLOSE_RANGE_UNSHARE); err != nil {
			result <- fmt.Errorf("taking a table of descriptors of one's own: %w", err)
			return
		}
		result <- use()
	}()
	return <-result
}
