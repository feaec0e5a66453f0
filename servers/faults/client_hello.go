package faults

import (
	"errors"
	"fmt"
)

// Offsets into a connection whose first record holds a ClientHello: record header (RFC 8446, 5.1), handshake header
// (4), legacy_version, random (4.1.2).
const (
	recordHeader    = 5
	handshakeHeader = recordHeader + 4
	randomAt        = handshakeHeader + 2
	randomEnd       = randomAt + 32

	maxRecord    = recordHeader + 1<<14
	maxHandshake = 1 << 16 // what crypto/tls accepts, too
)

// recordLength is how many bytes the first record of a connection has, header included, as far as seen tells: without
// the whole header it is the header's length. The error says why this can never become a ClientHello.
func recordLength(seen []byte) (int, error) {
	if len(seen) < recordHeader {
		return recordHeader, nil
	}
	length := int(seen[3])<<8 | int(seen[4])
	switch {
	case seen[0] != 22:
		return 0, fmt.Errorf("record type %d, not handshake (22)", seen[0])
	case seen[1] != 3:
		return 0, fmt.Errorf("record version %d.%d, not 3.x", seen[1], seen[2])
	case length == 0:
		return 0, errors.New("empty record")
	case recordHeader+length > maxRecord:
		return 0, fmt.Errorf("record of %d bytes, at most %d", length, maxRecord-recordHeader)
	}
	return recordHeader + length, nil
}

// badPrefix judges what there is of a ClientHello, were it one byte: nil means that it can still become a good one.
func badPrefix(seen []byte) error {
	at := func(i int) int { return int(seen[i]) }
	switch n := len(seen); {
	case n > 0 && at(0) != 22:
		return fmt.Errorf("record type %d, not handshake (22)", at(0))
	case n > 1 && at(1) != 3:
		return fmt.Errorf("record version %d.x, not 3.x", at(1))
	case n > 2 && at(2) > 4:
		return fmt.Errorf("record version 3.%d, newer than TLS 1.3 (3.4)", at(2))
	}
	total, err := recordLength(seen)
	if err != nil {
		return err
	}
	if len(seen) > recordHeader && at(recordHeader) != 1 {
		return fmt.Errorf("handshake message %d, not client_hello (1)", at(recordHeader))
	}
	if len(seen) >= handshakeHeader {
		length := at(6)<<16 | at(7)<<8 | at(8)
		if length > maxHandshake {
			return fmt.Errorf("ClientHello of %d bytes, at most %d", length, maxHandshake)
		}
		// A longer one goes on in the next record; but nothing may follow it in its own, the server speaks next.
		if handshakeHeader+length < total {
			return fmt.Errorf("record of %d bytes around a ClientHello of %d", total-recordHeader, length)
		}
	}
	if len(seen) > handshakeHeader && at(handshakeHeader) != 3 {
		return fmt.Errorf("ClientHello version %d.x, not 3.x", at(handshakeHeader))
	}
	return nil
}

// clientRandom is the random of the ClientHello that head begins with, nil if head is too short. crypto/tls does not
// show it: tls.ClientHelloInfo has no such field.
func clientRandom(head []byte) []byte {
	if len(head) < randomEnd {
		return nil
	}
	return head[randomAt:randomEnd]
}
