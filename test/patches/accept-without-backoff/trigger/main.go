// More connections than the server may have, held open.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	for i := 0; i < 64; i++ {
		c, err := net.Dial("tcp", os.Args[1])
		if err != nil {
			panic(err)
		}
		defer c.Close() // what nothing refers to, the garbage collector closes
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}
