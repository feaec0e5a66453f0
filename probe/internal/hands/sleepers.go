package hands

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/procfs"
)

// waits are calls whose result 0 says no more than that nothing has happened yet.
var waits = map[string]bool{}

func init() {
	for _, number := range []int{
		unix.SYS_FUTEX, unix.SYS_EPOLL_WAIT, unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2, unix.SYS_POLL, unix.SYS_PPOLL,
		unix.SYS_SELECT, unix.SYS_PSELECT6, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP,
	} {
		waits[fmt.Sprint(number)] = true
	}
}

// sleepersFirst lists the threads of a process, those that sleep in a wait first.
func sleepersFirst(pid int) []int {
	tids := procfs.Threads(pid)
	awake := map[int]int{}
	for _, tid := range tids {
		// "running", or the number of the call first; proc_pid_syscall(5).
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/syscall", pid, tid))
		if number, _, _ := strings.Cut(string(text), " "); !waits[number] {
			awake[tid] = 1
		}
	}
	slices.SortStableFunc(tids, func(a, b int) int { return cmp.Compare(awake[a], awake[b]) })
	return tids
}
