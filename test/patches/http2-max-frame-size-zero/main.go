// An HTTP/2 client whose peer allows frames of no length. The peer connects to it, so that this process has no other part than the client.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	client := &http.Client{Timeout: 200 * time.Millisecond, Transport: &http.Transport{
		Protocols:   &protocols,
		DialContext: func(context.Context, string, string) (net.Conn, error) { return listener.Accept() },
	}}
	fmt.Println("ready", listener.Addr())
	for {
		response, err := client.Get("http://peer.test/")
		if err == nil {
			response.Body.Close()
		}
		time.Sleep(100 * time.Millisecond)
	}
}
