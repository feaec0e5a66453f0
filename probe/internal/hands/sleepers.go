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

// Calls in which a thread sleeps. A stop goes unnoticed in the first ones, which the kernel begins again; the others end
// with EINTR, as under any debugger (signal(7), Interruption by stop signals). The result 0 says of all of them no
// more than that nothing has happened yet.
var sleeps = map[string]int{}

const unnoticed, interrupted, awake = 0, 1, 2

func init() {
	for _, number := range []int{
		unix.SYS_FUTEX, unix.SYS_POLL, unix.SYS_PPOLL, unix.SYS_SELECT, unix.SYS_PSELECT6, unix.SYS_NANOSLEEP,
		unix.SYS_CLOCK_NANOSLEEP, unix.SYS_RESTART_SYSCALL,
	} {
		sleeps[fmt.Sprint(number)] = unnoticed
	}
	for _, number := range []int{unix.SYS_EPOLL_WAIT, unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2} {
		sleeps[fmt.Sprint(number)] = interrupted
	}
}

// sleepersFirst lists the threads of a process, those first that notice the least.
func sleepersFirst(pid int) []int {
	tids := procfs.Threads(pid)
	rank := map[int]int{}
	for _, tid := range tids {
		// "running", or the number of the call first; proc_pid_syscall(5).
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/syscall", pid, tid))
		number, _, _ := strings.Cut(string(text), " ")
		known, asleep := sleeps[number]
		if !asleep {
			known = awake
		}
		rank[tid] = known
	}
	slices.SortStableFunc(tids, func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
	return tids
}
