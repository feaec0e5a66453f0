package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spinlab/probe/internal/handshakes"
)

// clients of a TLS server, each with an address of its own and one way to fail.
var clients = []struct {
	source string
	count  uint64
	says   []byte // instead of a ClientHello
	error  string // empty for success
}{
	{"127.0.0.2", 37, []byte("\x16\x03\x01\x00\x05\x01\x00\x00\x01\xff"), "local error: decode_error"},
	{"127.0.0.3", 21, []byte("GET / HTTP/1.0\r\n\r\n"), "first record does not look like a TLS handshake"},
	{"127.0.0.4", 14, []byte{}, "EOF"},
	{"127.0.0.5", 9, nil, ""},
	{"127.0.0.6", 11, noSharedVersion, "tls: client offered only unsupported versions: []"},
	{"::1", 8, []byte{}, "EOF"},
}

// noSharedVersion is a ClientHello that offers SSL 3.0 alone.
var noSharedVersion = append(append([]byte("\x16\x03\x00\x00\x31\x01\x00\x00\x2d\x03\x00"), make([]byte, 32)...), "\x00\x00\x04\x00\x2f\x00\x35\x01\x00\x00\x00"...)

func dial(t *testing.T, source, address string) net.Conn {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}}
	connection, err := dialer.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if err := connection.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return connection
}

// handshake waits until the server has closed the connection: only then is its handshake over.
func handshake(t *testing.T, source, address string, says []byte) {
	t.Helper()
	connection := dial(t, source, address)
	defer connection.Close()
	if says == nil {
		client := tls.Client(connection, &tls.Config{InsecureSkipVerify: true})
		_, _ = io.Copy(io.Discard, client)
		return
	}
	if _, err := connection.Write(says); err != nil {
		t.Fatal(err)
	}
	if len(says) == 0 {
		_ = connection.(*net.TCPConn).CloseWrite()
	}
	_, _ = io.Copy(io.Discard, connection)
}

// TestHandshakes counts a known number of failures from known addresses.
func TestHandshakes(t *testing.T) {
	for name, flags := range map[string][]string{
		"plain":        nil,
		"stripped":     {"-ldflags=-s -w"},
		"pie stripped": {"-buildmode=pie", "-ldflags=-s -w"},
	} {
		for _, mode := range handshakes.Modes {
			t.Run(name+" by "+mode, func(t *testing.T) { countHandshakes(t, flags, mode) })
		}
	}
}

// TestHandshakesInNamespace finds the process by its number there.
func TestHandshakesInNamespace(t *testing.T) {
	inNamespace(t, "^TestHandshakes$/^plain")
}

func countHandshakes(t *testing.T, flags []string, mode string) {
	program := filepath.Join(t.TempDir(), "server")
	build := exec.Command("go", append(append([]string{"build", "-o", program}, flags...), "./testdata/server")...)
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	server, line := start(t, exec.Command(program))
	text, err := line.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	addresses := strings.Fields(text)

	watch, lines := start(t, exec.Command(binary, "tls", "--until-eof", "--interval=50ms", "--mode="+mode, fmt.Sprint("--pid=", server.Process.Pid)))
	report := readReport(t, watch, lines)
	want := map[handshakes.Failures]bool{}
	total := uint64(0)
	for _, c := range clients {
		address := addresses[0]
		if strings.Contains(c.source, ":") {
			address = addresses[1]
		}
		for range c.count {
			handshake(t, c.source, address, c.says)
		}
		total += c.count
		if c.error != "" {
			want[handshakes.Failures{Source: c.source, Error: c.error, Count: c.count}] = true
		}
	}
	for deadline := time.Now().Add(patience); report.Handshakes < total; report = readReport(t, watch, lines) {
		if time.Now().After(deadline) {
			t.Fatalf("counted %d of %d handshakes in %v: %+v", report.Handshakes, total, patience, report)
		}
	}
	for _, f := range report.Failures {
		if !want[f] {
			t.Errorf("counted %+v, which was not done", f)
		}
		delete(want, f)
	}
	for f := range want {
		t.Errorf("not counted: %+v", f)
	}
	if report.Handshakes != total || report.Unknown != 0 || report.Lost != 0 {
		t.Errorf("%d handshakes, %d from unknown addresses, %d lost; expected %d, 0, 0", report.Handshakes, report.Unknown, report.Lost, total)
	}
	if report.Mode != mode {
		t.Errorf("the mode is said to be %q, expected %q", report.Mode, mode)
	}
}

// start runs a command that ends with its standard input.
func start(t *testing.T, command *exec.Cmd) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = &strings.Builder{}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = command.Wait()
	})
	return command, bufio.NewReader(out)
}

func readReport(t *testing.T, watch *exec.Cmd, lines *bufio.Reader) (report handshakes.Report) {
	t.Helper()
	line, err := lines.ReadBytes('\n')
	if err != nil {
		_ = watch.Wait()
		said := watch.Stderr.(*strings.Builder).String()
		if strings.Contains(said, "not permitted") {
			unavailable(t, "uprobes are not permitted here")
		}
		t.Fatalf("the probe ended: %s", said)
	}
	if err := json.Unmarshal(line, &report); err != nil {
		t.Fatal(err)
	}
	return report
}

// TestHandshakesOfOthers refuses what has none.
func TestHandshakesOfOthers(t *testing.T) {
	sleep, _ := start(t, exec.Command("cat"))
	command := exec.Command(binary, "tls", fmt.Sprint("--pid=", sleep.Process.Pid))
	output, _ := command.CombinedOutput()
	if code := command.ProcessState.ExitCode(); code != exitUnsupported || !strings.Contains(string(output), "not a Go program") || strings.Count(string(output), "\n") != 1 {
		t.Errorf("exit code %d, %q; expected %d and one line", code, output, exitUnsupported)
	}
}
