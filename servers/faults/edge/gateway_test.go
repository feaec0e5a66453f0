package edge

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"

	"spinlab/servers/faults"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", patience, what)
		}
	}
}

func launch(t *testing.T, variant string, set ...string) *gateway {
	t.Helper()
	fault, _ := faults.Find("edge-jitter")
	settings, err := fault.Configure(append([]string{"poll-every=2ms", "ping-every=20ms", "pong-within=500ms"}, set...))
	if err != nil {
		t.Fatal(err)
	}
	server, err := fault.Start(faults.Options{Variant: variant, Listen: "127.0.0.1:0", Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server.(*gateway)
}

// device is an edge as its owner sees it.
type device struct {
	*websocket.Conn
	wire *net.TCPConn
}

func (g *gateway) connect(t *testing.T) device {
	t.Helper()
	var d device
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			d.wire = c.(*net.TCPConn)
		}
		return c, err
	}}}
	within, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	socket, _, err := websocket.Dial(within, "ws://"+g.Address()+"/edge", &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		t.Fatal(err)
	}
	d.Conn = socket
	t.Cleanup(func() { socket.CloseNow() })
	return d
}

// die is an abrupt end: the kernel sends a RST.
func (d device) die() {
	d.wire.SetLinger(0)
	d.wire.Close()
}

func (g *gateway) kill(t *testing.T, edges int) {
	t.Helper()
	for i := 0; i < edges; i++ {
		g.connect(t).die()
	}
}

// while is how often a live edge is polled until a test has seen enough.
const while = 30

// pollsOfTheDead tells how often dead edges are polled meanwhile.
func (g *gateway) pollsOfTheDead(t *testing.T) uint64 {
	t.Helper()
	before := g.Counters()
	eventually(t, "a live edge is polled", func() bool {
		now := g.Counters()
		return now["polls"]-now["polls_of_dead"] >= before["polls"]-before["polls_of_dead"]+while
	})
	return g.Counters()["polls_of_dead"] - before["polls_of_dead"]
}

func TestEdgesAreAnsweredInEveryVariant(t *testing.T) {
	fault, _ := faults.Find("edge-jitter")
	for _, variant := range fault.Variants {
		t.Run(variant, func(t *testing.T) {
			g := launch(t, variant)
			d := g.connect(t)
			within, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if err := d.Write(within, websocket.MessageText, []byte("21.5")); err != nil {
				t.Fatal(err)
			}
			if _, text, err := d.Read(within); err != nil || string(text) != "1 heard" {
				t.Errorf("%q, %v", text, err)
			}
			answer, err := http.Get("http://" + g.Address() + "/")
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Error(answer.Status)
			}
		})
	}
}

func TestTimersOfDeadEdgesFireUntilAFixStopsThemAndAgainAfterIt(t *testing.T) {
	for _, name := range []string{"stop-on-close", "wheel", "reap"} {
		t.Run(name, func(t *testing.T) {
			g := launch(t, "timers")
			g.connect(t).CloseRead(context.Background())
			g.kill(t, 20)
			eventually(t, "the deaths are noticed", func() bool { return g.Gauges()["dead"] == 20 })
			if g.pollsOfTheDead(t) == 0 {
				t.Fatal("dead edges are not polled")
			}
			fix := g.Switches()[name]
			if err := fix.Apply(); err != nil {
				t.Fatal(err)
			}
			live := 1
			if name == "wheel" {
				live = 0
			}
			g.kill(t, 5)
			eventually(t, "no timer is left but that of the live edge", func() bool { return g.Gauges()["timers"] == live })
			if name != "wheel" {
				if polls := g.pollsOfTheDead(t); polls > 20 { // those under way, one for each that was dead
					t.Errorf("dead edges were polled %d times", polls)
				}
			}
			if err := fix.Revert(); err != nil {
				t.Fatal(err)
			}
			g.kill(t, 5)
			eventually(t, "timers are left behind again", func() bool { return g.Gauges()["timers"] >= 6 })
			if g.pollsOfTheDead(t) == 0 {
				t.Error("dead edges are not polled after the revert")
			}
		})
	}
}

func TestReapingSparesThoseThatAnswer(t *testing.T) {
	g := launch(t, "vanished", "pong-within=100ms")
	deaf := g.connect(t) // as good as vanished: nobody reads at its end, so nobody answers a ping
	awake := g.connect(t)
	awake.CloseRead(context.Background())
	eventually(t, "both are connected", func() bool { return g.Gauges()["edges"] == 2 })
	if err := g.Switches()["reap"].Apply(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the deaf one is reaped", func() bool { return g.Counters()["reaped"] == 1 })
	if g.pollsOfTheDead(t); g.Gauges()["edges"] != 1 || g.Counters()["reaped"] != 1 {
		t.Errorf("after that: %v, %v", g.Gauges(), g.Counters())
	}
	deaf.CloseNow()
}

func TestAPollThatReadsADeadSocketNeverRests(t *testing.T) {
	g := launch(t, "reads-dead", "poll-every=10ms")
	g.connect(t)
	if polls := g.pollsOfTheDead(t); polls != 0 {
		t.Fatalf("%d polls of dead edges, and none has died", polls)
	}
	g.kill(t, 1)
	eventually(t, "the death is noticed", func() bool { return g.Gauges()["dead"] == 1 })
	// At the pace of a live edge it would be about as many as that is polled.
	if polls := g.pollsOfTheDead(t); polls < 10*while {
		t.Errorf("the dead edge was polled %d times while the live one was polled %d times", polls, while)
	}
	if err := g.Switches()["stop-on-close"].Apply(); err != nil {
		t.Fatal(err)
	}
	// One may have been under way when the fix was applied.
	if polls := g.pollsOfTheDead(t); polls > 1 {
		t.Errorf("%d polls of a dead edge with the fix", polls)
	}
}

func TestSoundTimersEndWithTheirEdges(t *testing.T) {
	g := launch(t, "sound")
	g.connect(t)
	g.kill(t, 10)
	eventually(t, "one timer is left", func() bool { return g.Counters()["accepted"] == 11 && g.Gauges()["timers"] == 1 })
	if g.pollsOfTheDead(t) != 0 || len(g.Switches()) != 0 {
		t.Error("dead edges are polled, or there is something to fix")
	}
}

func TestEverySwitchIsDeclaredAndEveryDeclaredFixHasASwitch(t *testing.T) {
	fault, _ := faults.Find("edge-jitter")
	missing := map[string]bool{}
	for _, fix := range fault.Fixes {
		missing[fix.Name] = true
	}
	switches := launch(t, fault.Variants[0]).Switches()
	if len(switches) != len(fault.Fixes) {
		t.Errorf("%d switches for %d fixes", len(switches), len(fault.Fixes))
	}
	for name := range switches {
		delete(missing, name)
	}
	if len(missing) > 0 {
		t.Errorf("no switch for %v", missing)
	}
}
