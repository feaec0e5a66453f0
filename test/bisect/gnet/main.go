// An echo server on gnet.
package main

import (
	"fmt"

	"github.com/panjf2000/gnet"
)

type echo struct{ *gnet.EventServer }

func (echo) OnInitComplete(server gnet.Server) gnet.Action {
	fmt.Println("ready", server.Addr)
	return gnet.None
}

func (echo) React(frame []byte, _ gnet.Conn) ([]byte, gnet.Action) { return frame, gnet.None }

func main() { panic(gnet.Serve(echo{&gnet.EventServer{}}, "tcp://127.0.0.1:9000")) }
