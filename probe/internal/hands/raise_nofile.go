package hands

import (
	"fmt"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/procfs"
)

func init() { deeds["raise-nofile"] = raiseNoFile{} }

// raiseNoFile moves the soft limit of open descriptors, up or down; prlimit(2). The hard one stays.
type raiseNoFile struct{}

// Limit of open descriptors, and how many there are.
type Limit struct {
	Soft uint64 `json:"soft"`
	Hard uint64 `json:"hard"`
	Open int    `json:"open"`
}

func (raiseNoFile) look(pid int, hand Hand) (State, error) {
	var now unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &now); err != nil {
		return State{}, fmt.Errorf("reading the limits: %w", err)
	}
	state := State{NoFile: &Limit{now.Cur, now.Max, procfs.CountDescriptors(pid)}}
	switch {
	case hand.NoFile == 0:
		return state, refuse("raise-nofile needs the new soft limit of descriptors; it is %d now, and the hard limit is %d", now.Cur, now.Max)
	case hand.NoFile > now.Max:
		return state, refuse("a soft limit of %d descriptors is above the hard limit of %d, which only CAP_SYS_RESOURCE could raise", hand.NoFile, now.Max)
	}
	return state, nil
}

func (raiseNoFile) undo(hand Hand, before State) *Hand {
	if before.NoFile == nil {
		return nil
	}
	return &Hand{Fix: hand.Fix, NoFile: before.NoFile.Soft}
}

func (raiseNoFile) do(pid int, hand Hand, before State) (float64, error) {
	return 0, unix.Prlimit(pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: hand.NoFile, Max: before.NoFile.Hard}, nil)
}
