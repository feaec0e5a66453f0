package hands

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// borrow duplicates a descriptor of another process, which notices nothing; pidfd_getfd(2), Linux 5.6.
func borrow(pidfd, fd int) (int, error) {
	number, err := unix.PidfdGetfd(pidfd, fd, 0)
	if err != nil {
		return -1, fmt.Errorf("duplicating descriptor %d of the process: %w", fd, err)
	}
	return number, nil
}

// withPidfd opens the process for borrowing.
func withPidfd(pid int, use func(pidfd int) error) error {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return fmt.Errorf("opening process %d: %w", pid, err)
	}
	defer unix.Close(pidfd)
	return use(pidfd)
}

// privately runs on a thread whose table of descriptors is its own and ends with it, so that any number can be taken,
// those of the Go runtime included. Nothing that the runtime does on this thread may need them: no collection begins.
func privately(use func() error) error {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		if err := unix.Unshare(unix.CLONE_FILES); err != nil {
			result <- err
			return
		}
		result <- use()
	}()
	return <-result
}
