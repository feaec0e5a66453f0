package observe

import (
	"time"

	"golang.org/x/sys/unix"
)

// ownCPU is the time that the probe itself spent on cores since its start.
func ownCPU() time.Duration {
	var clock unix.Timespec
	if unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &clock) != nil {
		return 0
	}
	return time.Duration(clock.Nano())
}
