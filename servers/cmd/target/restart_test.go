package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// client makes requests over one connection, until the server announces its end; a request is never tried again.
type client struct {
	address string
	net.Conn
	answers *bufio.Reader
}

func (c *client) request() error {
	if c.Conn == nil {
		conn, err := net.Dial("tcp", c.address)
		if err != nil {
			return err
		}
		c.Conn, c.answers = conn, bufio.NewReader(conn)
	}
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: lab.test\r\n\r\n"); err != nil {
		return err
	}
	answer, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", answer.Status)
	}
	if answer.Close {
		c.leave()
	}
	return nil
}

func (c *client) leave() {
	if c.Conn != nil {
		c.Conn.Close()
		c.Conn = nil
	}
}

// succeeds waits until a process has ended and another answers, which it returns, to be killed with the test.
func (p process) succeeds(t *testing.T, old int) (pid int) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		pid := p.ask(t, "GET", "/state").PID
		if running(pid) && pid != old && !running(old) {
			return pid
		}
		if time.Now().After(end) {
			t.Fatalf("process %d is still there, or nobody after it: %d answers", old, pid)
		}
	}
}

// running tells it of a process that nobody may have waited for yet.
func running(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(status), ") Z ")
}

func endWithTest(t *testing.T, pid int) {
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
}

func TestGracefulRestartsLoseNoRequest(t *testing.T) {
	p := startFault(t, "deadline-listener", nil)
	var requests, lost atomic.Uint64
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for _, kept := range []bool{true, true, true, false, false, false} {
		clients.Go(func() {
			c := client{address: p.Listen}
			defer c.leave()
			for {
				select {
				case <-stop:
					return
				default:
				}
				requests.Add(1)
				if err := c.request(); err != nil {
					lost.Add(1)
					t.Errorf("a request of a client was lost, connection kept: %v: %v", kept, err)
					return
				}
				if !kept {
					c.leave()
				}
			}
		})
	}
	pid := p.PID
	const rounds, between = 4, 500
	for i := 0; i < rounds; i++ {
		for served := requests.Load(); requests.Load() < served+between && lost.Load() == 0; time.Sleep(time.Millisecond) {
		}
		verb := []string{"/fix/", "/revert/"}[i%2]
		p.ask(t, "POST", verb+"graceful-restart")
		p.admin.CloseIdleConnections() // the successor answers whoever connects again
		next := p.ask(t, "GET", "/state")
		endWithTest(t, next.PID)
		if next.PID == pid {
			t.Fatalf("%s returns before the successor answers", verb)
		}
		if applied := next.Fixes[1].Applied; applied != (i%2 == 0) {
			t.Errorf("after %s the fix is applied: %v", verb, applied)
		}
		pid = p.succeeds(t, pid)
	}
	close(stop)
	clients.Wait()
	t.Logf("%d requests over %d restarts, %d lost", requests.Load(), rounds, lost.Load())
}

func TestAConnectionThatRestsIsServedByTheOldProcessOnceMore(t *testing.T) {
	p := startFault(t, "deadline-listener", nil)
	c := client{address: p.Listen}
	if err := c.request(); err != nil {
		t.Fatal(err)
	}
	silent, err := net.Dial("tcp", p.Listen)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for p.ask(t, "GET", "/state").Gauges["silent"] != 1 {
	}
	p.Process.Signal(syscall.SIGUSR2)
	next := p.PID
	for next == p.PID {
		p.admin.CloseIdleConnections()
		next = p.ask(t, "GET", "/state").PID
	}
	endWithTest(t, next)
	// http.Server.Shutdown would have closed both. Until the old process hears that its successor serves, it announces nothing.
	for c.Conn != nil {
		if err := c.request(); err != nil {
			t.Fatalf("a kept connection: %v", err)
		}
	}
	if err := (&client{address: p.Listen, Conn: silent, answers: bufio.NewReader(silent)}).request(); err != nil {
		t.Errorf("a connection that had said nothing before: %v", err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("the old process ended with %v", err)
	}
	if err := c.request(); err != nil {
		t.Errorf("the successor: %v", err)
	}
}

func TestTheOldProcessDoesNotWaitForEver(t *testing.T) {
	p := startFault(t, "deadline-listener", nil, "--set", "leave-within=200ms", "--set", "patience=50ms")
	c := client{address: p.Listen}
	if err := c.request(); err != nil {
		t.Fatal(err)
	}
	endWithTest(t, func() int {
		p.ask(t, "POST", "/fix/graceful-restart")
		p.admin.CloseIdleConnections()
		return p.ask(t, "GET", "/state").PID
	}())
	if err := p.Wait(); err != nil {
		t.Errorf("the old process ended with %v", err)
	}
}

func TestWithoutASuccessorTheOldProcessServesOn(t *testing.T) {
	p := startFault(t, "deadline-listener", nil)
	folder := filepath.Dir(p.Control)
	if err := os.Chmod(folder, 0o755); err != nil { // which a new process does not accept
		t.Fatal(err)
	}
	answer, err := p.admin.Post("http://target/fix/graceful-restart", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if words, _ := io.ReadAll(answer.Body); answer.StatusCode != 500 || !strings.Contains(string(words), "ended before it served: exit status 1") {
		t.Errorf("%s: %s", answer.Status, words)
	}
	if state := p.ask(t, "GET", "/state"); state.PID != p.PID || state.Fixes[1].Applied {
		t.Errorf("%+v", state)
	}
	for i := 0; i < 10; i++ {
		c := client{address: p.Listen}
		if err := c.request(); err != nil {
			t.Error(err)
		}
		c.leave()
	}
}
