package hands

import (
	"golang.org/x/sys/unix"
)

func init() { deeds["close-fd"] = closeFD{} }

// closeFD lets the process close a descriptor of its own. What in it still owns the number may close a stranger's
// descriptor later, once the number is given to another.
type closeFD struct{}

func (closeFD) look(pid int, hand Hand) (State, error) {
	state, err := describe(pid, hand)
	if err == nil {
		err = checkCallable(pid)
	}
	return state, err
}

func (closeFD) undo(Hand, State) *Hand { return nil }

func (closeFD) do(pid int, hand Hand, before State) (float64, error) {
	return callOn(pid, before.Descriptor, unix.SYS_CLOSE)
}
