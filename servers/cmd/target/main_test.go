package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"spinlab/servers/control"
	"spinlab/servers/internal/authority"
)

var target string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "target")
	if err != nil {
		panic(err)
	}
	target = filepath.Join(folder, "target")
	out, err := exec.Command("go", "build", "-o", target, ".").CombinedOutput()
	if err != nil {
		panic(string(out))
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// once runs the target to its end.
func once(args ...string) (code int, stdout, stderr string) {
	command := exec.Command(target, args...)
	var out, complaint bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaint
	command.Run()
	return command.ProcessState.ExitCode(), out.String(), complaint.String()
}

// process is a target that serves.
type process struct {
	*exec.Cmd
	ready
	authority.Authority
	admin *http.Client
}

// start runs tls-storm behind a command, if one is given, that becomes it by exec.
func start(t *testing.T, behind ...string) process { return startFault(t, "tls-storm", behind) }

func startFault(t *testing.T, fault string, behind []string, more ...string) process {
	t.Helper()
	p := process{Authority: authority.New(t)}
	args := append(behind, target, "--fault", fault, "--listen", "127.0.0.1:0",
		"--control", filepath.Join(t.TempDir(), "control"), "--certificates", p.Folder)
	args = append(args, more...)
	p.Cmd = exec.Command(args[0], args[1:]...)
	p.Stderr = os.Stderr
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(line, &p.ready); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	p.admin = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", p.Control)
	}}}
	return p
}

// ask makes a request to the admin socket and returns the state that it answers.
func (p process) ask(t *testing.T, method, path string) (state control.State) {
	t.Helper()
	request, err := http.NewRequest(method, "http://target"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := p.admin.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil {
		t.Fatalf("%s %s: %s %v", method, path, answer.Status, err)
	}
	return state
}

func (p process) handshake() error {
	c, err := tls.DialWithDialer(&net.Dialer{Timeout: 20 * time.Second}, "tcp", p.Listen, p.Client())
	if err == nil {
		c.Close()
	}
	return err
}

func TestWhatNoFlagSaysComesFromTheEnvironment(t *testing.T) {
	for name, value := range map[string]string{"FAULT": "no-such", "VARIANT": "netpoller", "LISTEN": "nowhere"} {
		t.Setenv("SPINLAB_"+name, value)
	}
	for _, row := range []struct {
		args      []string
		complaint string
	}{
		{nil, `no fault "no-such"`},
		{[]string{"--fault", "tls-storm"}, `--listen is "nowhere"`},
		{[]string{"--fault", "tls-storm", "--listen", "127.0.0.1:0"}, "--control is missing"},
	} {
		if _, err := parse(row.args); err == nil || !strings.Contains(err.Error(), row.complaint) {
			t.Errorf("%v: %v", row.args, err)
		}
	}
	t.Setenv("SPINLAB_CONTROL", "control")
	t.Setenv("SPINLAB_SET", "no-such=1")
	if _, err := parse([]string{"--fault", "tls-storm", "--listen", "127.0.0.1:0"}); err == nil || !strings.Contains(err.Error(), "no-such") {
		t.Errorf("a parameter: %v", err)
	}
}

func TestAFixMayBeOnFromTheStart(t *testing.T) {
	p := startFault(t, "tls-storm", nil, "--fix", "consume", "--fix", "leak-patch")
	for _, fix := range p.ask(t, "GET", "/state").Fixes {
		if wanted := fix.Name == "consume" || fix.Name == "leak-patch"; fix.Applied != wanted {
			t.Errorf("%s is applied: %v", fix.Name, fix.Applied)
		}
	}
	code, stdout, stderr := once("--fault", "half-close", "--listen", "127.0.0.1:0", "--control", filepath.Join(t.TempDir(), "c"), "--fix", "consume")
	if code != 2 || stdout != "" || !strings.Contains(stderr, `no fix "consume"; it has read-eof`) {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
}

func TestItServesUntilSIGTERM(t *testing.T) {
	p := start(t)
	if p.PID != p.Process.Pid {
		t.Errorf("says pid %d, is %d", p.PID, p.Process.Pid)
	}
	if err := p.handshake(); err != nil {
		t.Error(err)
	}
	state := p.ask(t, "GET", "/state")
	if state.PID != p.PID || state.Listen != p.Listen || state.Variant != "reactor" || state.Counters["accepted"] != 1 {
		t.Errorf("%+v", state)
	}
	if state = p.ask(t, "POST", "/fix/consume"); !state.Fixes[0].Applied {
		t.Errorf("fix consume is not applied: %+v", state.Fixes)
	}
	p.Process.Signal(syscall.SIGTERM)
	if err := p.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	if _, err := os.Stat(p.Control); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the admin socket is still there: %v", err)
	}
}

func TestAPortThatIsTakenEndsItWithOneLine(t *testing.T) {
	p := start(t)
	code, stdout, stderr := once("--fault", "tls-storm", "--listen", p.Listen,
		"--control", filepath.Join(t.TempDir(), "control"), "--certificates", p.Folder)
	if code != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, p.Listen) || !strings.Contains(stderr, "address already in use") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

func TestMistakesOnTheCommandLineAreOneLineWithTheAlternatives(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "control")
	complete := []string{"--fault", "tls-storm", "--listen", "127.0.0.1:0", "--control", folder}
	for _, row := range []struct {
		args []string
		says string
	}{
		{nil, `no fault ""; --fault takes one of `},
		{[]string{"--fault", "tls-strom"}, `no fault "tls-strom"; --fault takes one of `},
		{[]string{"--fault", "tls-storm", "--variant", "x"}, `no variant "x"; --variant takes one of reactor, netpoller, netpoller-leak`},
		{[]string{"--fault", "tls-storm", "--listen", "8443"}, `--listen is "8443", takes an address like 127.0.0.1:8443`},
		{complete[:4], "--control is missing"},
		{append(complete, "--set", "hello-deadline=soon"), `hello-deadline is "soon", takes a duration from 10ms to 1h0m0s`},
		{append(complete, "--set", "deadline=1s"), "it has hello-deadline, "},
		{append(complete, "--bogus"), "-bogus; see target --help"},
		{append(complete, "more"), `"more"; see target --help`},
	} {
		code, stdout, stderr := once(row.args...)
		if code != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, row.says) {
			t.Errorf("%v: exit %d, stdout %q, stderr %q, not exit 2 with %q", row.args, code, stdout, stderr, row.says)
		}
	}
}

func TestListAndHelp(t *testing.T) {
	code, stdout, stderr := once("--list")
	var all []struct {
		Name, Title string
		Variants    []string
		Fixes       []struct {
			Name, Scope string
			Cures       []string
		}
	}
	if err := json.Unmarshal([]byte(stdout), &all); err != nil || code != 0 || stderr != "" {
		t.Fatalf("exit %d, %v, stderr %q", code, err, stderr)
	}
	if len(all) == 0 || all[0].Name == "" || all[0].Title == "" || len(all[0].Variants) == 0 || len(all[0].Fixes) == 0 || all[0].Fixes[0].Scope == "" || len(all[0].Fixes[0].Cures) == 0 {
		t.Errorf("%+v", all)
	}
	if code, stdout, stderr := once("--help"); code != 0 || stderr != "" || !strings.Contains(stdout, "--set hello-deadline=300ms") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// TestAFullDescriptorTableIsNoOtherSpin lets the leak fill the table, and then be patched.
func TestAFullDescriptorTableIsNoOtherSpin(t *testing.T) {
	p := start(t, "prlimit", "--nofile=40:40")
	p.ask(t, "GET", "/state") // its connection must exist before there are no more descriptors
	for i := 0; i < 60; i++ {
		c, err := net.Dial("tcp", p.Listen)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
	}
	// A full table shows by the descriptors that can no longer be counted.
	full := p.ask(t, "GET", "/state")
	for end := time.Now().Add(20 * time.Second); full.Gauges["fds"] > 0; full = p.ask(t, "GET", "/state") {
		if time.Now().After(end) {
			t.Fatalf("the table does not fill: %+v", full)
		}
	}
	const pauses = 3
	time.Sleep(pauses * 100 * time.Millisecond)
	// The listener is asked again after each pause; a spin would turn some hundred thousand times a second.
	if turns := p.ask(t, "GET", "/state").Counters["turns"] - full.Counters["turns"]; turns > 100*pauses {
		t.Errorf("%d turns in %d pauses", turns, pauses)
	}
	p.ask(t, "POST", "/fix/leak-patch")
	if err := p.handshake(); err != nil {
		t.Errorf("after the patch: %v", err)
	}
}
