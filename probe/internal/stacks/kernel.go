package stacks

import (
	"bytes"
	"fmt"

	"github.com/cilium/ebpf"
)

// KernelNames gives names to the kernel's functions.
type KernelNames struct {
	program       *ebpf.Program
	address, name *ebpf.Variable
	known         map[uint64]string
}

// Name is that of the function at an address of the kernel; on kernels before 5.14, which cannot be asked, the address.
func (k *KernelNames) Name(address uint64) string {
	if name, known := k.known[address]; known {
		return name
	}
	name, err := k.ask(address)
	if err != nil || name == "" {
		name = fmt.Sprintf("%#x", address)
	}
	k.known[address] = name
	return name
}

func (k *KernelNames) ask(address uint64) (string, error) {
	if k.program == nil {
		return "", ebpf.ErrNotSupported
	}
	if err := k.address.Set(address); err != nil {
		return "", err
	}
	if _, err := k.program.Run(&ebpf.RunOptions{}); err != nil {
		return "", err
	}
	var name [64]byte
	if err := k.name.Get(&name); err != nil {
		return "", err
	}
	text, _, _ := bytes.Cut(name[:], []byte{0})
	return string(text), nil
}
