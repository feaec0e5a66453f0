package faults

import (
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// handOver is a listener for connections that somebody else has accepted.
type handOver struct {
	address net.Addr
	conns   chan net.Conn
	closing sync.Once
	closed  chan struct{}
}

func newHandOver(address net.Addr) *handOver {
	return &handOver{address: address, conns: make(chan net.Conn), closed: make(chan struct{})}
}

// give blocks while net/http is behind with taking connections; after Close it closes what it is given.
func (h *handOver) give(c net.Conn) {
	select {
	case h.conns <- c:
	case <-h.closed:
		c.Close()
	}
}

func (h *handOver) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

func (h *handOver) Close() error {
	h.closing.Do(func() { close(h.closed) })
	return nil
}

func (h *handOver) Addr() net.Addr { return h.address }

// reloadable is a listener that can be replaced by a duplicate of itself while somebody is accepting.
type reloadable struct {
	mu      sync.Mutex
	current net.Listener
	// arrived sees each connection before it is handed out.
	arrived func(net.Conn) net.Conn
}

func (r *reloadable) listener() net.Listener {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current
}

func (r *reloadable) Accept() (net.Conn, error) {
	for {
		l := r.listener()
		c, err := l.Accept()
		if err != nil && l != r.listener() {
			continue // it was closed because another took over
		}
		if err != nil {
			return nil, err
		}
		return r.arrived(c), nil
	}
}

// reload moves the accept queue to a new descriptor: both share it for a moment, so no connection is lost.
func (r *reloadable) reload() error {
	old := r.listener()
	fd, err := duplicate(old)
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(fd), "")
	next, err := net.FileListener(file)
	file.Close()
	if err != nil {
		return fmt.Errorf("cannot listen on a duplicate: %w", err)
	}
	r.mu.Lock()
	r.current = next
	r.mu.Unlock()
	return old.Close()
}

func (r *reloadable) Close() error   { return r.listener().Close() }
func (r *reloadable) Addr() net.Addr { return r.listener().Addr() }

// duplicate returns another descriptor of a listener, non-blocking and known to no poller. Its File method will not
// do: os.File.Fd would make the file description block, which both descriptors share.
func duplicate(listener net.Listener) (fd int, err error) {
	raw, err := listener.(syscall.Conn).SyscallConn()
	if err != nil {
		return -1, err
	}
	lost := raw.Control(func(old uintptr) { fd, err = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) })
	if lost != nil {
		return -1, lost
	}
	if err != nil {
		return -1, fmt.Errorf("cannot duplicate the listener: %w", err)
	}
	return fd, nil
}
