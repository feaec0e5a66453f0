package handshakes

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// describe words an error as Go would, as far as its first string and its number tell; failing both, by its type.
func (c *Counter) describe(o *kernelOutcome) string {
	text := make([]byte, 0, len(o.Text))
	for _, b := range o.Text {
		if b == 0 {
			break
		}
		text = append(text, byte(b))
	}
	if o.Length > 0 {
		text = []byte(c.program.Text(o.Start, o.Length))
	}
	switch {
	case len(text) == 0:
		return c.typeName(o.Type)
	case o.NumberKind == uint32(kernelNumberKindALERT):
		return fmt.Sprintf("%s: %s", text, alert(o.Number))
	case o.NumberKind == uint32(kernelNumberKindERRNO):
		return fmt.Sprintf("%s: %v", text, unix.Errno(o.Number))
	case len(text) == len(o.Text):
		return string(text) + "…"
	}
	return string(text)
}

func (c *Counter) typeName(address uint64) string {
	name, known := c.types[address]
	if !known {
		if name = c.program.TypeOfError(address); name == "" {
			name = fmt.Sprintf("an error of the type at %#x", address)
		}
		c.types[address] = name
	}
	return name
}

// alerts of TLS by number, as RFC 8446 (section 6) and its forerunners name them.
var alerts = map[uint32]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed", 22: "record_overflow",
	30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate", 42: "bad_certificate",
	43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown",
	47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error", 51: "decrypt_error",
	60: "export_restriction", 70: "protocol_version", 71: "insufficient_security", 80: "internal_error",
	86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation", 109: "missing_extension",
	110: "unsupported_extension", 111: "certificate_unobtainable", 112: "unrecognized_name",
	113: "bad_certificate_status_response", 114: "bad_certificate_hash_value", 115: "unknown_psk_identity",
	116: "certificate_required", 120: "no_application_protocol", 121: "ech_required",
}

func alert(number uint32) string {
	if name, known := alerts[number]; known {
		return name
	}
	return fmt.Sprintf("alert %d", number)
}
