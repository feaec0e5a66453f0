package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"
)

// kernelObjects lists the BPF links and programs that a process holds, from fdinfo.
func kernelObjects(pid int) (links, programs []int) {
	number := regexp.MustCompile(`(?m)^(link|prog)_id:\s*(\d+)`)
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fdinfo/*", pid))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		for _, match := range number.FindAllStringSubmatch(string(text), -1) {
			id := must(strconv.Atoi(match[2]))
			if match[1] == "link" {
				links = append(links, id)
			} else {
				programs = append(programs, id)
			}
		}
	}
	return links, programs
}

func exists(links, programs []int) (left []string) {
	for _, id := range links {
		if l, err := link.NewFromID(link.ID(id)); err == nil {
			l.Close()
			left = append(left, fmt.Sprintf("link %d", id))
		}
	}
	for _, id := range programs {
		if p, err := ebpf.NewProgramFromID(ebpf.ProgramID(id)); err == nil {
			p.Close()
			left = append(left, fmt.Sprintf("program %d", id))
		}
	}
	return left
}

// eventually polls a condition until it holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// TestNothingStaysAttached ends the probe in each way that it can end, the hardest first.
func TestNothingStaysAttached(t *testing.T) {
	for _, how := range []unix.Signal{unix.SIGKILL, unix.SIGTERM, unix.SIGINT} {
		t.Run(unix.SignalName(how), func(t *testing.T) {
			helper := startPeer(t, "calls")
			w := startWatch(t, pidFlag(helper), "--duty=1")
			links, programs := kernelObjects(w.Process.Pid)
			if len(links) == 0 || len(programs) == 0 {
				t.Fatalf("the probe holds %d links and %d programs, expected some", len(links), len(programs))
			}
			if err := w.Process.Signal(how); err != nil {
				t.Fatal(err)
			}
			err := w.Wait()
			if how != unix.SIGKILL && err != nil {
				t.Errorf("ended with %v, expected exit code 0", err)
			}
			var left []string
			eventually(t, "all links and programs gone", func() bool {
				left = exists(links, programs)
				return len(left) == 0
			})
		})
	}
}

// TestEndsWithInput is for callers who hold the probe by a pipe.
func TestEndsWithInput(t *testing.T) {
	helper := startPeer(t, "calls")
	command := exec.Command(binary, "watch", "--until-eof", "--no-bpf", pidFlag(helper))
	command.Stdin = strings.NewReader("")
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, output)
	}
}

// TestEndsWithProcess says so, and in one line.
func TestEndsWithProcess(t *testing.T) {
	for _, how := range []string{"--no-bpf=false", "--no-bpf"} {
		helper := startPeer(t, "calls")
		w := startWatch(t, pidFlag(helper), how)
		if err := helper.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for w.lines.Scan() {
		}
		_ = w.Wait()
		if code := w.ProcessState.ExitCode(); code != exitGone || strings.Count(w.stderr.String(), "\n") != 1 {
			t.Errorf("%s: exit code %d, %q; expected %d and one line", how, code, w.stderr, exitGone)
		}
	}
}

func TestBadInput(t *testing.T) {
	helper := startPeer(t, "calls")
	self := helper.Process.Pid
	zombie := exec.Command("/proc/self/exe")
	zombie.Args = []string{"true", "-test.run=^$"}
	zombie.Stdout, zombie.Stderr = nil, nil
	if err := zombie.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = zombie.Wait() }()
	eventually(t, "a zombie", func() bool {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", zombie.Process.Pid))
		return strings.Contains(string(text), ") Z ")
	})
	kernelThread := 0
	for pid := 2; pid < 100 && kernelThread == 0; pid++ {
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); err == nil && string(text) == "kthreadd\n" {
			kernelThread = pid
		}
	}
	for _, c := range []struct {
		arguments string
		code      int
		says      string
	}{
		{"", exitUsage, "one of"},
		{"see", exitUsage, `"see" is no verb`},
		{"watch", exitUsage, "--pid is missing"},
		{"watch --pid x", exitUsage, `"x" is not a process id`},
		{"watch --pid 0", exitUsage, `"0" is not a process id`},
		{fmt.Sprintf("watch --pid %d --duty 3", self), exitUsage, "one of auto, 1, 5"},
		{fmt.Sprintf("watch --pid %d --interval 1ms", self), exitUsage, "10ms to 10s"},
		{fmt.Sprintf("watch --pid %d more", self), exitUsage, `"more"`},
		{"watch --pid 4194304", exitGone, "no such process"},
		{fmt.Sprintf("watch --pid %d", zombie.Process.Pid), exitGone, "zombie"},
		{fmt.Sprintf("watch --pid %d", kernelThread), exitUnsupported, "kernel thread"},
	} {
		if strings.HasSuffix(c.arguments, "--pid 0") && c.code == exitUnsupported {
			unavailable(t, "no kernel thread is to be seen here")
		}
		command := exec.Command(binary, strings.Fields(c.arguments)...)
		var stdout, stderr strings.Builder
		command.Stdout, command.Stderr = &stdout, &stderr
		_ = command.Run()
		if code := command.ProcessState.ExitCode(); code != c.code || !strings.Contains(stderr.String(), c.says) || strings.Count(stderr.String(), "\n") != 1 || stdout.Len() > 0 {
			t.Errorf("probe %s: exit code %d, %q; expected %d and one line with %q", c.arguments, code, &stderr, c.code, c.says)
		}
	}
}
