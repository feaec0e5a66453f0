package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/hands"
	"spinlab/probe/internal/procfs"
)

func init() {
	roles["patient"] = func() { serve(beSick()) }
	roles["orphan-here"] = func() { serve(beOrphan(duplicate, false)) }
	roles["orphan-child"] = func() { serve(beOrphan(inherit, false)) }
	roles["orphan-reused"] = func() { serve(beOrphan(duplicate, true)) }
	roles["numbers"] = func() { serve(takeNumbers()) }
}

// patient is what the helper says of itself.
type patient struct {
	Turns    uint64
	Port     int
	Listener int
	// Last is the connection accepted last.
	Last int
}

// beSick serves echoes from a level-triggered loop that ignores half-closed connections and errors of accept.
func beSick() func() string {
	listener := must(unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0))
	check0(unix.Bind(listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	check0(unix.Listen(listener, 16))
	epfd := must(unix.EpollCreate1(0))
	watch := func(fd int, events uint32) {
		check0(unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: int32(fd), Pad: 7}))
	}
	watch(listener, unix.EPOLLIN)
	var turns, last atomic.Uint64
	go func() {
		events, buffer := make([]unix.EpollEvent, 8), make([]byte, 64)
		for {
			n, _ := unix.EpollWait(epfd, events, -1)
			turns.Add(1)
			for _, e := range events[:max(n, 0)] {
				switch fd := int(e.Fd); {
				case fd == listener:
					if c, _, err := unix.Accept4(listener, unix.SOCK_NONBLOCK); err == nil {
						watch(c, unix.EPOLLIN|unix.EPOLLRDHUP)
						last.Store(uint64(c))
					}
				case e.Events&unix.EPOLLHUP != 0:
					_ = unix.Close(fd)
				case e.Events&unix.EPOLLRDHUP == 0:
					if n, _ := unix.Read(fd, buffer); n > 0 {
						_, _ = unix.Write(fd, buffer[:n])
					}
				}
			}
		}
	}()
	address := must(unix.Getsockname(listener)).(*unix.SockaddrInet4)
	return func() string {
		text, _ := json.Marshal(patient{turns.Load(), address.Port, listener, int(last.Load())})
		return string(text)
	}
}

func check0(err error) { must(0, err) }

// spins says whether the loop turns without a pause.
func (p *peer) spins(t *testing.T) bool {
	t.Helper()
	before := answer[patient](t, p).Turns
	time.Sleep(50 * time.Millisecond)
	return answer[patient](t, p).Turns-before > 100
}

// answers asks for an echo.
func answers(t *testing.T, c net.Conn) {
	t.Helper()
	_ = c.SetDeadline(time.Now().Add(patience))
	var echo [2]byte
	if _, err := c.Write([]byte("hi")); err != nil {
		t.Error(err)
	} else if _, err := c.Read(echo[:]); err != nil || string(echo[:]) != "hi" {
		t.Errorf("the echo is %q, %v", echo, err)
	}
}

// lay runs the hand and decodes the deed.
func lay(t *testing.T, pid int, hand hands.Hand, flags ...string) (deed hands.Deed) {
	t.Helper()
	output, err := layCommand(pid, hand, flags...).Output()
	if strings.Contains(complaint(err), "not permitted") {
		unavailable(t, "healing a process is not permitted here")
	}
	if err != nil {
		t.Fatalf("%+v: %v %s", hand, err, complaint(err))
	}
	if err := json.Unmarshal(output, &deed); err != nil {
		t.Fatal(err)
	}
	return deed
}

func layCommand(pid int, hand hands.Hand, flags ...string) *exec.Cmd {
	text, _ := json.Marshal(hand)
	return exec.Command(binary, append([]string{"heal", fmt.Sprint("--pid=", pid), "--hand", string(text)}, flags...)...)
}

func complaint(err error) string {
	if exit, ok := err.(*exec.ExitError); ok {
		return string(exit.Stderr)
	}
	return ""
}

// sickened is a patient that spins on a half-closed connection, and has a sound one.
func sickened(t *testing.T) (p *peer, sound, half net.Conn, fd int) {
	p = startPeer(t, "patient")
	address := fmt.Sprint("127.0.0.1:", answer[patient](t, p).Port)
	sound = dial(t, "127.0.0.1", address)
	answers(t, sound)
	half = dial(t, "127.0.0.1", address)
	answers(t, half)
	t.Cleanup(func() { sound.Close(); half.Close() })
	_ = half.(*net.TCPConn).CloseWrite()
	eventually(t, "it spins on the half-closed connection", func() bool { return p.spins(t) })
	return p, sound, half, answer[patient](t, p).Last
}

// TestEpollDel ends the spin, and begins it again.
func TestEpollDel(t *testing.T) {
	p, sound, _, fd := sickened(t)
	hand := hands.Hand{Fix: "epoll-del", FD: &fd}
	plan := lay(t, p.Process.Pid, hand, "--plan")
	if plan.Done || plan.After != nil || !p.spins(t) {
		t.Errorf("a plan did something: %+v", plan)
	}
	deed := lay(t, p.Process.Pid, hand)
	if p.spins(t) || !deed.Done || deed.StoppedMs != 0 || len(deed.Before.Descriptor.Sets) != 1 || len(deed.After.Descriptor.Sets) != 0 {
		t.Errorf("it spins on after %+v", deed)
	}
	answers(t, sound)
	if undone := lay(t, p.Process.Pid, *deed.Undo); !p.spins(t) || undone.After.Descriptor.Sets[0] != deed.Before.Descriptor.Sets[0] {
		t.Errorf("not as before, %+v, after %+v", deed.Before.Descriptor.Sets, undone.After.Descriptor.Sets)
	}
	answers(t, sound)
}

// TestAnyNumber takes out descriptors with numbers that the hand's own runtime uses as well.
func TestAnyNumber(t *testing.T) {
	p := startPeer(t, "numbers")
	taken := answer[[]int](t, p)
	if len(taken) < 10 {
		t.Fatalf("the helper has %v", taken)
	}
	for _, fd := range taken {
		if deed := lay(t, p.Process.Pid, hands.Hand{Fix: "epoll-del", FD: &fd}); len(deed.After.Descriptor.Sets) != 0 {
			t.Errorf("descriptor %d is still registered", fd)
		}
	}
}

// takeNumbers registers a pipe under each low number that is free.
func takeNumbers() func() string {
	var pipe [2]int
	check0(unix.Pipe(pipe[:]))
	// Two descriptors of one set.
	epfd := must(unix.FcntlInt(uintptr(must(unix.EpollCreate1(0))), unix.F_DUPFD, 40))
	var taken []int
	for fd := 3; fd < 24; fd++ {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			continue
		}
		check0(unix.Dup2(pipe[0], fd))
		check0(unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN}))
		taken = append(taken, fd)
	}
	text, _ := json.Marshal(taken)
	return func() string { return string(text) }
}

// TestOrphan takes out a registration whose number was closed while a duplicate is open, here or in a child, and not
// that of the file which has the number now.
func TestOrphan(t *testing.T) {
	for role, want := range map[string]int{"orphan-here": 0, "orphan-child": 0, "orphan-reused": 1} {
		p := startPeer(t, role)
		var fd, epfd int
		must(fmt.Sscan(p.work(t), &fd, &epfd))
		deed := lay(t, p.Process.Pid, hands.Hand{Fix: "epoll-del", FD: &fd})
		before := deed.Before.Descriptor
		if before.Open != (want == 1) || len(before.Sets) != 1 || before.Sets[0].Inode == before.Inode || deed.Undo != nil {
			t.Errorf("%s: descriptor %d was %+v, undo %+v; expected one registration of another file, and no way back", role, fd, before, deed.Undo)
		}
		left := procfs.Registrations(p.Process.Pid, epfd)
		if len(left) != want || want == 1 && left[0].Inode != before.Inode {
			t.Errorf("%s: still registered: %+v; expected %d", role, left, want)
		}
	}
}

// beOrphan registers a pipe and closes its number, which the duplicate or the child keeps open.
func beOrphan(keep func(end int), reuse bool) func() string {
	var pipe [2]int
	check0(unix.Pipe2(pipe[:], unix.O_CLOEXEC))
	epfd := must(unix.EpollCreate1(unix.EPOLL_CLOEXEC))
	check0(unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, pipe[0], &unix.EpollEvent{Events: unix.EPOLLIN}))
	keep(pipe[0])
	check0(unix.Close(pipe[0]))
	if reuse {
		if socket := must(unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)); socket != pipe[0] {
			check0(unix.Dup2(socket, pipe[0]))
		}
		check0(unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, pipe[0], &unix.EpollEvent{Events: unix.EPOLLIN}))
	}
	return func() string { return fmt.Sprint(pipe[0], epfd) }
}

func duplicate(end int) { must(unix.Dup(end)) }

// inherit has a child that ends with its standard input, as this process does.
func inherit(end int) {
	child := exec.Command("cat")
	must(child.StdinPipe())
	child.ExtraFiles = []*os.File{os.NewFile(uintptr(must(unix.Dup(end))), "")}
	check0(child.Start())
	check0(child.ExtraFiles[0].Close())
}

// TestShutdown ends a spin where a hang-up is noticed.
func TestShutdown(t *testing.T) {
	p, sound, half, fd := sickened(t)
	deed := lay(t, p.Process.Pid, hands.Hand{Fix: "shutdown-fd", FD: &fd})
	if p.spins(t) || !deed.Done || deed.StoppedMs <= 0 || deed.Before.Descriptor.State != "CLOSE-WAIT" || deed.Undo != nil {
		t.Errorf("it spins on after %+v", deed)
	}
	if n, err := half.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Errorf("the client reads %d bytes, %v; expected the end", n, err)
	}
	answers(t, sound)
}

// TestClose ends the spin by an injected close.
func TestClose(t *testing.T) {
	p, sound, half, fd := sickened(t)
	deed := lay(t, p.Process.Pid, hands.Hand{Fix: "close-fd", FD: &fd})
	if p.spins(t) || !deed.Done || deed.After.Descriptor.Open || deed.StoppedMs <= 0 || deed.Undo != nil {
		t.Errorf("it spins on after %+v", deed)
	}
	if n, err := half.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Errorf("the client reads %d bytes, %v; expected the end", n, err)
	}
	answers(t, sound)
}

// TestRaiseNoFile begins a spin with a limit that is too low, and ends it with the one from before.
func TestRaiseNoFile(t *testing.T) {
	p := startPeer(t, "patient")
	pid := p.Process.Pid
	deed := lay(t, pid, hands.Hand{Fix: "raise-nofile", NoFile: 3})
	c := dial(t, "127.0.0.1", fmt.Sprint("127.0.0.1:", answer[patient](t, p).Port))
	defer c.Close()
	eventually(t, "it spins at the limit", func() bool { return p.spins(t) })
	lay(t, pid, *deed.Undo)
	answers(t, c)
	if p.spins(t) {
		t.Error("it spins on after the limit was raised")
	}
}

// TestKilledHand kills the hand again and again, a little later as long as it has done nothing and a little earlier
// once it has: at about the moment of the deed. The process is never left stopped, and serves on.
func TestKilledHand(t *testing.T) {
	p, sound, _, spare := sickened(t)
	pid, done, undone := p.Process.Pid, 0, 0
	delay := time.Millisecond
	for deadline := time.Now().Add(patience); done < 5 || undone < 20; {
		if time.Now().After(deadline) {
			t.Fatalf("%d hands had done their work when they were killed, and %d had not, in %v", done, undone, patience)
		}
		command := layCommand(pid, hands.Hand{Fix: "close-fd", FD: &spare})
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(delay)
		_ = command.Process.Kill()
		_ = command.Wait()
		if tracer := procfs.Tracer(pid); tracer != 0 {
			t.Fatalf("still traced by %d", tracer)
		}
		if _, open := procfs.ReadDescriptor(pid, spare); open {
			undone++
			delay += delay / 8
			continue
		}
		done++
		delay -= delay / 8
		c := dial(t, "127.0.0.1", fmt.Sprint("127.0.0.1:", answer[patient](t, p).Port))
		defer c.Close()
		answers(t, c)
		spare = answer[patient](t, p).Last
	}
	answers(t, sound)
}

// TestHandRefuses what cannot be done, in one line, and does nothing.
func TestHandRefuses(t *testing.T) {
	p, sound, _, fd := sickened(t)
	now := answer[patient](t, p)
	closed, pid := 999, p.Process.Pid
	for _, refusal := range []struct {
		hand hands.Hand
		code int
		says string
	}{
		{hands.Hand{Fix: "pray"}, exitUsage, `"pray" is none of the fixes close-fd, epoll-add, epoll-del, raise-nofile, shutdown-fd`},
		{hands.Hand{Fix: "epoll-del"}, exitUsage, "needs the number of a descriptor"},
		{hands.Hand{Fix: "close-fd", FD: &closed}, exitUsage, "descriptor 999 is not open"},
		{hands.Hand{Fix: "epoll-del", FD: &closed}, exitUsage, "descriptor 999 is not open"},
		{hands.Hand{Fix: "epoll-del", FD: new(int)}, exitUsage, "in none of its epoll sets"},
		{hands.Hand{Fix: "shutdown-fd", FD: new(int)}, exitUsage, "is no socket (its kind is pipe)"},
		{hands.Hand{Fix: "shutdown-fd", FD: &now.Listener}, exitUsage, "is a listener"},
		{hands.Hand{Fix: "close-fd", FD: &fd, Inode: 1}, exitUsage, "is another by now"},
		{hands.Hand{Fix: "raise-nofile"}, exitUsage, "needs the new soft limit"},
		{hands.Hand{Fix: "raise-nofile", NoFile: 1 << 40}, exitUsage, "above the hard limit"},
	} {
		_, err := layCommand(pid, refusal.hand).Output()
		if said := complaint(err); !strings.Contains(said, refusal.says) || strings.Count(said, "\n") != 1 || err.(*exec.ExitError).ExitCode() != refusal.code {
			t.Errorf("%+v: %v %q; expected %d and %q", refusal.hand, err, said, refusal.code, refusal.says)
		}
	}
	if os.Geteuid() == 0 {
		command := layCommand(pid, hands.Hand{Fix: "shutdown-fd", FD: &fd})
		command.Args = append([]string{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all"}, command.Args...)
		command.Path = must(exec.LookPath("setpriv"))
		if _, err := command.Output(); err.(*exec.ExitError).ExitCode() != exitUnsupported || !strings.Contains(complaint(err), "not permitted") {
			t.Errorf("as nobody: %v %q; expected %d", err, complaint(err), exitUnsupported)
		}
	}
	if !p.spins(t) {
		t.Error("a refused hand ended the spin")
	}
	answers(t, sound)
}

// TestHandsInNamespace finds the process by its number there.
func TestHandsInNamespace(t *testing.T) {
	inNamespace(t, "^Test(EpollDel|Shutdown|Close|RaiseNoFile)$")
}

// TestNoCall says that a process makes no call that could be replaced, and leaves it as it is.
func TestNoCall(t *testing.T) {
	p, line := start(t, exec.Command("setpriv", "--pdeathsig", "KILL", "sh", "-c", "echo; while :; do :; done"))
	t.Cleanup(func() { _ = p.Process.Kill() })
	must(line.ReadString('\n'))
	if _, err := layCommand(p.Process.Pid, hands.Hand{Fix: "close-fd", FD: new(int)}).Output(); err.(*exec.ExitError).ExitCode() != exitUnsupported || !strings.Contains(complaint(err), "it makes no system call") {
		t.Errorf("%v %q; expected %d", err, complaint(err), exitUnsupported)
	}
	if tracer := procfs.Tracer(p.Process.Pid); tracer != 0 {
		t.Errorf("still traced by %d", tracer)
	}
}
