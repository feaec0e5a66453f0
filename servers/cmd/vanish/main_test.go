package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// inSandbox tells the test binary that it runs in namespaces of its own, and what to do there.
const inSandbox = "VANISH_IN_SANDBOX"

func TestMain(m *testing.M) {
	switch os.Getenv(inSandbox) {
	case "":
		os.Exit(m.Run())
	case "vanish":
		main()
	case "prove":
		if err := prove(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func again(as string, args ...string) *exec.Cmd {
	command := exec.Command("/proc/self/exe", args...)
	command.Env = append(os.Environ(), inSandbox+"="+as)
	command.Stderr = os.Stderr
	return command
}

func TestAVanishedPeerSendsNothingMoreAndOthersGoOn(t *testing.T) {
	command := again("prove")
	// As an ordinary user would make it; root gets one that is no different.
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	var complaint strings.Builder
	command.Stderr = &complaint
	err := command.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
	case !errors.As(err, &exit):
		t.Skipf("no user and network namespaces here: %v", err)
	case strings.Contains(complaint.String(), "cannot speak to netfilter"), strings.Contains(complaint.String(), "cannot set a drop rule"):
		t.Skipf("no drop rules here: %s", complaint.String())
	default:
		t.Error(complaint.String())
	}
}

// prove runs in namespaces of its own.
func prove() error {
	if err := loopbackUp(); err != nil {
		return err
	}
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(server.Addr().String())
	helper := again("vanish", port)
	in, err := helper.StdinPipe()
	if err != nil {
		return err
	}
	out, err := helper.StdoutPipe()
	if err != nil {
		return err
	}
	if err := helper.Start(); err != nil {
		return err
	}
	gone, goneFar, err := pair(server, "127.1.0.9")
	if err != nil {
		return err
	}
	fmt.Fprintln(in, "127.1.0.9")
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "127.1.0.9\n" {
		helper.Wait()
		return fmt.Errorf("answered %q (%v)", line, err)
	}
	gone.(*net.TCPConn).SetLinger(0) // a RST, if it got through
	gone.Close()
	near, far, err := pair(server, "127.1.0.10")
	if err != nil {
		return fmt.Errorf("another address cannot connect: %w", err)
	}
	io.WriteString(near, "x")
	if b, err := read(far, time.Minute); string(b) != "x" {
		return fmt.Errorf("another address is not heard: %q, %v", b, err)
	}
	if b, err := read(goneFar, 200*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("the server heard of the peer that vanished: %q, %v", b, err)
	}
	in.Close()
	if err := helper.Wait(); err != nil {
		return err
	}
	if _, _, err := pair(server, "127.1.0.9"); err != nil {
		return fmt.Errorf("the rule outlived its maker: %w", err)
	}
	return nil
}

func read(c net.Conn, patience time.Duration) ([]byte, error) {
	b := make([]byte, 16)
	c.SetReadDeadline(time.Now().Add(patience))
	n, err := c.Read(b)
	return b[:n], err
}

// pair connects from that address.
func pair(server net.Listener, from string) (near, far net.Conn, err error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}
	if near, err = dialer.Dial("tcp", server.Addr().String()); err != nil {
		return nil, nil, err
	}
	far, err = server.Accept()
	return near, far, err
}

func loopbackUp() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, lo)
}

func TestTheMachinesOwnTrafficIsNeverTouched(t *testing.T) {
	if _, err := os.Stat(initNamespaceOnly); err != nil {
		t.Skip("this test runs in a network namespace that is not the machine's own")
	}
	if err := run([]string{"80"}, strings.NewReader("127.0.0.9\n"), io.Discard); err == nil || !strings.Contains(err.Error(), "machine's own network namespace") {
		t.Errorf("not refused: %v", err)
	}
}

func TestANetworkThatReachesOutIsRefused(t *testing.T) {
	lo := net.Interface{Name: "lo", Flags: net.FlagLoopback | net.FlagUp}
	if err := onlyLoopback([]net.Interface{lo, {Name: "tunl0"}}); err != nil {
		t.Error(err)
	}
	if err := onlyLoopback([]net.Interface{lo, {Name: "eth0", Flags: net.FlagUp}}); err == nil || !strings.Contains(err.Error(), "interface eth0 is up") {
		t.Errorf("not refused: %v", err)
	}
}

func TestOnlyLoopbackAddressesAndPortsAreTaken(t *testing.T) {
	for _, text := range []string{"10.0.0.1", "::1", "127.1", "localhost", ""} {
		if _, err := loopback(text); err == nil {
			t.Errorf("%q is taken for a loopback address", text)
		}
	}
	for _, args := range [][]string{{}, {"0"}, {"65536"}, {"http"}, {"80", "81"}} {
		if _, err := portOf(args); err == nil {
			t.Errorf("%q is taken for a port", args)
		}
	}
}
