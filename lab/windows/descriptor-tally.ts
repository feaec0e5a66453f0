import { type DescriptorName, describeDescriptor } from './descriptor-name.ts'
import type { Descriptor } from './window.ts'

const UNKNOWN: DescriptorName = { kind: 'unknown' }

interface Entry {
  name: DescriptorName
  /** the text that strace last printed for it */
  annotation: string | undefined
  closed: boolean
  epfd?: number
  events?: string
  /** reported ready, and nothing useful done since */
  pending: boolean
  /** most bytes that a peek has seen since some were taken; unknown until then */
  peekedTo: number | undefined
  errnos: Map<string, number>
  sums: Sums
}

const SUMS = [
  'useful',
  'eof',
  'again',
  'sendAgain',
  'failed',
  'peeked',
  'ready',
  'unconsumed',
  'bytesIn',
  'bytesOut',
] as const
type Sums = Record<(typeof SUMS)[number], number>
const nothing = (): Sums => Object.fromEntries(SUMS.map((name) => [name, 0])) as Sums

/** What one process achieves on each of its descriptors, slice by slice. */
export class DescriptorTally {
  readonly #pid: number
  readonly #entries = new Map<number, Entry>()
  readonly #sockets: ReadonlyMap<number, DescriptorName>

  /** `sockets`: what is known of a socket by its inode; may grow. */
  constructor(pid: number, sockets: ReadonlyMap<number, DescriptorName>) {
    this.#pid = pid
    this.#sockets = sockets
  }

  /** Adds to what is known of a descriptor, e.g. from outside the trace. */
  introduce(fd: number, name: DescriptorName): void {
    const entry = this.#entry(fd)
    entry.name = merge(entry.name, this.#complete(name))
  }

  /** What the trace says that it is. */
  annotate(fd: number, annotation: string): void {
    const entry = this.#entry(fd)
    if (entry.annotation === annotation) return
    const seen = this.#complete(describeDescriptor(annotation))
    const another = entry.closed || (seen.inode !== undefined && seen.inode !== (entry.name.inode ?? seen.inode))
    entry.name = another ? seen : merge(entry.name, seen)
    entry.closed = false
    entry.annotation = annotation
  }

  name(fd: number): DescriptorName {
    return this.#entries.get(fd)?.name ?? UNKNOWN
  }

  register(fd: number, epfd: number, events: string): void {
    Object.assign(this.#entry(fd), { epfd, events })
  }

  useful(fd: number, bytes: { in?: number; out?: number } = {}, peekedTo = 0): void {
    const entry = this.#entry(fd)
    entry.sums.useful++
    entry.sums.bytesIn += bytes.in ?? 0
    entry.sums.bytesOut += bytes.out ?? 0
    entry.pending = false
    entry.peekedTo = peekedTo
  }

  /** A peek that sees more than any before it looks at what has just arrived; the same bytes again are nothing new. Of the first one nobody knows. */
  peek(fd: number, bytes: number): void {
    const entry = this.#entry(fd)
    const seen = entry.peekedTo
    entry.peekedTo = Math.max(bytes, seen ?? 0)
    if (seen !== undefined && bytes > seen) this.useful(fd, {}, entry.peekedTo)
    else entry.sums.peeked++
  }

  futile(fd: number, kind: 'eof' | 'again' | 'sendAgain'): void {
    this.#entry(fd).sums[kind]++
  }

  failed(fd: number, errno: string): void {
    const entry = this.#entry(fd)
    entry.sums.failed++
    entry.errnos.set(errno, (entry.errnos.get(errno) ?? 0) + 1)
  }

  ready(fd: number): void {
    const entry = this.#entry(fd)
    entry.sums.ready++
    if (entry.pending) entry.sums.unconsumed++
    entry.pending = true
  }

  /** The number is free again, and what it was has taken its readiness with it. The counts of the slice stay. */
  close(fd: number): void {
    const entry = this.#entries.get(fd)
    if (!entry) return
    entry.pending = false
    entry.peekedTo = undefined
    entry.closed = true
    entry.annotation = undefined
    delete entry.epfd
    delete entry.events
  }

  /** Ends a slice: the descriptors on which something happened. */
  take(): Descriptor[] {
    const touched = [...this.#entries].filter(([, { sums }]) => SUMS.some((name) => sums[name] > 0))
    return touched.map(([fd, entry]) => {
      const { sums, errnos, epfd, events } = entry
      const { datagram: _, ...name } = entry.name
      const [errno] = [...errnos].reduce((most, next) => (next[1] > most[1] ? next : most), ['', 0] as [string, number])
      entry.sums = nothing()
      entry.errnos = new Map()
      return {
        pid: this.#pid,
        fd,
        ...name,
        ...sums,
        ...(errno && { errno }),
        ...(epfd !== undefined && { epfd }),
        ...(events !== undefined && { events }),
      }
    })
  }

  #complete(name: DescriptorName): DescriptorName {
    return { ...name, ...(name.inode !== undefined && this.#sockets.get(name.inode)) }
  }

  #entry(fd: number): Entry {
    const known = this.#entries.get(fd)
    if (known) return known
    const entry: Entry = {
      name: UNKNOWN,
      annotation: undefined,
      closed: false,
      pending: false,
      peekedTo: undefined,
      errnos: new Map(),
      sums: nothing(),
    }
    this.#entries.set(fd, entry)
    return entry
  }
}

/** That a socket listens shows in its calls and states, not in what strace prints. */
function merge(known: DescriptorName, seen: DescriptorName): DescriptorName {
  const kind = known.kind === 'listener' && seen.kind === 'socket' ? 'listener' : seen.kind
  return { ...known, ...seen, kind }
}
