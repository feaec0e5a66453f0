package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// leastFiles is what the target opens before it serves (14, measured), and a few connections.
const leastFiles = 24

// enoughFiles comes before anything is opened: without a descriptor for its poller the Go runtime dies in a heap of stacks.
func enoughFiles() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("cannot read the limit of open files: %w", err)
	}
	if limit.Cur < leastFiles {
		return fmt.Errorf("may have %d open files, needs %d to start; raise the limit: ulimit -n %d", limit.Cur, leastFiles, leastFiles)
	}
	return nil
}
