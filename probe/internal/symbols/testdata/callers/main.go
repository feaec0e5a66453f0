// Command callers prints its own stack, as addresses and as the runtime names them, and waits.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
)

type answer struct {
	Addresses []uint64
	Frames    []string
}

//go:noinline
func outermost() answer { return inlinedOnce() }

func inlinedOnce() answer { return inlinedTwice() }

func inlinedTwice() answer { return look() }

//go:noinline
func look() (a answer) {
	pcs := make([]uintptr, 64)
	pcs = pcs[:runtime.Callers(1, pcs)]
	for _, pc := range pcs {
		a.Addresses = append(a.Addresses, uint64(pc))
	}
	frames := runtime.CallersFrames(pcs)
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		a.Frames = append(a.Frames, fmt.Sprintf("%s %s:%d", f.Function, f.File, f.Line))
	}
	return a
}

func main() {
	_ = json.NewEncoder(os.Stdout).Encode(outermost())
	_, _ = os.Stdin.Read(make([]byte, 1))
}
