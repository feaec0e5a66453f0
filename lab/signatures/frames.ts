import { remember } from '../remember.ts'
import type { Stack } from '../windows/window.ts'
import { functionOf } from './roots.ts'

/** Code that fires timers, whoever set them, and runs nothing of theirs: in Go and tokio that is done by others. */
const TIMERS =
  /^(?:runtime\.\(\*timers?\)|time\.(?:goFunc|sendTime|AfterFunc|newTimer)|_ZN5tokio7runtime4time|tokio::runtime::time)/
/** Code that fires timers and runs what they are for, on the thread of the event loop. */
const TIMED = /^(?:uv__run_timers|\S*RunTimers)/
/** Code that an event loop runs in every turn, so that it comes to its wait again. */
const TURNING = /^(?:uv__run_(?:timers|check|idle|prepare)|\S*(?:RunTimers|CheckImmediate))/
/** What libuv and Node do around each timer. */
const TIMEKEEPING = /^(?:uv_update_time|uv_now|uv_timer_|uv__hrtime|\S*(?:GetLibuvNow|ScheduleTimer|ToggleTimerRef))/
const SELECTING = /^runtime\.select(?:go|nb)/
/** Taking the next connection. A listener of one's own may shake hands there, which computes. */
const ACCEPTING = /^\S+\)\.Accept(?:TCP|Unix)?(?: |$)/
const CRYPTO = /^(?:crypto|vendor\/golang\.org\/x\/crypto|golang\.org\/x\/crypto|math\/big)[/.]/
/** Waiting without blocking: code that asks again whether something has happened. */
const ASKING =
  /^(?:internal\/poll\.(?:setDeadlineImpl|runtime_pollSetDeadline|runtime_pollReset|\(\*pollDesc\)\.prepare)|runtime\.(?:poll_runtime_poll(?:SetDeadline|Reset)|selectgo|selectnb|chanrecv|chansend|Gosched)|net\.\(\*\w+\)\.Set(?:Read|Write)?Deadline|pthread_(?:mutex_try|spin_)|\S*(?:try_recv|start_recv|spin_loop|onSpinWait)|\S*std(?:::|6)thread\S*4?park)/
/** The clock, which is read without a system call (vdso(7)): computing seldom asks for the time, and a loop that waits by it does nothing else. */
const CLOCK = /^(?:\[vdso\]|__vdso_|clock_gettime|gettimeofday)/
/**
 * The way into code that takes one message off a stream. Time in it, and not in what it calls, is spent on being told the same again:
 * Go's decoders and scanners keep the error that ended them.
 */
const ENTERING =
  /^(?:bufio\.\(\*Scanner\)\.Scan|\S+\.\(\*Decoder\)\.Decode|\S+\.\(\*\w*(?:Conn|Stream|Listener|Client)\)\.(?:Recv\w*|Receive\w*|Accept\w*|NextReader|Read(?:Message|Frame|JSON)))\s/
/** Node's queue of promise reactions, which runs until it is empty. */
const MICROTASKS = /^Builtins_(?:RunMicrotasks|EnqueueMicrotask|Async\w+|\w*Promise\w*)/
/** A value goes from one goroutine to another, or one sleeps until it does. */
const PASSING =
  /^runtime\.(?:send|recv|goready|gopark|goparkunlock|selparkcommit|(?:acquire|release)Sudog|\(\*waitq\)\.\w+)\s/
/** Channels of Go, and of Rust's std (mpmc). */
const GIVING = /^runtime\.(?:chansend|selectnbsend)|start_send/
const TAKING = /^runtime\.(?:chanrecv|selectnbrecv)|start_recv/
/** Giving the core away for nothing; `[pause]` is the processor's own hint that a loop waits (Intel SDM, PAUSE). */
const YIELDING = /^(?:__x64_sys_sched_yield|do_sched_yield|__sched_yield|sched_yield|runtime\.gosched_m|\[pause\])/
/** Threads of one parallel computation wait so for each other, for a moment and by design (OMP_WAIT_POLICY of OpenMP 5.2, 21.2.3). */
const BARRIERS = /gomp_|GOMP_|__kmp|lib(?:gomp|iomp5|omp|tbb)\b/
/** Packages that serve connections: time in them, without a single system call, moves no byte. What computes with addresses and headers is left out. */
const NETWORK =
  /^(?:net(?=\.(?:\(\*?\w*(?:[cC]onn|FD|Listener|Error|Dialer|Resolver|pipe)\)|Dial|Listen|mapErr|wrapSyscallError))|internal\/poll|crypto\/tls|net\/(?:http(?!\.(?:[rR]eadRe|\(?Header|[pP]arse|valid))|rpc)|(?:vendor\/)?golang\.org\/x\/net\/(?!html)\S+|google\.golang\.org\/grpc(?:\/\S+)?|\S+\/(?:quic-go|websocket|fasthttp|http2|http3)(?:\/\S+)?)\.|^(?:tokio|mio|hyper|h2|rustls|tokio_rustls|quinn|async_io|smol)::|^_ZN\d*(?:5tokio|3mio|5hyper|2h2|6rustls|_\$LT\$(?:tokio|mio|hyper|h2|rustls)\.\.)|^(?:SSL_|ssl3_|event_base_|uv_|lws_|nghttp2_)/
/** Names that a programmer gives to code that serves a connection. */
const SERVING =
  /(?:^|[^a-z])(?:serve|conn|handle|handler|parse|parser|decode|session|stream|frame|proto|protocol|handshake|request|response|packet|reader|peer|client)(?![a-z])/i
/** Names of threads in which event loops and request handlers run, as far as 15 letters show them (Netty, Jetty, Tomcat, Undertow, Vert.x, Grizzly, Akka, tokio). */
const SERVING_THREAD =
  /event-?loop|selector|poller|acceptor|^(?:n|e)?io-|-nio-|xnio|^qtp|http-|grpc|reactor|vert\.x|grizzly|dispatcher|tokio-runtime/i
/** The runtime's own work, called from everywhere, which says nothing of the caller. */
const PLUMBING =
  /^(?:runtime|sync|internal|time|context|errors|bytes|strings|slices|sort|reflect|math|unsafe|core|std|alloc)[.:/]|^(?:\[|_raw_|indexbytebody|memeqbody|cmpbody|memmove|mem|libc|_init|__)/
/** Collecting garbage and handing out memory. */
const COLLECTING = /^(?:runtime\.(?:gc[A-Z]|mallocgc|bgsweep|sweepone|scanobject)|internal\/runtime\/gc)/
/** Go's scheduler looking for something to run. */
const SCHEDULING = /^runtime\.(?:findRunnable|schedule|park_m|netpoll|stealWork)/
/** In the kernel because of a call, not of an interrupt. */
const IN_CALL = /^(?:do_syscall_64|__x64_sys_|__arm64_sys_|el0_svc|ksys_)/
const IN_WRAPPER =
  /^_*(?:read|readv|write|writev|send|sendto|sendmsg|recv|recvfrom|recvmsg|accept4?|connect|close|poll|select|epoll_p?wait|nanosleep|clock_nanosleep|sched_yield|syscall)\s/
const CALLING = /^(?:internal\/runtime\/syscall|syscall\.(?:Raw)?Syscall)/
/** In a wait or a sleep. */
const IN_WAIT =
  /^(?:__(?:x64|arm64)_sys_(?:epoll_p?wait2?|poll|ppoll|select|pselect6|nanosleep|clock_nanosleep|futex|io_uring_enter)|do_epoll_wait|epoll_p?wait|__poll|__select|clock_nanosleep|runtime\.(?:netpoll|futexsleep|usleep))/
const LOCKING = /^__(?:x64|arm64)_sys_futex/
/** A wait that a Go program makes itself, beside those of its runtime. */
const OWN_WAIT =
  /^(?:syscall|golang\.org\/x\/sys\/unix)\.(?:EpollWait|P?[Ss]elect|P?[Pp]oll|(?:Clock)?Nanosleep)(?: |$)/

/** A profile names the same few functions again and again: each is looked at once. */
function test(pattern: RegExp): (frame: string) => boolean {
  const answers = new Map<string, boolean>()
  return (frame) => {
    const answer = answers.get(frame) ?? pattern.test(frame)
    answers.set(frame, answer)
    return answer
  }
}

/** Some frame of the stack matches. */
function any(pattern: RegExp) {
  const matches = test(pattern)
  return remember(({ user, kernel }: Stack) => user.some(matches) || kernel.some(matches))
}

/** One of so many innermost functions of the program matches. */
function innermost(functions: number, pattern: RegExp) {
  const matches = test(pattern)
  return remember(({ user }: Stack) => user.slice(0, functions).some(matches))
}

const touchesTimers = any(TIMERS)
const selects = any(SELECTING)
// A select over the channel of a timer touches the timer too, and fires nothing.
export const firesTimers = (stack: Stack) => touchesTimers(stack) && !selects(stack)
export const runsTimed = any(TIMED)
export const turns = any(TURNING)
/** The innermost functions show what is done around a timer: the clock is read from JavaScript through four of them. */
export const keepsTime = innermost(6, TIMEKEEPING)
export const passes = any(PASSING)
export const collects = any(COLLECTING)
export const schedules = any(SCHEDULING)
const givesWay = any(YIELDING)
const isAtBarrier = any(BARRIERS)
export const yields = (stack: Stack) => givesWay(stack) && !isAtBarrier(stack)
export const waits = any(IN_WAIT)
export const waitsItself = any(OWN_WAIT)
export const locks = any(LOCKING)
/** gives a value into a channel */
export const gives = any(GIVING)
/** takes one from a channel, or asks whether there is one */
export const takes = any(TAKING)

const isInCall = test(IN_CALL)
const callsKernel = innermost(3, CALLING)
const isInWrapper = innermost(1, IN_WRAPPER)
/** is in a system call */
export const calls = remember((stack: Stack) => stack.kernel.some(isInCall) || callsKernel(stack) || isInWrapper(stack))

const isPlumbing = test(PLUMBING)
/** The innermost function that is no plumbing. */
export const leaf = remember(({ user }: Stack) => functionOf(user.find((frame) => !isPlumbing(frame)) ?? user[0] ?? ''))

export const isNamed = (name: string) => !/^(?:$|0x|\[)|\+0x/.test(name)

/** Is told the same again by what takes messages off a stream. */
export const enters = innermost(1, ENTERING)

export const reacts = innermost(3, MICROTASKS)

const takesConnection = any(ACCEPTING)
const encrypts = any(CRYPTO)
/** Is in an accept loop, which computes nothing, whatever it calls. */
export const accepts = (stack: Stack) => takesConnection(stack) && !encrypts(stack)

const asksAgain = any(ASKING)
const readsClock = innermost(2, CLOCK)
const isNetwork = test(NETWORK)
/** Asks again and again, or is busy in network code. */
export const asks = remember(
  (stack: Stack) =>
    asksAgain(stack) || readsClock(stack) || accepts(stack) || enters(stack) || reacts(stack) || isNetwork(leaf(stack)),
)

export const isServing = (thread: string) => SERVING_THREAD.test(thread)

const isNamedForServing = test(SERVING)
/** Some function on the stack serves a connection, by its name. */
export const serves = remember(({ user }: Stack) =>
  user.some((frame) => isNamedForServing(functionOf(frame).split(/[./:]/).slice(-2).join(' ')) || isNetwork(frame)),
)
