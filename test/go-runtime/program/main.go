// Command program leaves a goroutine behind again and again, each 5 ms or what the second argument says: "parked" on a channel, in a
// system call ("blocked"), or parked with 16 KiB of memory ("memory"). Or it burns a core in system calls ("calls") or without any
// ("loop"), or accepts nobody under deadlines: of 1 ms ("deadlines"), or of one that has passed ("deadlines-past"). It says where its
// net/http/pprof listens.
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"syscall"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, nil)
	fmt.Printf("http://%s/debug/pprof/\n", listener.Addr())
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		panic(err)
	}
	switch kind := os.Args[1]; kind {
	case "calls":
		for {
			syscall.Write(ends[1], nil) // of nothing, so that it never blocks
		}
	case "loop":
		for n := 0; ; n++ {
		}
	case "deadlines", "deadlines-past":
		nobody, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			panic(err)
		}
		for {
			if kind == "deadlines" {
				nobody.SetDeadline(time.Now().Add(time.Millisecond))
			} else {
				nobody.SetDeadline(time.Unix(1, 0))
			}
			nobody.Accept()
		}
	}
	never := make(chan struct{})
	leave := map[string]func(){
		"parked":  func() { <-never },
		"blocked": func() { syscall.Read(ends[0], make([]byte, 1)) },
		"memory":  func() { kept := make([]byte, 16<<10); <-never; fmt.Println(kept) },
	}[os.Args[1]]
	pause := 5 * time.Millisecond
	if len(os.Args) > 2 {
		if pause, err = time.ParseDuration(os.Args[2]); err != nil {
			panic(err)
		}
	}
	for begun := time.Now(); time.Since(begun) < 30*time.Second; time.Sleep(pause) {
		go leave()
	}
	time.Sleep(time.Minute)
}
