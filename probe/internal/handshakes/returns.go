package handshakes

import (
	"errors"
	"fmt"

	"golang.org/x/arch/x86/x86asm"

	"spinlab/probe/internal/symbols"
)

// function is what every TLS handshake of a Go server goes through; failures before an alert is sent end in it too.
const function = "crypto/tls.(*Conn).serverHandshake"

var errNoServer = errors.New("has no TLS server in it: " + function + " is not linked in")

// places are where a function is entered and where it returns, as offsets in the file.
type places struct {
	entry   uint64
	returns []uint64
}

func findPlaces(program *symbols.GoProgram) (places, error) {
	offset, code, found := program.Function(function)
	if !found {
		return places{}, errNoServer
	}
	p := places{entry: offset}
	for at := 0; at < len(code); {
		instruction, err := x86asm.Decode(code[at:], 64)
		if err != nil {
			return places{}, fmt.Errorf("instruction at offset %#x of %s: %w", at, function, err)
		}
		if instruction.Op == x86asm.RET {
			p.returns = append(p.returns, offset+uint64(at))
		}
		at += instruction.Len
	}
	if len(p.returns) == 0 {
		return places{}, fmt.Errorf("%s has no RET instruction in its %d bytes", function, len(code))
	}
	return p, nil
}
