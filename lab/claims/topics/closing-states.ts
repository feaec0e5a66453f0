import { type Claim, told } from '../claim.ts'

interface Closing {
  finWait2Reports: number
  closedReports: number
  closedEvents: number
  readAfterClose: number
  readError: boolean
  afterCloseReports: number
}

/** include/uapi/linux/eventpoll.h */
const EPOLLHUP = 0x10

const claims: Claim[] = [
  {
    id: 'fin-wait-2-wakes',
    section: '3.1',
    sentence: 'A registered socket that is left in FIN_WAIT2 keeps epoll_wait turning.',
    command: 'demo closing',
    expected: 'it is reported again and again',
    async test(bench) {
      const { finWait2Reports } = await bench.see<Closing>('closing')
      return told(finWait2Reports > 0, `reported ${finWait2Reports} times in 300 ms after shutdown(SHUT_WR)`)
    },
  },
  {
    id: 'fin-wait-2-hup',
    section: '3.1',
    sentence: 'After the FIN of the peer no EPOLLHUP is raised, so epoll never tells that such a socket is over.',
    command: 'demo closing',
    expected: 'no report when the peer closes, too',
    async test(bench) {
      const { closedReports, closedEvents } = await bench.see<Closing>('closing')
      const hup = (closedEvents & EPOLLHUP) !== 0
      return told(
        closedReports === 0 || !hup,
        `reported ${closedReports} times, events 0x${closedEvents.toString(16)}: EPOLLHUP ${hup ? 'is' : 'is not'} among them, unasked`,
      )
    },
  },
  {
    id: 'time-wait-registered',
    section: '3.1',
    sentence: 'A socket in TIME_WAIT keeps its descriptor and its registration, and may raise a false EPOLLIN.',
    command: 'demo closing',
    expected: 'it is reported after close',
    async test(bench) {
      const { afterCloseReports } = await bench.see<Closing>('closing')
      return told(
        afterCloseReports > 0,
        `${afterCloseReports} reports in 300 ms after close: what waits in TIME_WAIT is no socket of the process any more (tcp_time_wait of net/ipv4/tcp_minisocks.c)`,
      )
    },
  },
  {
    id: 'time-wait-read',
    section: '3.1',
    sentence: 'read of a connection that both sides have shut returns 0.',
    command: 'demo closing',
    expected: 'read = 0',
    async test(bench) {
      const { readAfterClose, readError } = await bench.see<Closing>('closing')
      return told(
        readAfterClose === 0 && !readError,
        `read returned ${readAfterClose}${readError ? ' with an error' : ''}`,
      )
    },
  },
  {
    id: 'time-wait-60',
    section: '3.1',
    sentence: 'TIME_WAIT lasts 60 s.',
    command: 'demo closing; ss -tno state time-wait',
    expected: 'a timer of at most 60 s, and more than 50 s just after the close',
    async test(bench) {
      // Any connection that has just been closed by this end.
      await bench.see<Closing>('closing')
      const { stdout } = await bench.shell('awk \'$4 == "06" {print $6}\' /proc/net/tcp')
      // tr:tm->when of proc_pid_net(5): the time that is left, in jiffies of 1/100 s.
      const left = stdout.split('\n').map((field) => Number.parseInt(field.split(':')[1] ?? '', 16) / 100)
      const longest = Math.max(...left.filter(Number.isFinite), 0)
      return told(
        longest > 50 && longest <= 60,
        `${left.length} sockets in TIME-WAIT, the newest has ${longest.toFixed(1)} s left`,
      )
    },
  },
  {
    id: 'fin-wait-2-endless',
    section: '3.1',
    sentence: 'FIN_WAIT2 has no time limit, or a long one.',
    command: 'cat /proc/sys/net/ipv4/tcp_fin_timeout, and the socket above while its descriptor is open',
    expected: 'no limit',
    async test(bench) {
      const { stdout } = await bench.shell('cat /proc/sys/net/ipv4/tcp_fin_timeout')
      const seconds = Number(stdout)
      return {
        verdict: seconds > 0 ? 'depends' : 'holds',
        measured: `${seconds} s once the descriptor is closed (tcp_fin_timeout of tcp(7)); none while the process keeps it open`,
      }
    },
  },
]
export default claims
