package succession

import (
	"net"
	"net/http"
	"sync"
)

// Farewell lets an http.Server end without cutting off a request. http.Server.Shutdown alone closes each idle
// connection at once (closeIdleConns, net/http/server.go), and a request that is on its way there is lost. Here a
// connection ends after its next answer, which says so ("Connection: close", RFC 9112, 9.6).
type Farewell struct {
	mu      sync.Mutex
	open    map[net.Conn]bool
	leaving bool
	gone    chan struct{}
}

// NewFarewell makes one for one server.
func NewFarewell() *Farewell {
	return &Farewell{open: map[net.Conn]bool{}, gone: make(chan struct{})}
}

// ConnState is for the server's hook of that name.
func (f *Farewell) ConnState(c net.Conn, state http.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch state {
	case http.StateNew:
		f.open[c] = true
	case http.StateClosed, http.StateHijacked:
		delete(f.open, c)
		f.look()
	}
}

// Handler announces the end of each connection in its last answer.
func (f *Farewell) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		leaving := f.leaving
		f.mu.Unlock()
		if leaving {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// Leave is called once, when the server accepts no more. The channel closes when the last connection has ended.
func (f *Farewell) Leave() (gone <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.leaving = true
	f.look()
	return f.gone
}

func (f *Farewell) look() {
	if !f.leaving || len(f.open) > 0 {
		return
	}
	select {
	case <-f.gone:
	default:
		close(f.gone)
	}
}
