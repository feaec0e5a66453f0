// expect: healthy
// load: hold 1
// Allocates without end: the garbage collector burns most of the CPU, and wakes its workers all the time.
package main

import (
	"fmt"
	"net"
)

type node struct {
	left, right *node
	data        []byte
}

func tree(depth int) *node {
	if depth == 0 {
		return &node{data: make([]byte, 64)}
	}
	return &node{tree(depth - 1), tree(depth - 1), nil}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	for keep := []*node{nil, nil, nil, nil}; ; {
		copy(keep, keep[1:])
		keep[3] = tree(16)
	}
}
