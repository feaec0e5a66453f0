// Package hands changes a running process from outside: each deed is one of the fixes that need no help from the
// process. Everything before the deed itself only reads, and a deed that fails leaves the process as it was.
package hands

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Why a deed was not done.
var (
	// ErrRequest: it cannot be done to this process, whoever asks: no such descriptor, a limit that is too high.
	ErrRequest = errors.New("cannot be done")
	// ErrNoCall: no thread of the process makes a system call.
	ErrNoCall = errors.New("it makes no system call")
	ErrGone   = errors.New("the process has ended")
	ErrDenied = errors.New("not permitted: run as its user or as root (CAP_SYS_PTRACE; /proc/sys/kernel/yama/ptrace_scope)")
)

// Hand is what is to be done.
type Hand struct {
	Fix string `json:"fix"`
	FD  *int   `json:"fd,omitempty"`
	// Inode of the socket or pipe that FD must be; 0: whatever it is now.
	Inode uint64 `json:"inode,omitempty"`
	// NoFile is the soft limit of open descriptors of `raise-nofile`.
	NoFile uint64 `json:"nofile,omitempty"`
	// Sets are the registrations of `epoll-add`.
	Sets []Membership `json:"sets,omitempty"`
}

// Deed is what was done.
type Deed struct {
	Fix  string `json:"fix"`
	Done bool   `json:"done"`
	// StoppedMs is for how long one thread of the process was held up, at most; the others never are.
	StoppedMs float64 `json:"stoppedMs"`
	Before    State   `json:"before"`
	// After is nil as long as nothing was done.
	After *State `json:"after"`
	// Undo takes it back; nil when nothing can.
	Undo *Hand `json:"undo"`
}

// State is what the deed concerns, at one moment.
type State struct {
	NoFile     *Limit      `json:"nofile,omitempty"`
	Descriptor *Descriptor `json:"descriptor,omitempty"`
}

// deed is one kind of them.
type deed interface {
	// look reads what it concerns, and refuses (ErrRequest) what cannot be done.
	look(pid int, hand Hand) (State, error)
	// undo is what takes it back, from the state before.
	undo(hand Hand, before State) *Hand
	// do does it and says for how many milliseconds one thread was held up.
	do(pid int, hand Hand, before State) (float64, error)
}

var deeds = map[string]deed{}

// Fixes lists the deeds by name.
func Fixes() []string {
	names := make([]string, 0, len(deeds))
	for name := range deeds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Plan says what Lay would do, and does not do it.
func Plan(pid int, hand Hand) (Deed, error) {
	d, known := deeds[hand.Fix]
	if !known {
		return Deed{}, fmt.Errorf("%w: %q is none of the fixes %s", ErrRequest, hand.Fix, strings.Join(Fixes(), ", "))
	}
	before, err := d.look(pid, hand)
	return Deed{Fix: hand.Fix, Before: before, Undo: d.undo(hand, before)}, explain(err)
}

// Lay does it.
func Lay(pid int, hand Hand) (Deed, error) {
	done, err := Plan(pid, hand)
	if err != nil {
		return done, err
	}
	d := deeds[hand.Fix]
	if done.StoppedMs, err = d.do(pid, hand, done.Before); err != nil {
		return done, explain(err)
	}
	after, _ := d.look(pid, hand) // it may refuse now what it has just done; the state is read all the same
	done.Done, done.After = true, &after
	return done, nil
}

// explain tells by the errno why the kernel refused.
func explain(err error) error {
	switch {
	case errors.Is(err, ErrRequest):
		return err
	case errors.Is(err, unix.ESRCH):
		return fmt.Errorf("%w: %w", ErrGone, err)
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return fmt.Errorf("%w: %w", ErrDenied, err)
	}
	return err
}

func refuse(format string, arguments ...any) error {
	return fmt.Errorf("%w: %w", ErrRequest, fmt.Errorf(format, arguments...))
}
