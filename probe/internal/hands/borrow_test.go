package hands

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestPrivately: what is opened and closed there happens to no other thread.
func TestPrivately(t *testing.T) {
	here := must(unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0))
	defer unix.Close(here)
	there := must(unix.FcntlInt(uintptr(here), unix.F_DUPFD_CLOEXEC, 1000))
	unix.Close(there)

	err := privately(func() error {
		if err := unix.Dup3(here, there, unix.O_CLOEXEC); err != nil {
			return err
		}
		if err := unix.Close(here); err != nil {
			return err
		}
		elsewhere := make(chan error)
		go func() { // the thread of the caller is locked, so this one runs on another
			if isOpen(there) {
				t.Errorf("descriptor %d was opened for the whole process", there)
			}
			if !isOpen(here) {
				t.Errorf("descriptor %d was closed for the whole process", here)
			}
			close(elsewhere)
		}()
		<-elsewhere
		if !isOpen(there) || isOpen(here) {
			t.Errorf("the thread has descriptors %d: %t and %d: %t, want the first alone", there, isOpen(there), here, isOpen(here))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if isOpen(there) {
		t.Errorf("descriptor %d outlived its thread", there)
	}
}

func isOpen(fd int) bool {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil
}
