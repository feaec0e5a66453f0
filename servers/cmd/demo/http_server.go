package main

import (
	"expvar"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof" // on the default mux, as anybody does it
)

func init() { demonstrations["http-server"] = httpServer }

// httpServer is net/http as it comes, with expvar and pprof.
func httpServer([]string) error {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(listener, nil)
	if err := request(listener.Addr().String()); err != nil {
		return err
	}
	// What the article reads of it.
	counted := expvar.Get("http/server/accepts") != nil
	return stay(map[string]any{"listen": listener.Addr().String(), "countsAccepts": counted})
}

func request(address string) error {
	answer, err := http.Get("http://" + address + "/")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
