import { expect, test } from 'vitest'
import { readGoroutines, readSchedtrace } from '../../lab/diagnosis/go-evidence.ts'

// Printed by net/http/pprof of Go 1.26.
const PROFILE = `goroutine profile: total 9
5 @ 0x47b2ae 0x440f57 0x477fa5 0x4a4da7
#	0x477fa4	internal/poll.runtime_pollWait+0x84	/usr/local/go/src/runtime/netpoll.go:351
#	0x4a4da6	net/http.(*conn).serve+0x66	/usr/local/go/src/net/http/server.go:2027

4 @ 0x47b2ae 0x40f6ac
#	0x6b8e04	main.leak+0x24	/srv/main.go:17
`

test('goroutines are counted, and the largest groups named', () => {
  expect(readGoroutines(PROFILE)).toEqual([
    'goroutines: 9',
    '5 goroutines are at internal/poll.runtime_pollWait /usr/local/go/src/runtime/netpoll.go:351',
    '4 goroutines are at main.leak /srv/main.go:17',
  ])
})

test('what is no profile tells nothing', () => {
  expect(readGoroutines('404 page not found')).toEqual([])
})

test('the last line of the scheduler is taken', () => {
  const last =
    'SCHED 2009ms: gomaxprocs=2 idleprocs=0 threads=6 spinningthreads=1 needspinning=0 idlethreads=3 runqueue=0 [0 0]'
  expect(readSchedtrace(`SCHED 1004ms: gomaxprocs=2 idleprocs=2\nserver: hello\n${last}\n`)).toEqual([
    `schedtrace: ${last}`,
  ])
})
