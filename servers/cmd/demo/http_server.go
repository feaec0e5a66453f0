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
	if err := request(once, listener.Addr().String()); err != nil {
		return err
	}
	// What the article reads of it.
	counted := expvar.Get("http/server/accepts") != nil
	return stay(map[string]any{"listen": listener.Addr().String(), "countsAccepts": counted})
}

// once keeps no connection, and so no timer: the server that asks itself is as idle afterwards as any.
var once = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func request(client *http.Client, address string) error {
	answer, err := client.Get("http://" + address + "/")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
