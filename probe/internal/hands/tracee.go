package hands

import (
	"bytes"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/procfs"
)

// syscallInstruction is SYSCALL of x86-64.
var syscallInstruction = []byte{0x0f, 0x05}

// stopOfCall marks a stop at a system call (PTRACE_O_TRACESYSGOOD).
const stopOfCall = unix.SIGTRAP | 0x80

// pollGap is between two looks whether it has stopped. Waiting for SIGCHLD instead would take a second thread of this
// program, and the stop would last until both have run.
var pollGap = unix.NsecToTimespec(20_000)

// tracee is one thread that is traced; ptrace(2). The other threads of its process run on.
type tracee struct{ tid int }

// seize begins to trace a thread and asks it to stop.
func seize(tid int) (tracee, error) {
	if err := unix.PtraceSeize(tid); err != nil {
		return tracee{}, fmt.Errorf("tracing thread %d: %w", tid, err)
	}
	if err := unix.PtraceInterrupt(tid); err != nil {
		return tracee{}, fmt.Errorf("stopping thread %d: %w", tid, err)
	}
	return tracee{tid}, nil
}

// wait is for its next stop. ErrNoCall: none in time.
func (t tracee) wait(patience time.Duration) (unix.WaitStatus, error) {
	for deadline := time.Now().Add(patience); ; {
		var status unix.WaitStatus
		switch tid, err := unix.Wait4(t.tid, &status, unix.WALL|unix.WNOHANG, nil); {
		case err != nil:
			return 0, fmt.Errorf("waiting for thread %d: %w", t.tid, err)
		case tid == t.tid && !status.Stopped():
			return 0, fmt.Errorf("thread %d ended: %w", t.tid, unix.ESRCH)
		case tid == t.tid:
			return status, nil
		case time.Now().After(deadline):
			return 0, ErrNoCall
		}
		_ = unix.Nanosleep(&pollGap, nil)
	}
}

// toEntry lets it run up to the entry of its next system call. Signals reach it as ever.
func (t tracee) toEntry() error {
	deadline, ran := time.Now().Add(threadPatience), procfs.Ran(t.tid)
	for {
		status, err := t.wait(runPatience)
		if errors.Is(err, ErrNoCall) && time.Now().Before(deadline) && procfs.Ran(t.tid)-ran < runPatience {
			continue
		}
		if err != nil {
			return err
		}
		if err := unix.PtraceSetOptions(t.tid, unix.PTRACE_O_TRACESYSGOOD); err != nil {
			return err
		}
		pass := 0
		switch {
		case status.StopSignal() == stopOfCall:
			if t.atEntry() {
				return nil
			}
		case status>>16 != unix.PTRACE_EVENT_STOP:
			pass = int(status.StopSignal())
		case status.StopSignal() != unix.SIGTRAP:
			return refuse("thread %d is stopped by %s: let it go on first (SIGCONT)", t.tid, unix.SignalName(status.StopSignal()))
		}
		if err := unix.PtraceSyscall(t.tid, pass); err != nil {
			return err
		}
	}
}

// atEntry asks the kernel at which end of a system call it stopped; Linux 5.3.
func (t tracee) atEntry() bool {
	var info [88]byte // struct ptrace_syscall_info, which begins with the kind of stop
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(t.tid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	return errno == 0 && info[0] == unix.PTRACE_SYSCALL_INFO_ENTRY
}

// toExit lets it make the call that it is at, and returns the result: -errno when it failed.
func (t tracee) toExit(patience time.Duration) (int64, error) {
	if err := unix.PtraceSyscall(t.tid, 0); err != nil {
		return 0, err
	}
	// No signal is delivered between the two ends of a call.
	_, err := t.wait(patience)
	if errors.Is(err, ErrNoCall) {
		if err := unix.PtraceInterrupt(t.tid); err != nil {
			return 0, err
		}
		_, err = t.wait(patience)
	}
	if err != nil {
		return 0, err
	}
	var regs unix.PtraceRegs
	err = unix.PtraceGetRegs(t.tid, &regs)
	return int64(regs.Rax), err
}

// checkInstruction refuses a call that was not made with SYSCALL, to which the registers would not go back.
func (t tracee) checkInstruction() error {
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(t.tid, &regs); err != nil {
		return err
	}
	var made [2]byte
	if _, err := unix.PtracePeekText(t.tid, uintptr(regs.Rip)-2, made[:]); err != nil {
		return err
	}
	if !bytes.Equal(made[:], syscallInstruction) {
		return ErrNoCall
	}
	return nil
}

// release lets it go on as if nothing had been.
func (t tracee) release() error {
	if unix.PtraceDetach(t.tid) == nil {
		return nil
	}
	// It runs, and only one that is stopped can be let go.
	if err := unix.PtraceInterrupt(t.tid); err != nil {
		return err
	}
	for {
		status, err := t.wait(callPatience)
		if err != nil {
			return nil // the end of this program detaches it
		}
		if status.StopSignal() == stopOfCall || status>>16 == unix.PTRACE_EVENT_STOP {
			return unix.PtraceDetach(t.tid)
		}
		if err := unix.PtraceCont(t.tid, int(status.StopSignal())); err != nil {
			return err
		}
	}
}
