// expect: healthy
// HTTP/2 with 40 streams at once on two connections, from a client in another process: frames go from goroutine to goroutine.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"
)

func main() {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	if len(os.Args) > 1 {
		ask(os.Args[1], protocols)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	if err := exec.Command(os.Args[0], "http://"+listener.Addr().String()).Start(); err != nil {
		panic(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	server := http.Server{Protocols: protocols, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, "%2000d", 7)
	})}
	panic(server.Serve(listener))
}

// ask ends with the server, or after a minute.
func ask(url string, protocols *http.Protocols) {
	time.AfterFunc(time.Minute, func() { os.Exit(0) })
	for range 2 {
		client := &http.Client{Transport: &http.Transport{Protocols: protocols}}
		for range 20 {
			go func() {
				for {
					response, err := client.Get(url)
					if err != nil {
						os.Exit(1)
					}
					_, _ = io.Copy(io.Discard, response.Body)
					response.Body.Close()
				}
			}()
		}
	}
	select {}
}
