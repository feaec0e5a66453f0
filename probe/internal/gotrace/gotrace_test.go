package gotrace

import (
	"bytes"
	"net"
	"runtime/trace"
	"slices"
	"strings"
	"testing"
	"time"
)

const times = 20

// traced is the trace of what this very process does meanwhile.
func traced(t *testing.T, do func()) []byte {
	t.Helper()
	var buffer bytes.Buffer
	if err := trace.Start(&buffer); err != nil {
		t.Fatal(err)
	}
	do()
	trace.Stop()
	return buffer.Bytes()
}

func TestEachKindOfWakeUpIsCountedWhereItBelongs(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	report, err := Count(bytes.NewReader(traced(t, func() {
		asked, answered, fired := make(chan bool), make(chan bool), make(chan bool)
		go func() {
			for range asked {
				answered <- true
			}
		}()
		for range times {
			listener.(*net.TCPListener).SetDeadline(time.Now().Add(time.Millisecond))
			listener.Accept()
			time.Sleep(time.Millisecond)
			asked <- true
			<-answered
			time.AfterFunc(time.Microsecond, func() { fired <- true })
			<-fired
		}
		close(asked)
	})))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		what string
		n    int
	}{
		{"deadlines", report.WokenByRuntime["network"]},
		{"sleeps", report.WokenByRuntime["sleep"]},
		{"receivers", report.WokenByGoroutines["chan receive"]},
		{"functions of timers", report.TimerFunctions},
		{"accepts", report.Calls["syscall.accept4"]},
		{"starts of processors", report.ProcStarts},
		{"their stops", report.ProcStops},
		{"runs", report.Runs},
	} {
		// Others run in this process, too, and an accept is tried again after its deadline or not.
		if row.n < times/2 {
			t.Errorf("%d %s, %d happened at least", row.n, row.what, times)
		}
	}
	if woken := report.WokenByGoroutines["sleep"]; woken > 0 {
		t.Errorf("goroutines woke %d that a timer wakes", woken)
	}
	for name := range report.Calls {
		if strings.Contains(strings.ToLower(name), "epoll") {
			t.Errorf("%s: the poller's own waits are in no trace", name)
		}
	}
	if report.Seconds < times*2*time.Millisecond.Seconds() || len(report.Waits) != mostWaits {
		t.Errorf("%v s, %d places", report.Seconds, len(report.Waits))
	}
	if !slices.ContainsFunc(report.Waits, func(w Wait) bool {
		return w.Reason == "network" && w.Stack[0] == "internal/poll.(*FD).Accept" && w.Times == times
	}) {
		t.Errorf("the accept is not among %v", report.Waits)
	}
}

func TestWhatIsNoTraceAndWhatWasCutShortAreErrors(t *testing.T) {
	whole := traced(t, func() { time.Sleep(time.Millisecond) })
	for _, body := range [][]byte{nil, []byte("404 page not found"), whole[:len(whole)/2]} {
		if report, err := Count(bytes.NewReader(body)); err == nil {
			t.Errorf("%d bytes are %+v", len(body), report)
		}
	}
}
