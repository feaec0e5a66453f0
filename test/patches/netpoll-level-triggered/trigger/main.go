// A client that connects and is silent.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	c, err := net.Dial("tcp", os.Args[1])
	if err != nil {
		panic(err)
	}
	defer c.Close() // what nothing refers to, the garbage collector closes
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}
