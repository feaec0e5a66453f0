// expect: healthy
// finding: busy-computing
// load: hold 1
// Pure computing beside an idle listener.
package main

import (
	"crypto/sha256"
	"fmt"
	"net"
	"sort"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	sum, data := [32]byte{}, make([]int, 1<<16)
	for {
		for i := range data {
			sum = sha256.Sum256(sum[:])
			data[i] = int(sum[0])<<8 | int(sum[1])
		}
		sort.Ints(data)
	}
}
