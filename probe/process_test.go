package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"spinlab/probe/internal/window"
)

// patience is how long a condition may take on a busy machine before a test gives up on it.
const patience = 2 * time.Minute

// peer is a helper process: this test binary again, in another role. It says one line when it is ready, does its work
// for each line that it is told, answers with one line, and ends with its standard input.
type peer struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

var roles = map[string]func(){}

func startPeer(t *testing.T, role string) *peer {
	t.Helper()
	command := exec.Command("/proc/self/exe")
	// One processor and no collections: the runtime's own system calls stay few. No signals that interrupt others.
	command.Env = append(os.Environ(), "PROBE_TEST_ROLE="+role, "GOGC=off", "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1")
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p := &peer{command, in, bufio.NewReader(out)}
	t.Cleanup(func() {
		in.Close()
		_ = command.Wait()
	})
	p.hear(t)
	return p
}

func (p *peer) hear(t *testing.T) string {
	t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatalf("the helper said nothing: %v", err)
	}
	return strings.TrimSpace(line)
}

// work lets the helper do its work once and returns its answer.
func (p *peer) work(t *testing.T) string {
	t.Helper()
	fmt.Fprintln(p.in, "go")
	return p.hear(t)
}

// answer lets the helper do its work once and reads what it says in JSON.
func answer[T any](t *testing.T, p *peer) (said T) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.work(t)), &said); err != nil {
		t.Fatal(err)
	}
	return said
}

// serve is the other side of peer: work is done once for each line of standard input.
func serve(work func() string) {
	fmt.Println("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(work())
	}
}

// watched is a running `probe watch`.
type watched struct {
	*exec.Cmd
	in      io.Writer
	lines   *bufio.Scanner
	windows []window.Window
	stderr  *strings.Builder
}

// startWatch starts the probe and waits for its first window.
func startWatch(t *testing.T, arguments ...string) *watched {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	command := exec.CommandContext(ctx, binary, append([]string{"watch", "--until-eof"}, arguments...)...)
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{Cmd: command, in: in, lines: bufio.NewScanner(out), stderr: &strings.Builder{}}
	w.lines.Buffer(nil, 16<<20)
	command.Stderr = w.stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = command.Wait()
		cancel()
	})
	w.next(t)
	return w
}

func pidFlag(peers ...*peer) string {
	pids := make([]string, 0, len(peers))
	for _, p := range peers {
		pids = append(pids, strconv.Itoa(p.Process.Pid))
	}
	return "--pid=" + strings.Join(pids, ",")
}

func (w *watched) next(t *testing.T) window.Window {
	t.Helper()
	if !w.lines.Scan() {
		_ = w.Wait()
		if strings.Contains(w.stderr.String(), "not permitted") {
			unavailable(t, "BPF is not permitted here")
		}
		t.Fatalf("the probe ended: %s", w.stderr)
	}
	var one window.Window
	if err := json.Unmarshal(w.lines.Bytes(), &one); err != nil {
		t.Fatalf("%v in %s", err, w.lines.Text())
	}
	w.windows = append(w.windows, one)
	return one
}

// after reads on until a window that began after now has ended, so that everything done before is in.
func (w *watched) after(t *testing.T) {
	t.Helper()
	now := float64(time.Now().UnixMilli())
	for w.next(t).Start <= now {
	}
}

// whole does the same, and fails where an event was lost in any window.
func (w *watched) whole(t *testing.T) {
	t.Helper()
	w.after(t)
	var lost uint64
	for _, one := range w.windows {
		lost += one.Lost
	}
	if lost != 0 {
		t.Fatalf("%d events were lost", lost)
	}
}

// call sums what all windows say of one system call.
func (w *watched) call(name string) window.Call {
	sum := window.Call{Call: name, Errors: map[string]uint64{}}
	for _, one := range w.windows {
		for _, c := range one.Calls {
			if c.Call != name {
				continue
			}
			sum.Calls += c.Calls
			sum.Zero += c.Zero
			sum.Positive += c.Positive
			for errno, n := range c.Errors {
				sum.Errors[errno] += n
			}
		}
	}
	return sum
}

// wait sums the ends of the waits of one system call with one class of timeout.
func (w *watched) wait(name, timeout string) window.Wait {
	sum := window.Wait{Call: name, Timeout: timeout}
	for _, one := range w.windows {
		for _, c := range one.Waits {
			if c.Call == name && c.Timeout == timeout {
				sum.Ready += c.Ready
				sum.Empty += c.Empty
				sum.Failed += c.Failed
			}
		}
	}
	return sum
}

// descriptor sums the rows of one descriptor.
func (w *watched) descriptor(pid, fd int) window.Descriptor {
	return w.sum(func(d window.Descriptor) bool { return d.Pid == pid && d.FD == fd && !d.Orphan })
}

// sum of the rows that are wanted; everything but the counts is that of the last.
func (w *watched) sum(wanted func(window.Descriptor) bool) (sum window.Descriptor) {
	for _, one := range w.windows {
		for _, d := range one.Descriptors {
			if wanted(d) {
				achieved := sum.Achieved
				achieved.Add(d.Achieved)
				sum = d
				sum.Achieved = achieved
			}
		}
	}
	return sum
}

// everything sums all descriptors, listed or not.
func (w *watched) everything() (sum window.Achieved) {
	for _, one := range w.windows {
		for _, d := range one.Descriptors {
			sum.Add(d.Achieved)
		}
		if one.Others != nil {
			sum.Add(one.Others.Achieved)
		}
	}
	return sum
}
