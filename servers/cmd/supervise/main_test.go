package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var binary string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "supervise")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(folder, "supervise")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

func TestExitCodeIsThatOfTheLastToEnd(t *testing.T) {
	for _, row := range []struct {
		name string
		argv []string
		code int
	}{
		{"an end in order", []string{"true"}, 0},
		{"an exit code", []string{"sh", "-c", "exit 7"}, 7},
		{"a signal", []string{"sh", "-c", "kill -KILL $$"}, 128 + 9},
		{"a successor that outlives its parent", []string{"sh", "-c", "sh -c 'read line; exit 5' <&0 & exit 0"}, 5},
		{"a command that does not exist", []string{"/nonexistent"}, 127},
		{"no command", nil, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			command := exec.Command(binary, row.argv...)
			command.Stdin = strings.NewReader("line\n")
			command.Run()
			if code := command.ProcessState.ExitCode(); code != row.code {
				t.Errorf("exit code %d, want %d", code, row.code)
			}
		})
	}
}

// A successor is a child of nobody but the supervisor, and hears SIGTERM.
func TestSignalReachesASuccessor(t *testing.T) {
	command := exec.Command(binary, "sh", "-c", `sh -c 'trap "exit 9" TERM; echo $$; while :; do sleep 0.01; done' & exit 0`)
	pid := startAndReadPid(t, command)
	// It may have said its number before its parent has left; the signal is for who has become the supervisor's child.
	adopted := fmt.Sprintf(") S %d ", command.Process.Pid)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); strings.Contains(string(stat), adopted) {
			break
		}
		if time.Now().After(deadline) {
			command.Process.Kill()
			t.Fatalf("the supervisor has not adopted the successor %d", pid)
		}
	}
	unix.Kill(command.Process.Pid, unix.SIGTERM)
	command.Wait()
	if code := command.ProcessState.ExitCode(); code != 9 {
		t.Errorf("exit code %d, want the successor's own, 9", code)
	}
	if unix.Kill(pid, 0) != unix.ESRCH {
		t.Errorf("successor %d is still there", pid)
	}
}

func TestServerDiesWithTheSupervisor(t *testing.T) {
	command := exec.Command(binary, "sh", "-c", "echo $$; exec sleep 60")
	pid := startAndReadPid(t, command)
	command.Process.Kill()
	command.Wait()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat"); err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		if time.Now().After(deadline) {
			unix.Kill(pid, unix.SIGKILL)
			t.Fatalf("server %d lives on without its supervisor", pid)
		}
	}
}

func startAndReadPid(t *testing.T, command *exec.Cmd) int {
	t.Helper()
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
