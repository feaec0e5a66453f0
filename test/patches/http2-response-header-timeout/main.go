// An HTTP/2 client with a ResponseHeaderTimeout: the headers of the response came, its body stays open.
package main

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"
)

func main() {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig:       &tls.Config{InsecureSkipVerify: true},
		ForceAttemptHTTP2:     true,
		ResponseHeaderTimeout: time.Minute,
	}}
	response, err := client.Get(server.URL)
	if err != nil {
		panic(err)
	}
	fmt.Println("ready", response.Proto)
	select {}
}
