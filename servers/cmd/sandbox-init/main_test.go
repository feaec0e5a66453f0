package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var binary string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "sandbox-init")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(folder, "sandbox-init")
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	if err != nil {
		panic(string(out))
	}
	// An ordinary user must be able to run it.
	os.Chmod(folder, 0o755)
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// sandbox is a running unshare with sandbox-init as pid 1 under it.
type sandbox struct {
	*exec.Cmd
	stdin io.Closer
	init  string // its pid, as seen from here
}

// asRoot and asOrdinary are how the lab makes a sandbox; by root, an ordinary user is played by uid 65534.
var (
	asRoot     = []string{"setpriv", "--pdeathsig", "KILL", "unshare"}
	asOrdinary = []string{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--pdeathsig", "KILL", "unshare", "--user", "--map-root-user"}
	separate   = []string{"--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--"}
)

func open(t *testing.T, unshare []string) sandbox {
	t.Helper()
	args := append(append(append([]string{}, unshare...), separate...), binary)
	s := sandbox{Cmd: exec.Command(args[0], args[1:]...)}
	var complaint bytes.Buffer
	s.Stderr = &complaint
	stdin, err := s.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.stdin = stdin
	stdout, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Process.Kill() })
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		s.Wait()
		if strings.HasPrefix(complaint.String(), "unshare: ") {
			t.Skipf("no namespaces here: %s", complaint.String())
		}
		t.Fatalf("said %q; %s", line, complaint.String())
	}
	pid := s.Process.Pid
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Fatal(err)
	}
	s.init = strings.TrimSpace(string(children))
	return s
}

// run runs a shell command in the sandbox.
func (s sandbox) run(t *testing.T, script string) string {
	t.Helper()
	out, err := exec.Command("nsenter", "--target", s.init, "--net", "--pid", "--mount", "--", "sh", "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

func needsRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root to enter the sandbox and to play other users")
	}
}

func alive(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never came: %s", what)
		}
	}
}

func TestLoopbackIsUpAndScratchIsPrivate(t *testing.T) {
	needsRoot(t)
	for name, unshare := range map[string][]string{"root": asRoot, "ordinary user": asOrdinary} {
		t.Run(name, func(t *testing.T) {
			s := open(t, unshare)
			// Routes to an address exist while its interface is up.
			if addresses := s.run(t, "cat /proc/net/fib_trie"); !strings.Contains(addresses, "127.0.0.1") {
				t.Errorf("lo has no address:\n%s", addresses)
			}
			mounts := s.run(t, "tail -n 1 /proc/mounts")
			if !strings.HasPrefix(mounts, "tmpfs /dev/shm tmpfs rw,nosuid,nodev") || !strings.Contains(mounts, "mode=700") {
				t.Errorf("the last mount is %s", mounts)
			}
			if shared := s.run(t, "grep -c shared: /proc/self/mountinfo || true"); shared != "0\n" {
				t.Errorf("%s mounts are shared with the outside", shared)
			}
		})
	}
}

func TestScratchIsNotSeenOutside(t *testing.T) {
	needsRoot(t)
	s := open(t, asRoot)
	name := fmt.Sprintf("sandbox-init-test-%d", os.Getpid())
	s.run(t, "echo secret > /dev/shm/"+name)
	if _, err := os.Stat("/dev/shm/" + name); err == nil {
		t.Errorf("/dev/shm/%s is seen outside", name)
	}
}

func TestOrphansAreReaped(t *testing.T) {
	needsRoot(t)
	s := open(t, asRoot)
	s.run(t, "for i in 1 2 3; do (sleep 0.01 &) ; done")
	eventually(t, "a sandbox without orphans", func() bool {
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%s/task/%s/children", s.init, s.init))
		return len(children) == 0
	})
}

func TestEverythingEndsWithStdin(t *testing.T) {
	needsRoot(t)
	ends := map[string]func(sandbox){
		"end of file":             func(s sandbox) { s.stdin.Close() },
		"death of unshare":        func(s sandbox) { s.Process.Kill() },
		"death of pid 1 by force": func(s sandbox) { exec.Command("kill", "-9", s.init).Run() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			s := open(t, asRoot)
			lingering := exec.Command("nsenter", "--target", s.init, "--net", "--pid", "--mount", "--", "setsid", "--wait", "sleep", "600")
			if err := lingering.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() { lingering.Wait(); close(ended) }()
			eventually(t, "a process in the sandbox", func() bool { return s.run(t, "pgrep -x sleep || true") != "" })
			end(s)
			eventually(t, "the death of pid 1", func() bool { return !alive(s.init) })
			select {
			case <-ended:
			case <-time.After(patience):
				t.Error("what was in the sandbox lives on")
			}
		})
	}
}

func TestSIGINTIsLeftToTheLab(t *testing.T) {
	needsRoot(t)
	s := open(t, asRoot)
	exec.Command("kill", "-INT", s.init).Run()
	s.run(t, "true")
	s.stdin.Close()
	eventually(t, "the end", func() bool { return !alive(s.init) })
	s.Wait()
	if code := s.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit %d", code)
	}
}

func TestItTouchesNothingOutsideNamespaces(t *testing.T) {
	out, err := exec.Command(binary).CombinedOutput()
	if err == nil || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), "must be process 1 of namespaces of its own") {
		t.Errorf("%v %s", err, out)
	}
}

func TestAStepThatIsNotPermittedIsOneLine(t *testing.T) {
	needsRoot(t)
	cases := map[string][]string{
		"cannot mount a tmpfs on /nowhere: no such file or directory": append(append([]string{}, append(asRoot, separate...)...), binary, "/nowhere"),
		"cannot bring interface lo up: operation not permitted":       append(append([]string{}, asOrdinary...), "--pid", "--fork", "--mount-proc", "--", binary),
	}
	for says, args := range cases {
		command := exec.Command(args[0], args[1:]...)
		command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		out, err := command.CombinedOutput()
		if err == nil || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), says) {
			t.Errorf("%v %s, not %q", err, out, says)
		}
	}
}
