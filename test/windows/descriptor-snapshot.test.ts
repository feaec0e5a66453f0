import { describe, expect, it } from 'vitest'
import { parseSnapshot } from '../../lab/windows/descriptor-snapshot.ts'
import { SNAPSHOT_MARK } from '../../lab/windows/strace.ts'
import { capture } from './capture.ts'

describe('a snapshot of a Go server', () => {
  const facts = capture('strace/echo.txt').filter((line) => line.startsWith(SNAPSHOT_MARK))
  const snapshot = parseSnapshot(facts.map((line) => line.slice(SNAPSHOT_MARK.length)))

  it('knows its threads', () => {
    expect(snapshot.threads).toEqual(expect.arrayContaining([23351, 23355, 23362]))
  })

  it('names descriptors and sockets', () => {
    expect(snapshot.names.get(7)).toEqual({ kind: 'epoll' })
    expect(snapshot.names.get(8)).toEqual({ kind: 'eventfd' })
    expect(snapshot.names.get(251)).toEqual({ kind: 'pipe' })
    expect(snapshot.names.get(5)).toEqual({ kind: 'socket', inode: 5168602 })
    expect(snapshot.sockets.get(5168602)).toEqual({
      kind: 'listener',
      inode: 5168602,
      state: 'LISTEN',
      local: '127.0.0.1:39313',
      recvQueue: 0,
    })
    expect(snapshot.sockets.get(5168612)).toMatchObject({ kind: 'socket', state: 'ESTAB', peer: '127.0.0.1:47328' })
  })

  it('reads registrations with all 64 bits of their data, and the events that were asked for', () => {
    expect(snapshot.registrations).toContainEqual({
      epfd: 7,
      fd: 5,
      data: `${0x3fd6cf82a7000002n}`,
      events: 'IN|OUT|RDHUP|ET',
      inode: 0x4eddda,
    })
    // ERR and HUP, which the kernel adds to each, are not among them.
    expect(snapshot.registrations).toContainEqual(expect.objectContaining({ fd: 8, events: 'IN' }))
  })

  it('tells datagram sockets', () => {
    const row =
      '   12: 0100007F:BD62 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 521725 2 00000000ac136b78 0'
    expect(parseSnapshot([`/proc/9/net/udp:${row}`]).sockets.get(521725)).toEqual({
      kind: 'socket',
      inode: 521725,
      state: 'UNCONN',
      local: '127.0.0.1:48482',
      recvQueue: 0,
      datagram: true,
    })
  })
})
