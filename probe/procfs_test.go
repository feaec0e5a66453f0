package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/window"
)

func init() {
	roles["states"] = func() { serve(holdStates()) }
	roles["parent"] = func() {
		serve(func() string {
			child := exec.Command("/proc/self/exe")
			child.Env = append(child.Environ(), "PROBE_TEST_ROLE=futile")
			in := must(child.StdinPipe())
			must(0, child.Start())
			must(fmt.Fprintln(in, "go"))
			return fmt.Sprint(child.Process.Pid)
		})
	}
}

// states are connections that a level-triggered wait must report for ever, and some that it must not.
type states struct{ Epfd, HalfClosed, Reset, Unread, Edge, Idle int }

// connection is a TCP connection through a listener of its own.
func connection() (server, client int) {
	listener := must(unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0))
	must(0, unix.Bind(listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	must(0, unix.Listen(listener, 1))
	client = must(unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0))
	must(0, unix.Connect(client, must(unix.Getsockname(listener))))
	server, _, err := unix.Accept(listener)
	must(server, err)
	unix.Close(listener)
	return server, client
}

func holdStates() func() string {
	s := &states{Epfd: must(unix.EpollCreate1(0))}
	var peer int
	s.HalfClosed, peer = connection()
	must(0, unix.Shutdown(peer, unix.SHUT_WR))
	s.Reset, peer = connection()
	must(0, unix.SetsockoptLinger(peer, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}))
	must(0, unix.Close(peer))
	s.Unread, peer = connection()
	must(unix.Write(peer, make([]byte, 5)))
	s.Edge, peer = connection()
	must(unix.Write(peer, make([]byte, 5)))
	s.Idle, _ = connection()
	for fd, events := range map[int]uint32{
		s.HalfClosed: unix.EPOLLRDHUP, s.Reset: 0, s.Unread: unix.EPOLLIN, s.Edge: unix.EPOLLIN | unix.EPOLLET, s.Idle: unix.EPOLLIN,
	} {
		must(0, unix.EpollCtl(s.Epfd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}))
	}
	return func() string { return string(must(json.Marshal(s))) }
}

// TestStates sees through /proc alone what must be ready, and the sockets by state.
func TestStates(t *testing.T) {
	helper := startPeer(t, "states")
	w := startWatch(t, pidFlag(helper), "--no-bpf")
	s := answer[states](t, helper)
	w.after(t)
	var last window.Window
	for last.Descriptors == nil || last.Sockets == nil {
		last = w.next(t)
	}
	got := map[int]window.Descriptor{}
	for _, d := range last.Descriptors {
		got[d.FD] = d
	}
	if len(got) != 3 {
		t.Errorf("%d descriptors are said to be ready for ever: %+v; expected 3", len(got), got)
	}
	for fd, want := range map[int]window.Descriptor{
		s.HalfClosed: {State: "CLOSE-WAIT", Events: "RDHUP"},
		s.Reset:      {State: "UNCONN", Events: "0"},
		s.Unread:     {State: "ESTAB", Events: "IN"},
	} {
		if d := got[fd]; d.State != want.State || d.Events != want.Events || d.Epfd == nil || *d.Epfd != s.Epfd || d.Kind != "socket" {
			t.Errorf("descriptor %d is %+v, expected %s registered for %s in %d", fd, d, want.State, want.Events, s.Epfd)
		}
	}
	if queue := got[s.Unread].RecvQueue; queue == nil || *queue != 5 {
		t.Errorf("descriptor %d has a receive queue of %v, expected 5", s.Unread, queue)
	}
	for _, row := range last.Sockets {
		if row.State == "ESTAB" && row.Unread != 2 {
			t.Errorf("%d established sockets are unread, expected 2", row.Unread)
		}
	}
	if p := last.Process; p.FDs < 10 || p.FDLimit == 0 || p.RSS == 0 || p.Threads == 0 {
		t.Errorf("the process is %+v, expected descriptors, a limit, memory and threads", p)
	}
}

// TestTree takes in a child that is born while its parent is watched.
func TestTree(t *testing.T) {
	for _, how := range []string{"--no-bpf=false", "--no-bpf"} {
		helper := startPeer(t, "parent")
		w := startWatch(t, pidFlag(helper), "--tree", "--interval=50ms", how)
		child := helper.work(t)
		eventually(t, "the child spins in a window", func() bool {
			last := w.next(t)
			return len(last.Pids) == 2 && fmt.Sprint(last.Pids[1]) == child && last.Process.CPU > 0 && (how == "--no-bpf" || w.call("recvfrom").Calls > 1000)
		})
	}
}
