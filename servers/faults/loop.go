package faults

import (
	"net"

	"golang.org/x/sys/unix"

	"spinlab/servers/reactor"
)

// takeOver closes the listener and starts a loop with a descriptor of its own of it: the runtime's poller must not watch
// it as well.
func takeOver(listener net.Listener) (fd int, loop *reactor.Reactor, err error) {
	fd, err = duplicate(listener)
	listener.Close()
	if err != nil {
		return -1, nil, err
	}
	loop, err = reactor.Start()
	if err != nil {
		unix.Close(fd)
		return -1, nil, err
	}
	return fd, loop, nil
}

// loopFix is a fix that must be turned on the loop's thread.
type loopFix interface {
	apply()
	revert()
}

func onLoop(loop *reactor.Reactor, fix loopFix) Switch {
	return Switch{
		Apply:  func() error { return loop.Do(fix.apply) },
		Revert: func() error { return loop.Do(fix.revert) },
	}
}
