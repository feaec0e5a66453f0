// expect: healthy
// load: http 4
// A pipeline of goroutines over unbuffered channels that computes without end: each sleeps until the next has taken its value.
package main

import (
	"fmt"
	"hash/crc32"
	"net"
	"net/http"
)

func main() {
	a, b := make(chan uint32), make(chan uint32)
	go func() {
		for i := uint32(0); ; i++ {
			a <- i
		}
	}()
	go func() {
		for x := range a {
			b <- crc32.ChecksumIEEE([]byte{byte(x), byte(x >> 8)})
		}
	}()
	done := make(chan int)
	var sum uint32
	go func() {
		for {
			select {
			case x := <-b:
				sum += x
			case <-done:
			}
		}
	}()
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	fmt.Println("listening", l.Addr().(*net.TCPAddr).Port)
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, sum) }))
}
