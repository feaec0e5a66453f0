package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// eager is the niceness of an observer: it takes little, and what it sees late on a busy machine is lost.
const eager = -10

// hurry puts the probe before what keeps the machine busy, where that is permitted. Niceness counts among the processes
// of a session only where sessions share the machine out between them (sched(7), "The autogroup feature"), so the
// session is raised too if it is the probe's own.
func hurry() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, eager)
	if session, err := unix.Getsid(0); err == nil && session == os.Getpid() {
		_ = os.WriteFile("/proc/self/autogroup", []byte(strconv.Itoa(eager)), 0)
	}
}
