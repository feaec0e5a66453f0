package edge

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"

	"spinlab/servers/faults"
)

// gateway answers the readings of edges: not at once, but when the edge's timer next looks whether something is owed.
// The bug: the timer re-arms itself for ever, and nobody stops it when the edge is gone. Each that is left behind wakes
// the runtime's scheduler out of its epoll_wait for nothing (findRunnable and pollWork in runtime/proc.go; an epoll loop
// of one's own would be woken by its timeout in the same way), and nobody sees a goroutine: a timer needs none until it
// fires.
type gateway struct {
	settings faults.Settings
	listener net.Listener
	server   *http.Server
	// reads is whether a poll reads what a dead edge has left: the second bug, of variant reads-dead.
	reads bool
	// sound gateways have nothing to fix.
	sound bool

	mu sync.Mutex
	// edges are those connected, and the dead ones that still have a timer.
	edges map[*edge]bool
	// stopOnClose is the fix of that name, and how variant sound was written.
	stopOnClose bool
	// shared, if any, polls all edges instead of their own timers.
	shared *wheel

	connected, readings, polls, pollsOfDead, reaped, requests atomic.Uint64
}

func start(options faults.Options) (faults.Server, error) {
	listener, err := net.Listen("tcp", options.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", options.Listen, err)
	}
	g := &gateway{
		settings:    options.Settings,
		listener:    listener,
		reads:       options.Variant == "reads-dead",
		sound:       options.Variant == "sound" || options.Variant == "stock",
		stopOnClose: options.Variant == "sound",
		edges:       map[*edge]bool{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", g.answer)
	if options.Variant == "stock" {
		mux.HandleFunc("/edge", g.serveWithoutTimer)
	} else {
		mux.HandleFunc("/edge", g.serve)
	}
	g.server = &http.Server{Handler: mux, ConnContext: rememberConn}
	go func() {
		if err := g.server.Serve(listener); err != http.ErrServerClosed {
			panic(fmt.Sprintf("http.Server ended: %v", err))
		}
	}()
	return g, nil
}

func (g *gateway) answer(w http.ResponseWriter, _ *http.Request) {
	g.requests.Add(1)
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "{\"pid\":%d}\n", os.Getpid())
}

// serve lives as long as the edge's connection, as far as this end knows.
func (g *gateway) serve(w http.ResponseWriter, r *http.Request) {
	socket, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer socket.CloseNow()
	g.connected.Add(1)
	e := g.enter(socket, r)
	defer g.leave(e)
	for {
		if _, _, err := socket.Read(context.Background()); err != nil {
			return
		}
		g.readings.Add(1)
		e.owed.Add(1)
	}
}

// serveWithoutTimer is the library as its documentation shows it: an edge is answered when it has spoken.
func (g *gateway) serveWithoutTimer(w http.ResponseWriter, r *http.Request) {
	socket, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer socket.CloseNow()
	g.connected.Add(1)
	for {
		if _, _, err := socket.Read(context.Background()); err != nil {
			return
		}
		g.readings.Add(1)
		if err := acknowledge(socket, 1); err != nil {
			return
		}
	}
}

func acknowledge(socket *websocket.Conn, readings uint64) error {
	return socket.Write(context.Background(), websocket.MessageText, fmt.Appendf(nil, "%d heard", readings))
}

func (g *gateway) enter(socket *websocket.Conn, r *http.Request) *edge {
	e := &edge{gateway: g, socket: socket, rest: rest{fd: -1}}
	if g.reads {
		e.rest.fd = duplicate(connOf(r))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.edges[e] = true
	if g.shared == nil {
		e.arm()
	}
	return e
}

// leave is the bug, where stopOnClose is false: the timer has the last reference to the edge, and goes on.
func (g *gateway) leave(e *edge) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e.dead = true
	if g.stopOnClose {
		g.forget(e)
	}
}

// forget ends all that the gateway does for an edge. The lock is held.
func (g *gateway) forget(e *edge) {
	e.disarm()
	e.rest.close()
	delete(g.edges, e)
}

// each does something to every edge, dead or not. The lock is held meanwhile.
func (g *gateway) each(do func(*edge)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for e := range g.edges {
		do(e)
	}
}

func (g *gateway) Address() string { return g.listener.Addr().String() }

func (g *gateway) Counters() map[string]uint64 {
	return map[string]uint64{
		"accepted":      g.connected.Load(),
		"readings":      g.readings.Load(),
		"polls":         g.polls.Load(),
		"polls_of_dead": g.pollsOfDead.Load(),
		"reaped":        g.reaped.Load(),
		"requests":      g.requests.Load(),
	}
}

func (g *gateway) Gauges() map[string]int {
	gauges := map[string]int{"edges": 0, "dead": 0, "timers": 0}
	g.each(func(e *edge) {
		gauges["edges"]++
		if e.dead {
			gauges["dead"]++
		}
		if e.timer != nil {
			gauges["timers"]++
		}
	})
	return gauges
}

func (g *gateway) Close() {
	g.server.Close()
	g.mu.Lock()
	shared := g.shared
	g.shared = nil
	g.mu.Unlock()
	if shared != nil {
		shared.stop()
	}
	g.each(func(e *edge) {
		g.forget(e)
		go e.socket.CloseNow() // its reader waits for the lock when it leaves
	})
}
