// A timer that is set to an earlier time, then far ahead again, as a server does with the deadlines of its connections.
package main

import (
	"fmt"
	"time"
)

func main() {
	timer := time.AfterFunc(time.Hour, func() {})
	timer.Reset(100 * time.Millisecond)
	timer.Reset(time.Hour)
	time.Sleep(200 * time.Millisecond)
	fmt.Println("ready")
	time.Sleep(time.Hour)
}
