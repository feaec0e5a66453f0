package hands

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// A thread that has run for runPatience and made no call computes; one that has not stopped within threadPatience
	// is stuck in the kernel, or the machine has no time for it. Another is tried then.
	runPatience    = 20 * time.Millisecond
	threadPatience = 5 * time.Second
	// callPatience is for how long our call may take: a close may linger (SO_LINGER). It is interrupted then.
	callPatience = time.Second
)

// call is a system call with up to two arguments, made only if the check passes right before.
type call struct {
	number    uint64
	arguments []uint64
	check     func() error
}

// callInstead lets one thread of a process make our call in place of its next one, and then its own. It needs neither
// a stack nor a library there, so it is the same for every language: the instruction is the thread's own SYSCALL.
// Only that thread is stopped.
//
// If this program is killed, the kernel detaches and the thread runs on (no PTRACE_O_EXITKILL). Between the two
// changes of registers, the second half of the hold, it would run on with one call of its own lost, whose result is
// that of ours, 0: a thread is preferred that sleeps in a wait, where 0 means that nothing happened yet.
func callInstead(pid int, c call) (held time.Duration, err error) {
	done := make(chan struct{})
	go func() { // a tracer is one thread; it is never unlocked and ends with this goroutine
		defer close(done)
		runtime.LockOSThread()
		for _, tid := range sleepersFirst(pid) {
			held, err = substitute(tid, c)
			if !errors.Is(err, ErrNoCall) && !errors.Is(err, unix.ESRCH) { // ESRCH: that thread has ended
				return
			}
		}
		err = fmt.Errorf("no thread of process %d could be used: %w", pid, err)
	}()
	<-done
	return held, err
}

func substitute(tid int, c call) (held time.Duration, err error) {
	t, err := seize(tid)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	defer func() { held = time.Since(began) }()
	if err := t.toEntry(); err != nil {
		return 0, errors.Join(err, t.release())
	}
	if err := errors.Join(t.checkInstruction(), c.check()); err != nil {
		return 0, errors.Join(err, t.release())
	}
	var own unix.PtraceRegs
	if err := unix.PtraceGetRegs(tid, &own); err != nil {
		return 0, err
	}
	ours := own
	ours.Orig_rax = c.number
	for i, register := range []*uint64{&ours.Rdi, &ours.Rsi}[:len(c.arguments)] {
		*register = c.arguments[i]
	}
	if err := unix.PtraceSetRegs(tid, &ours); err != nil {
		return 0, errors.Join(err, t.release())
	}
	result, err := t.toExit(callPatience)
	if err != nil {
		return 0, err
	}
	// Its own call again, from the start: back on the SYSCALL instruction, and no call that the kernel would restart.
	own.Rax, own.Rip, own.Orig_rax = own.Orig_rax, own.Rip-uint64(len(syscallInstruction)), ^uint64(0)
	if err := errors.Join(unix.PtraceSetRegs(tid, &own), unix.PtraceDetach(tid)); err != nil {
		return 0, err
	}
	if result < 0 {
		return 0, fmt.Errorf("the call made in the process: %w", unix.Errno(-result))
	}
	return 0, nil
}
