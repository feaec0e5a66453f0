// expect: healthy
// load: http 1
// Each request computes for some 40 ms.
package main

import (
	"crypto/sha256"
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
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		sum := [32]byte{}
		for begun := time.Now(); time.Since(begun) < 40*time.Millisecond; {
			sum = sha256.Sum256(sum[:])
		}
		_, _ = w.Write(sum[:])
	})))
}
