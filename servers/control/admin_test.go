package control

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"spinlab/servers/faults"
)

// lamp is the smallest server with fixes: two that turn a counter's pace, one for ever, and one that fails.
type lamp struct{ turned uint64 }

func (l *lamp) Address() string             { return "127.0.0.1:1" }
func (l *lamp) Counters() map[string]uint64 { return map[string]uint64{"turned": l.turned} }
func (l *lamp) Gauges() map[string]int      { return map[string]int{} }
func (l *lamp) Close()                      {}
func (l *lamp) Switches() map[string]faults.Switch {
	turn := func() error { l.turned++; return nil }
	return map[string]faults.Switch{
		"dim":   {Apply: turn, Revert: turn},
		"smash": {Apply: turn},
		"short": {Apply: func() error { return errors.New("out of wire") }, Revert: turn},
	}
}

var lampFault = faults.Fault{Name: "lamp", Variants: []string{"desk"}, Fixes: []faults.Fix{
	{Name: "short", Cures: []faults.Cure{faults.Harm}, Scope: faults.Standing},
	{Name: "dim", Cures: []faults.Cure{faults.Spin}, Scope: faults.Standing},
	{Name: "smash", Cures: []faults.Cure{faults.Spin, faults.Leak}, Scope: faults.OneShot},
	{Name: "other-variant", Cures: []faults.Cure{faults.Spin}, Scope: faults.Standing},
}}

// admin serves a lamp on a socket and returns a function that asks it.
func admin(t *testing.T) (ask func(method, path string) (int, string)) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "control")
	listener, err := Listen(folder)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: Handler(NewSubject(lampFault, "desk", &lamp{}))}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(folder, SocketName))
		},
	}}
	return func(method, path string) (int, string) {
		t.Helper()
		request, err := http.NewRequest(method, "http://target"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
}

func TestStateShowsTheServerAndTheFixesOfItsVariant(t *testing.T) {
	ask := admin(t)
	status, body := ask("GET", "/state")
	if status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	var state struct {
		State
		Fixes []map[string]any `json:"fixes"`
	}
	if err := json.Unmarshal([]byte(body), &state); err != nil {
		t.Fatal(err)
	}
	if state.PID != os.Getpid() || state.Fault != "lamp" || state.Variant != "desk" || state.Listen != "127.0.0.1:1" || state.Goroutines < 1 || state.Gauges["fds"] < 3 {
		t.Errorf("%+v", state)
	}
	fixes, _ := json.Marshal(state.Fixes)
	const expected = `[{"applied":false,"cures":["harm"],"name":"short","reversible":true,"scope":"standing"},` +
		`{"applied":false,"cures":["spin"],"name":"dim","reversible":true,"scope":"standing"},` +
		`{"applied":false,"cures":["spin","leak"],"name":"smash","reversible":false,"scope":"one-shot"}]`
	if string(fixes) != expected {
		t.Errorf("fixes are %s", fixes)
	}
}

// TestFixesAreTurned goes through a life of the lamp: each row depends on those before it.
func TestFixesAreTurned(t *testing.T) {
	ask := admin(t)
	for _, row := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"POST", "/revert/dim", 409, "fix dim is not applied\n"},
		{"POST", "/fix/dim", 200, `"turned":1`},
		{"POST", "/fix/dim", 409, "fix dim is applied already\n"},
		{"POST", "/revert/dim", 200, `"turned":2`},
		{"POST", "/fix/dim", 200, `"applied":true`},
		{"POST", "/fix/smash", 200, `"turned":4`},
		{"POST", "/revert/smash", 409, "fix smash cannot be reverted\n"},
		{"POST", "/fix/short", 500, "fix short: out of wire\n"},
		{"POST", "/revert/short", 409, "fix short is not applied\n"},
		{"POST", "/fix/bend", 404, "variant desk of fault lamp has no fix \"bend\"; it has short, dim, smash\n"},
		{"POST", "/fix/other-variant", 404, "it has short, dim, smash\n"},
		{"POST", "/revert/", 404, "no fix \"\""},
		{"GET", "/fix/dim", 405, "/fix/dim takes POST, not GET\n"},
		{"POST", "/state", 405, "/state takes GET, not POST\n"},
		{"GET", "/nowhere", 404, ""},
		{"GET", "/memstats", 200, `"HeapAlloc":`},
		{"GET", "/debug/pprof/goroutine?debug=1", 200, "goroutine profile:"},
		{"GET", "/state", 200, `"turned":4`},
	} {
		status, body := ask(row.method, row.path)
		if status != row.status || !strings.Contains(body, row.says) {
			t.Errorf("%s %s: %d %s, not %d %s", row.method, row.path, status, body, row.status, row.says)
		}
	}
}

func TestTheControlFolderIsForItsOwnerOnly(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a", "control")
	first, err := Listen(folder)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if _, err := Listen(folder); err == nil || !strings.Contains(err.Error(), "another server answers on "+folder) {
		t.Errorf("a second server: %v", err)
	}
	// As a server that was killed leaves it: the file is there, nobody answers.
	first.UnixListener.Close()
	again, err := Listen(folder)
	if err != nil {
		t.Fatalf("after a server that was killed: %v", err)
	}
	again.Close()
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(folder); err == nil || !strings.Contains(err.Error(), "has mode 0755, must have 0700") {
		t.Errorf("an open folder: %v", err)
	}
	if _, err := Listen(filepath.Join(t.TempDir(), strings.Repeat("x", 100))); err == nil || !strings.Contains(err.Error(), "at most 107") {
		t.Errorf("a long path: %v", err)
	}
}

func TestASuccessorTakesTheSocketOverAndKeepsIt(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "control")
	first, err := Listen(folder)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Prepare(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if _, err := Listen(folder); err == nil {
		t.Error("the first one does not answer any more, before it was taken over")
	}
	if err := second.TakeOver(); err != nil {
		t.Fatal(err)
	}
	first.Close()
	for i := 0; i < 3; i++ {
		c, err := net.Dial("unix", filepath.Join(folder, SocketName))
		if err != nil {
			t.Fatalf("with the first one closed nobody answers: %v", err)
		}
		c.Close()
		if accepted, err := second.Accept(); err != nil {
			t.Fatal(err)
		} else {
			accepted.Close()
		}
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

func TestTheStateIsReadWhileFixesAreTurned(t *testing.T) {
	ask := admin(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; i < 50; i++ {
			ask("POST", "/fix/dim")
			ask("POST", "/revert/dim")
		}
	}()
	for {
		select {
		case <-done:
			return
		default:
			ask("GET", "/state")
			runtime.Gosched()
		}
	}
}
