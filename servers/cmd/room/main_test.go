package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var binary string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "room")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(folder, "room")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// room is one at work.
type room struct {
	t       *testing.T
	orders  io.WriteCloser
	reports *json.Decoder
	command *exec.Cmd
}

func open(t *testing.T) room {
	command := exec.Command(binary)
	command.Stderr = os.Stderr
	orders, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	reports, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		orders.Close()
		command.Wait()
	})
	return room{t, orders, json.NewDecoder(bufio.NewReader(reports)), command}
}

func (r room) order(o order) {
	r.t.Helper()
	if err := json.NewEncoder(r.orders).Encode(o); err != nil {
		r.t.Fatal(err)
	}
}

// ended gathers what is reported until a program has ended.
func (r room) ended(id int) (out, complaint string, code int) {
	r.t.Helper()
	for {
		var one report
		if err := r.reports.Decode(&one); err != nil {
			r.t.Fatal(err)
		}
		if one.ID != id {
			continue
		}
		out += string(one.Out)
		complaint += string(one.Err)
		if one.Code != nil {
			return out, complaint, *one.Code
		}
	}
}

func TestAProgramIsHeardToItsEnd(t *testing.T) {
	for _, row := range []struct {
		name           string
		argv           []string
		out, complaint string
		code           int
	}{
		{"both streams and a code", []string{"sh", "-c", "echo a; echo b >&2; exit 7"}, "a\n", "b\n", 7},
		{"input and its end", []string{"cat"}, "line\n", "", 0},
		{"its environment", []string{"sh", "-c", "echo $PLACE"}, "here\n", "", 0},
		{"a signal of its own", []string{"sh", "-c", "kill -KILL $$"}, "", "", 128 + 9},
		{"a program that does not exist", []string{"/nonexistent"}, "", "fork/exec /nonexistent: no such file or directory\n", 127},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := open(t)
			r.order(order{ID: 1, Argv: row.argv, Env: map[string]string{"PLACE": "here"}})
			r.order(order{ID: 1, Input: []byte("line\n")})
			r.order(order{ID: 1, EOF: true})
			out, complaint, code := r.ended(1)
			if out != row.out || complaint != row.complaint || code != row.code {
				t.Errorf("%q, %q, %d", out, complaint, code)
			}
		})
	}
}

func TestOneThatDoesNotReadHoldsUpNoOther(t *testing.T) {
	r := open(t)
	r.order(order{ID: 1, Argv: []string{"sleep", "60"}})
	for range 50 {
		r.order(order{ID: 1, Input: make([]byte, 64*1024)})
	}
	r.order(order{ID: 2, Argv: []string{"echo", "served"}})
	if out, _, _ := r.ended(2); out != "served\n" {
		t.Errorf("%q", out)
	}
	r.order(order{ID: 1, Signal: int(unix.SIGTERM)})
	if _, _, code := r.ended(1); code != 128+15 {
		t.Errorf("exit code %d", code)
	}
}

// ends waits until a process is gone, or only its status is left.
func ends(t *testing.T, pid string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if state, err := os.ReadFile("/proc/" + pid + "/stat"); err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %s lives on without its room", pid)
		}
	}
}

func TestProgramsEndWithTheRoom(t *testing.T) {
	for name, end := range map[string]func(room){
		"when the orders end": func(r room) { r.orders.Close() },
		"when it is killed":   func(r room) { r.command.Process.Kill() },
		"at an order that is nonsense": func(r room) {
			r.command.Stderr = nil
			io.WriteString(r.orders, "nonsense\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t)
			r.order(order{ID: 1, Argv: []string{"sh", "-c", `trap "" TERM INT; echo $$; while :; do sleep 1; done`}})
			var first report
			if err := r.reports.Decode(&first); err != nil {
				t.Fatal(err)
			}
			end(r)
			ends(t, strings.TrimSpace(string(first.Out)))
		})
	}
}

func TestDialJoinsAUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		question, _ := io.ReadAll(connection)
		connection.Write(append(question, " answered"...))
		connection.Close()
	}()
	command := exec.Command(binary, "dial", path)
	command.Stdin = strings.NewReader("question")
	if out, err := command.Output(); string(out) != "question answered" {
		t.Errorf("%q %v", out, err)
	}
	if out, err := exec.Command(binary, "dial", path+"x").CombinedOutput(); err == nil || !strings.Contains(string(out), "no such file") {
		t.Errorf("%q %v", out, err)
	}
}
