// SPDX-License-Identifier: BSD-2-Clause
//
// The TCP of gVisor on a TAP interface, with the plain services of shakedown-agent.
//
//	gvisor-target TAP
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/fdbased"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

func tap(name string) int {
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR, 0)
	if err != nil {
		log.Fatal(err)
	}
	var ifr struct {
		name  [16]byte
		flags uint16
		_     [22]byte
	}
	copy(ifr.name[:], name)
	ifr.flags = syscall.IFF_TAP | syscall.IFF_NO_PI
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TUNSETIFF, uintptr(unsafe.Pointer(&ifr)))
	if errno != 0 {
		log.Fatal(errno)
	}
	syscall.SetNonblock(fd, true)
	return fd
}

func serve(s *stack.Stack, port uint16, proto tcpip.NetworkProtocolNumber, f func(*gonet.TCPConn)) {
	l, err := gonet.ListenTCP(s, tcpip.FullAddress{NIC: 1, Port: port}, proto)
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				log.Fatal(err)
			}
			go f(c.(*gonet.TCPConn))
		}
	}()
}

func main() {
	fd := tap(os.Args[1])
	s := stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol, ipv6.NewProtocol, arp.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol},
	})
	ep, err := fdbased.New(&fdbased.Options{
		FDs: []int{fd}, MTU: 1500, EthernetHeader: true,
		Address: tcpip.LinkAddress([]byte{2, 0, 0x5e, 0, 0, 9}),
	})
	if err != nil {
		log.Fatal(err)
	}
	if e := s.CreateNIC(1, ep); e != nil {
		log.Fatal(e)
	}
	s.AddProtocolAddress(1, tcpip.ProtocolAddress{Protocol: ipv4.ProtocolNumber,
		AddressWithPrefix: tcpip.AddressWithPrefix{Address: tcpip.Address(net.ParseIP("192.0.2.1").To4()), PrefixLen: 24}}, stack.AddressProperties{})
	s.AddProtocolAddress(1, tcpip.ProtocolAddress{Protocol: ipv6.ProtocolNumber,
		AddressWithPrefix: tcpip.AddressWithPrefix{Address: tcpip.Address(net.ParseIP("2001:db8::1")), PrefixLen: 64}}, stack.AddressProperties{})
	s.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: 1}, {Destination: header.IPv6EmptySubnet, NIC: 1}})
	sack := tcpip.TCPSACKEnabled(true)
	s.SetTransportProtocolOption(tcp.ProtocolNumber, &sack)
	for _, p := range []tcpip.NetworkProtocolNumber{ipv6.ProtocolNumber} {
		serve(s, 7, p, func(c *gonet.TCPConn) { io.Copy(c, c); c.Close() })
		serve(s, 9, p, func(c *gonet.TCPConn) { io.Copy(io.Discard, c); c.Close() })
		serve(s, 13, p, func(c *gonet.TCPConn) {
			fmt.Fprintf(c, "%s\r\n", time.Now().Format(time.RFC1123))
			c.CloseWrite()
			io.Copy(io.Discard, c)
			c.Close()
		})
		serve(s, 19, p, func(c *gonet.TCPConn) {
			go io.Copy(io.Discard, c)
			line := []byte(strings.Repeat("chargen", 10) + "\r\n")
			for {
				if _, err := c.Write(line); err != nil {
					c.Close()
					return
				}
			}
		})
	}
	fmt.Println("ready")
	select {}
}
