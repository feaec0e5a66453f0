package main

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// rules drop both directions between a port and the addresses that have vanished from it.
type rules struct {
	kernel *nftables.Conn
	table  *nftables.Table
	gone   *nftables.Set
}

func dropBetween(port uint16) (*rules, error) {
	kernel, err := nftables.New(nftables.AsLasting())
	if err != nil {
		return nil, fmt.Errorf("cannot speak to netfilter: %w", err)
	}
	table := kernel.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: fmt.Sprintf("vanish-%d", port)})
	r := &rules{kernel, table, &nftables.Set{Table: table, Name: "gone", KeyType: nftables.TypeIPAddr}}
	if err := kernel.AddSet(r.gone, nil); err != nil {
		return nil, err
	}
	// On loopback each packet leaves once, whichever way it goes.
	output := kernel.AddChain(&nftables.Chain{
		Name: "output", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityFilter,
	})
	kernel.AddRule(&nftables.Rule{Table: table, Chain: output, Exprs: r.drop(sourceAddress, destinationPort, port)})
	kernel.AddRule(&nftables.Rule{Table: table, Chain: output, Exprs: r.drop(destinationAddress, sourcePort, port)})
	if err := kernel.Flush(); err != nil {
		kernel.CloseLasting()
		return nil, fmt.Errorf("cannot set a drop rule: %w; needs CAP_NET_ADMIN in its network namespace, and a kernel with nf_tables", err)
	}
	return r, nil
}

// Offsets in the headers of IPv4 (RFC 791) and TCP (RFC 9293).
const (
	sourceAddress, destinationAddress = 12, 16
	sourcePort, destinationPort       = 0, 2
)

// drop says: TCP, from or to that port, and the address at the other end has vanished.
func (r *rules) drop(addressAt, portAt uint32, port uint16) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.IPPROTO_TCP}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: portAt, Len: 2},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: binary.BigEndian.AppendUint16(nil, port)},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: addressAt, Len: 4},
		&expr.Lookup{SourceRegister: 1, SetName: r.gone.Name, SetID: r.gone.ID},
		&expr.Verdict{Kind: expr.VerdictDrop},
	}
}

// add returns when the rule holds for the address, too.
func (r *rules) add(address netip.Addr) error {
	if err := r.kernel.SetAddElements(r.gone, []nftables.SetElement{{Key: address.AsSlice()}}); err != nil {
		return err
	}
	return r.kernel.Flush()
}

func (r *rules) close() error {
	r.kernel.DelTable(r.table)
	if err := r.kernel.Flush(); err != nil {
		return fmt.Errorf("cannot take the drop rules away: %w", err)
	}
	return r.kernel.CloseLasting()
}
