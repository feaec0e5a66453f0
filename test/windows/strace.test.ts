import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStrace, SNAPSHOT_MARK, type StraceOptions } from '../../lab/windows/strace.ts'
import { calls, capture, descriptor, lost, valid, waits } from './capture.ts'

const PID = 100
const T0 = 1_700_000_000
/** A line of thread 100 so many ms after the beginning. */
const at = (ms: number, text: string, tid = PID) => `${tid} ${(T0 + ms / 1000).toFixed(6)} ${text}`
const parse = (lines: string[], options: Partial<StraceOptions & { end: number }> = {}) =>
  valid(parseStrace(lines, { pid: PID, ...options }))
/** Everything in one window of a second. */
const summed = (...lines: string[]) => parse([...lines, at(1000, 'getpid() = 100 <0.000001>')])

describe('a process that makes every kind of call', () => {
  const windows = valid(parseStrace(capture('strace/every-kind-of-call.txt'), { pid: 6561 }))
  const of = (fd: number) => descriptor(windows, fd)

  it('is read whole', () => {
    expect(lost(windows)).toBe(0)
    expect(windows.map((window) => window.pids)).toContainEqual([6561, 6602])
  })

  it('has each wait under its timeout, wherever the call keeps it', () => {
    expect(waits(windows)).toEqual({
      'poll 100ms ready': 1,
      'poll 0 ready': 1,
      'poll none ready': 1,
      // Interrupted by a signal, and begun again with the time that was left.
      'poll 100ms failed': 1,
      'poll 100ms empty': 1,
      'pselect6 100ms ready': 1,
      'pselect6 100ms empty': 1,
      'pselect6 0 empty': 1,
      'epoll_wait 10ms ready': 1,
      'epoll_wait 10ms empty': 1,
      'epoll_wait none ready': 1,
      'epoll_wait longer ready': 1,
      'epoll_pwait2 1ms ready': 1,
      'epoll_pwait2 1ms empty': 1,
      // TIMER_ABSTIME: known by how long it took.
      'clock_nanosleep 10ms empty': 1,
      'clock_nanosleep 100us empty': 1,
      'ppoll 1ms empty': 1,
      'ppoll 100us empty': 1,
    })
  })

  it('tells peeking from reading and removal from other epoll_ctl', () => {
    expect(calls(windows)).toMatchObject({
      'recvfrom+MSG_PEEK': { calls: 1, positive: 1 },
      recvfrom: { calls: 8, positive: 4, zero: 3, errors: { EAGAIN: 1 } },
      'epoll_ctl+DEL': { calls: 1 },
      epoll_ctl: { calls: 4 },
      poll: { errors: { ERESTART_RESTARTBLOCK: 1 } },
      connect: { calls: 2, zero: 1, errors: { EINPROGRESS: 1 } },
    })
  })

  it.each([
    [
      'a socket that was peeked, read, polled, taken out of a set and filled up',
      3,
      {
        kind: 'socket',
        inode: 521706,
        peeked: 1,
        again: 1,
        sendAgain: 1,
        useful: 6,
        ready: 5,
        unconsumed: 3,
        bytesIn: 3,
        bytesOut: 236544,
      },
    ],
    ['a listener', 7, { kind: 'listener', useful: 1, again: 1, local: '127.0.0.1:50893', epfd: 11, events: 'IN' }],
    ['a registration whose data is no descriptor', 5, { ready: 3, unconsumed: 2, useful: 1 }],
    ['a datagram socket: an empty message is no end of stream', 12, { useful: 3, eof: 0, bytesIn: 100, bytesOut: 100 }],
    ['an eventfd', 14, { kind: 'eventfd', useful: 2 }],
    [
      'a file that sendfile reads; a read into no room is no end of it',
      15,
      { kind: 'file', useful: 1, eof: 1, bytesIn: 3 },
    ],
    ['a pipe', 8, { kind: 'pipe', useful: 2, bytesIn: 4 }],
  ])('%s', (_, fd, expected) => {
    expect(of(fd)).toMatchObject(expected)
  })

  it("keeps a child's descriptors apart from its parent's, and a thread's together", () => {
    const written = (pid: number) =>
      windows
        .flatMap((window) => window.descriptors ?? [])
        .filter((part) => part.fd === 9 && part.pid === pid)
        .reduce((sum, part) => sum + part.bytesOut, 0)
    expect([written(6561), written(6602)]).toEqual([10, 3])
  })
})

describe('a half-close that nobody reads', () => {
  const windows = valid(parseStrace(capture('strace/half-close.txt'), { pid: 23291 }))

  it('is one descriptor, ready again and again, named through fdinfo', () => {
    expect(lost(windows)).toBe(0)
    expect(waits(windows)['epoll_wait longer ready']).toBe(113)
    expect(descriptor(windows, 5)).toMatchObject({
      kind: 'socket',
      useful: 0,
      ready: 113,
      unconsumed: 112,
      events: 'IN|RDHUP',
      epfd: 7,
    })
  })

  it('counts as lost what cannot be attributed, instead of guessing', () => {
    const trace = capture('strace/half-close.txt').filter((line) => !line.startsWith(SNAPSHOT_MARK))
    const unnamed = valid(parseStrace(trace, { pid: 23291 }))
    expect(lost(unnamed)).toBe(113)
    expect(unnamed.flatMap((window) => window.descriptors)).toEqual([])
  })
})

describe('a Go server under load, whose registrations hold pointers', () => {
  const windows = valid(parseStrace(capture('strace/echo.txt'), { pid: 23351 }))

  it('is read whole although its threads interrupt each other', () => {
    expect(lost(windows)).toBe(0)
    expect(calls(windows)).toMatchObject({ read: { positive: 93, errors: { EAGAIN: 46 } }, write: { positive: 91 } })
  })

  it('makes progress on every connection that it finds ready', () => {
    const served = [6, 9, 10, 11, 12, 13, 14, 15].map((fd) => descriptor(windows, fd))
    for (const connection of served) {
      expect(connection).toMatchObject({
        kind: 'socket',
        local: '127.0.0.1:39313',
        events: 'IN|OUT|RDHUP|ET',
        state: 'ESTAB',
      })
      expect(connection?.useful).toBeGreaterThan(connection?.ready ?? Infinity)
    }
  })
})

describe('slices', () => {
  it('last 100 ms, and an empty one is a slice in which nothing happened', () => {
    const windows = parse([at(0, 'getpid() = 100 <0.000001>'), at(350, 'getpid() = 100 <0.000001>')])
    expect(windows.map((window) => [window.seconds, window.calls?.length])).toEqual([
      [0.1, 1],
      [0.1, 0],
      [0.1, 0],
      [expect.closeTo(0.05), 1],
    ])
  })

  it('count a call when it returns, not when it was made', () => {
    const windows = parse([
      at(0, 'getpid() = 100 <0.000001>'),
      at(50, 'nanosleep({tv_sec=0, tv_nsec=200000000}, NULL) = 0 <0.200000>'),
    ])
    expect(windows.map((window) => window.waits?.length)).toEqual([0, 0, 1])
  })

  it('cover the whole look of an idle process', () => {
    const windows = parse([], { start: T0 * 1000, end: T0 * 1000 + 300 })
    expect(windows.map((window) => window.seconds)).toEqual([0.1, 0.1, 0.1])
    expect(windows.every((window) => window.calls?.length === 0 && window.lost === 0)).toBe(true)
  })

  it('carry readiness over from one to the next', () => {
    const poll = 'poll([{fd=3, events=POLLIN}], 1, -1) = 1 ([{fd=3, revents=POLLIN}]) <0.000001>'
    const windows = parse([
      at(0, poll),
      at(150, poll),
      at(151, 'read(3, ""..., 5) = 5 <0.000001>'),
      at(250, poll),
      at(260, poll),
    ])
    expect(windows.map((window) => window.descriptors?.map(({ ready, unconsumed }) => [ready, unconsumed]))).toEqual([
      [[1, 0]],
      [[1, 1]],
      [[2, 1]],
    ])
  })
})

describe('what is done on a descriptor', () => {
  const listener = 'accept4(6<socket:[9]>, NULL, NULL, SOCK_CLOEXEC)'
  it.each<[string, string, number, object]>([
    [
      'end of stream',
      'read(3<socket:[7]>, "", 512) = 0 <0.000001>',
      3,
      { eof: 1, useful: 0, kind: 'socket', inode: 7 },
    ],
    [
      'accept at the descriptor limit',
      `${listener} = -1 EMFILE (Too many open files) <0.000001>`,
      6,
      { failed: 1, errno: 'EMFILE', kind: 'listener' },
    ],
    [
      'accept lost to a sibling',
      `${listener} = -1 EAGAIN (Resource temporarily unavailable) <0.000001>`,
      6,
      { again: 1 },
    ],
    ['accept', `${listener} = 8<socket:[10]> <0.000001>`, 6, { useful: 1 }],
    [
      'a send that would block',
      'sendmsg(4<socket:[8]>, {msg_name=NULL}, MSG_NOSIGNAL) = -1 EAGAIN (Resource temporarily unavailable) <0.000001>',
      4,
      { sendAgain: 1, again: 0 },
    ],
    [
      'a peek among other flags',
      'recvmsg(4<socket:[8]>, {msg_name=NULL, msg_flags=MSG_PEEK}, MSG_DONTWAIT|MSG_PEEK) = 5 <0.000001>',
      4,
      { peeked: 1, useful: 0 },
    ],
    [
      'a broken pipe',
      'write(4<pipe:[8]>, ""..., 9) = -1 EPIPE (Broken pipe) <0.000001>',
      4,
      { failed: 1, errno: 'EPIPE', kind: 'pipe' },
    ],
    [
      'an error that has no name',
      'read(4, 0x7ff, 9) = -1 (errno 524) <0.000001>',
      4,
      { failed: 1, errno: 'errno 524' },
    ],
    [
      'messages, whose bytes the call does not tell',
      'recvmmsg(4<socket:[8]>, [{msg_hdr={}, msg_len=9}], 8, 0, NULL) = 1 <0.000001>',
      4,
      { useful: 1, bytesIn: 0 },
    ],
    [
      'a splice, on what it fills',
      'splice(3<socket:[7]>, NULL, 5<pipe:[8]>, NULL, 1048576, SPLICE_F_NONBLOCK) = 64 <0.000001>',
      5,
      { useful: 1, bytesOut: 64 },
    ],
    [
      'a splice from what has nothing',
      'splice(3<socket:[7]>, NULL, 5<pipe:[8]>, NULL, 1048576, SPLICE_F_NONBLOCK) = -1 EAGAIN (Resource temporarily unavailable) <0.000001>',
      3,
      { again: 1 },
    ],
    [
      'sendfile into a full socket',
      'sendfile(3<socket:[7]>, 5</srv/a.html>, NULL, 64) = -1 EAGAIN (Resource temporarily unavailable) <0.000001>',
      3,
      { sendAgain: 1 },
    ],
    [
      'a removal from an epoll set',
      'epoll_ctl(9<anon_inode:[eventpoll]>, EPOLL_CTL_DEL, 3<socket:[7]>, NULL) = 0 <0.000001>',
      3,
      { useful: 1 },
    ],
    ['a terminal', 'write(1</dev/pts/0<char 136:0>>, ""..., 3) = 3 <0.000001>', 1, { kind: 'tty', useful: 1 }],
    [
      'a connection, as -yy prints it',
      'read(5<TCP:[127.0.0.1:1->127.0.0.1:2]>, ""..., 3) = 3 <0.000001>',
      5,
      { local: '127.0.0.1:1', peer: '127.0.0.1:2' },
    ],
    [
      'one of IPv6',
      'read(5<TCPv6:[[::1]:80->[::1]:9]>, ""..., 3) = 3 <0.000001>',
      5,
      { local: '[::1]:80', peer: '[::1]:9' },
    ],
  ])('%s', (_, call, fd, expected) => {
    const windows = summed(at(0, call))
    expect(lost(windows)).toBe(0)
    expect(descriptor(windows, fd)).toMatchObject(expected)
  })

  it('counts a peek as useful when it sees more than any before it, until bytes are taken', () => {
    const peek = (bytes: number) => `recvfrom(4<socket:[8]>, ""..., 99, MSG_PEEK, NULL, NULL) = ${bytes} <0.000001>`
    const read = 'read(4<socket:[8]>, ""..., 9) = 9 <0.000001>'
    const lines = [peek(5), peek(9), peek(5), peek(9), peek(9), read, peek(5)].map((call, i) => at(i, call))
    expect(descriptor(summed(...lines), 4)).toMatchObject({ peeked: 4, useful: 3 })
  })

  it('says nothing of the descriptor when a signal came first', () => {
    const windows = summed(
      at(0, 'read(4<pipe:[8]>, 0x7ff, 9) = ? ERESTARTSYS (To be restarted if SA_RESTART is set) <0.1>'),
      at(1, 'accept(6<socket:[9]>, NULL, NULL) = -1 EINTR (Interrupted system call) <0.000001>'),
    )
    expect(windows.flatMap((window) => window.descriptors)).toEqual([])
    expect(calls(windows)).toMatchObject({ read: { errors: { ERESTARTSYS: 1 } }, accept: { errors: { EINTR: 1 } } })
  })

  it('is forgotten when the number is given to something else', () => {
    const ready = 'poll([{fd=3, events=POLLIN}], 1, -1) = 1 ([{fd=3, revents=POLLIN}]) <0.000001>'
    const windows = summed(
      at(0, 'read(3<socket:[7]>, ""..., 9) = 9 <0.000001>'),
      at(1, ready),
      at(2, 'close(3<socket:[7]>) = 0 <0.000001>'),
      at(3, 'eventfd2(0, 0) = 3<anon_inode:[eventfd]> <0.000001>'),
      at(4, ready),
    )
    expect(descriptor(windows, 3)).toMatchObject({ kind: 'eventfd', ready: 2, unconsumed: 0 })
    expect(descriptor(windows, 3)).not.toHaveProperty('inode')
  })

  it('names the errno that failed most', () => {
    const fails = (ms: number, errno: string) => at(ms, `write(4, ""..., 9) = -1 ${errno} (…) <0.000001>`)
    const windows = summed(fails(0, 'EIO'), fails(1, 'EPIPE'), fails(2, 'EPIPE'))
    expect(descriptor(windows, 4)).toMatchObject({ failed: 3, errno: 'EPIPE' })
  })
})

describe('waits', () => {
  it.each([
    ['select(4, [3], NULL, NULL, {tv_sec=0, tv_usec=500}) = 0 (Timeout)', 'select 1ms empty'],
    ['select(4, [3], [3], NULL, NULL) = 2 (in [3], out [3])', 'select none ready'],
    ['epoll_pwait(5, [], 128, 0, NULL, 0) = 0', 'epoll_pwait 0 empty'],
    ['epoll_pwait(5, 0x7ffd, 128, 59, NULL, 0) = -1 EINTR (Interrupted system call)', 'epoll_pwait 100ms failed'],
    ['epoll_pwait2(5, [], 128, NULL, NULL, 0) = 0', 'epoll_pwait2 none empty'],
    ['ppoll([{fd=3, events=POLLIN}], 1, NULL, NULL, 8) = 1 ([{fd=3, revents=POLLIN}])', 'ppoll none ready'],
    ['nanosleep({tv_sec=1, tv_nsec=0}, NULL) = 0', 'nanosleep longer empty'],
    [
      'io_uring_enter(4<anon_inode:[io_uring]>, 0, 1, IORING_ENTER_GETEVENTS, NULL, 8) = 0',
      'io_uring_enter none ready',
    ],
    [
      'io_uring_enter(4, 0, 1, IORING_ENTER_GETEVENTS|IORING_ENTER_EXT_ARG, 0x7f, 24) = -1 ETIME (Timer expired)',
      'io_uring_enter none empty',
    ],
  ])('%s', (call, expected) => {
    expect(waits(summed(at(0, `${call} <0.000001>`)))).toEqual({ [expected]: 1 })
  })

  it('counts a descriptor that is ready in two sets of select once', () => {
    const windows = summed(at(0, 'select(4, [3], [3], NULL, NULL) = 2 (in [3], out [3]) <0.000001>'))
    expect(descriptor(windows, 3)).toMatchObject({ ready: 1 })
    expect(lost(windows)).toBe(0)
  })

  it('learns registrations from the trace', () => {
    const windows = summed(
      at(
        0,
        'epoll_ctl(5<anon_inode:[eventpoll]>, EPOLL_CTL_ADD, 3<socket:[7]>, {events=EPOLLIN|EPOLLET, data={u32=1, u64=18446744073709551615}}) = 0 <0.000001>',
      ),
      at(
        1,
        'epoll_wait(5<anon_inode:[eventpoll]>, [{events=EPOLLIN, data={u32=1, u64=18446744073709551615}}], 8, -1) = 1 <0.000001>',
      ),
    )
    expect(descriptor(windows, 3)).toMatchObject({ ready: 1, epfd: 5, events: 'IN|ET' })
  })

  it('counts the ready descriptors that a shortened line does not show', () => {
    const windows = summed(at(0, 'epoll_wait(5, [{events=EPOLLIN, data={u32=3, u64=3}}, ...], 64, -1) = 40 <0.000001>'))
    expect(lost(windows)).toBe(40)
  })
})

describe('lines', () => {
  it('of several threads are put together, also without -o', () => {
    const windows = summed(
      `[pid   101] ${T0}.000000 read(3<socket:[7]>,  <unfinished ...>`,
      `[pid   100] ${T0}.000001 read(4<socket:[8]>,  <unfinished ...>`,
      `[pid   101] ${T0}.000002 <... read resumed>""..., 9) = 9 <0.000002>`,
      `[pid   100] ${T0}.000003 <... read resumed>0x7ff, 9) = -1 EAGAIN (Resource temporarily unavailable) <0.000002>`,
    )
    expect(lost(windows)).toBe(0)
    expect(descriptor(windows, 3)).toMatchObject({ useful: 1, pid: 100 })
    expect(descriptor(windows, 4)).toMatchObject({ again: 1 })
  })

  it.each([
    ['strace speaks', 'strace: Process 101 attached'],
    ['strace goes', 'strace: Process 100 detached'],
    ['a signal', at(0, '--- SIGURG {si_signo=SIGURG, si_code=SI_TKILL, si_pid=100, si_uid=0} ---')],
    ['a thread ends', at(0, '+++ exited with 0 +++')],
    ['the process is killed', at(0, '+++ killed by SIGKILL +++')],
    ['execve takes the place of all threads', at(0, '+++ superseded by execve in pid 101 +++')],
    ['the end of a process', at(0, 'exit_group(0) = ?')],
    ['a call during which the tracer went', at(0, 'epoll_wait(5<anon_inode:[eventpoll]>,  <detached ...>')],
    ['the tracer went between two calls', ' <detached ...>'],
    ['a call during which the process was killed', at(0, 'futex(0x1, FUTEX_WAIT, 0, NULL <unfinished ...>) = ?')],
    [
      'a call that was under way as the tracer came',
      at(0, 'restart_syscall(<... resuming interrupted read ...> <unfinished ...>'),
    ],
  ])('without a call that returned: %s', (_, line) => {
    const windows = summed(line)
    expect(lost(windows)).toBe(0)
    expect(calls(windows)).toEqual({ getpid: expect.anything() })
  })

  it('is the call during which the tracer went, when the last one is cut short', () => {
    expect(lost(parse([at(0, 'getpid() = 100 <0.000001>'), at(9, 'epoll_wait(7<anon_inode:[eventpoll]>, ')]))).toBe(0)
  })

  it.each([
    ['cut short', at(0, 'epoll_wait(5<anon_inode:[eventpoll]>, [{events=EPOLLIN, da')],
    ['the end of a call whose beginning is missing', at(0, '<... read resumed>""..., 9) = 9 <0.000002>')],
    ['two lines in one', at(0, 'clone(child_stack=NULL, flags=SIGCHLDstrace: Process 101 attached')],
    ['no line of strace', 'Segmentation fault'],
  ])('that are damaged count as lost: %s', (_, line) => {
    expect(lost(summed(line))).toBe(1)
  })

  it('however damaged, never raise, and what is whole is still counted', () => {
    const lines = capture('strace/echo.txt')
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.nat(200), fc.string(), (index, cut, rubbish) => {
        const damaged = [...lines]
        damaged[index] = `${lines[index]?.slice(0, cut)}${rubbish}`
        const windows = valid(parseStrace(damaged, { pid: 23351 }))
        const total = (all: typeof windows) => Object.values(calls(all)).reduce((sum, call) => sum + call.calls, 0)
        // One damaged line takes at most its own call and the one that it should have ended.
        expect(total(windows)).toBeGreaterThanOrEqual(total(valid(parseStrace(lines, { pid: 23351 }))) - 2)
      }),
    )
  })
})
