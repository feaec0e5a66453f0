// Command supervise runs a server and stays while any process of its line lives.
//
//	supervise COMMAND [ARG]...
//
// A server that restarts itself starts its successor and leaves. The successor is then an orphan, and orphans of this
// process's descendants become its children (prctl(2), PR_SET_CHILD_SUBREAPER), so it can wait for them. SIGTERM and
// SIGINT are passed on to all of its children. It exits with the code of the process that ended last: 128 plus the
// number of the signal that ended it, 127 if COMMAND does not start.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "supervise: takes a command and its arguments")
		os.Exit(2)
	}
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "supervise: %v\n", err)
		os.Exit(127)
	}
	os.Exit(code)
}

func run(argv []string) (int, error) {
	// The parent's death signal follows the thread that started the child (prctl(2), PR_SET_PDEATHSIG).
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return 0, fmt.Errorf("cannot become the reaper of orphans: %w", err)
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGTERM, unix.SIGINT)

	command := exec.Command(argv[0], argv[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		return 0, err
	}
	go func() {
		for s := range signals {
			for _, child := range children() {
				unix.Kill(child, s.(syscall.Signal))
			}
		}
	}()
	return outlive(), nil
}

// outlive reaps children until there is none left, and returns the exit code of the last one.
func outlive() int {
	code := 0
	for {
		var status unix.WaitStatus
		_, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case err == unix.EINTR:
		case err != nil: // ECHILD
			return code
		case status.Signaled():
			code = 128 + int(status.Signal())
		default:
			code = status.ExitStatus()
		}
	}
}

// children reads every stat of /proc: the kernel may be built without /proc/PID/task/TID/children.
func children() []int {
	self := strconv.Itoa(os.Getpid())
	entries, _ := os.ReadDir("/proc")
	var found []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		stat, _ := os.ReadFile("/proc/" + entry.Name() + "/stat")
		// "pid (comm) state ppid …": comm may hold spaces and parentheses, so count from the last one (proc_pid_stat(5)).
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) > 1 && fields[1] == self {
			found = append(found, pid)
		}
	}
	return found
}
