// Command program leaves a goroutine behind each 5 ms: "parked" on a channel, in a system call ("blocked"), or parked with
// 16 KiB of memory ("memory"); or it burns a core in system calls ("calls"), or without any ("loop"). It says where its net/http/pprof listens.
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
	nobody := make(chan struct{})
	leave := map[string]func(){
		"parked":  func() { <-nobody },
		"blocked": func() { syscall.Read(ends[0], make([]byte, 1)) },
		"memory":  func() { kept := make([]byte, 16<<10); <-nobody; fmt.Println(kept) },
	}[os.Args[1]]
	switch os.Args[1] {
	case "calls":
		for {
			syscall.Write(ends[1], nil) // of nothing, so that it never blocks
		}
	case "loop":
		for n := 0; ; n++ {
		}
	}
	for i := 0; i < 300; i++ {
		go leave()
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(time.Minute)
}
