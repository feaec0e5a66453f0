package faults

import (
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
)

// greeter answers what sane clients ask for: GET /.
type greeter struct{ requests atomic.Uint64 }

func (g *greeter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	greeting := g.greeting()
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, greeting)
}

func (g *greeter) greeting() string {
	return fmt.Sprintf("{\"pid\":%d,\"request\":%d}\n", os.Getpid(), g.requests.Add(1))
}
