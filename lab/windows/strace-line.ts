/** A call that has returned. */
export interface TracedCall {
  name: string
  args: string[]
  /** return value, undefined when there is none (`= ?`) */
  value: number | undefined
  /** e.g. `EAGAIN`; also the kernel's own ERESTARTSYS and its kin, which only a tracer sees */
  errno: string | undefined
  /** text of the descriptor that it returned, as -y prints it */
  annotation: string | undefined
  /** what stands in parentheses after the return value: `Timeout`, the ready descriptors of poll, … */
  detail: string
  /** seconds */
  duration: number
}

/** One line of `strace -f -ttt`, cut into what it tells. */
export type StraceLine =
  /** strace speaks of itself */
  | { kind: 'notice' }
  /** `at`: when the line was begun, milliseconds since the epoch; `tid` is absent where one thread is traced */
  | ({ tid: number | undefined; at: number } & (
      | { kind: 'call'; call: TracedCall }
      /** the call did not return before another thread's line had to be printed */
      | { kind: 'unfinished'; head: string }
      | { kind: 'resumed'; tail: string }
      | { kind: 'exited' }
      /** a signal, a stop, the end of tracing: no call */
      | { kind: 'event' }
    ))

// With -o each line begins with the thread's id; on a terminal `[pid N]` stands only where several threads are traced.
const PREFIX = /^(?:\[pid\s+(\d+)\] |(\d+)\s+)?(\d{9,}\.\d{3,9}) /
const UNFINISHED = / <unfinished \.\.\.>$/
// The tracer let go in the middle of the call.
const DETACHED = /<detached \.\.\.>$/
const RESUMED = /^<\.\.\. \S+ resumed>/
const EVENT = /^(?:---|\+\+\+ superseded)/
const ANNOTATION = /<((?:->|<[^<>]*>|[^<>])*)>/y
const RETURN =
  /^\s+= (-?\d+|0x[0-9a-f]+|\?)(?:<((?:->|<[^<>]*>|[^<>])*)>)?(?: (E[A-Z0-9_]+) \([^)]*\))?(?: \((.*)\))?(?: <(\d+\.\d+)>)?$/

/** Undefined when the line is damaged. */
export function parseLine(line: string): StraceLine | undefined {
  if (line.startsWith('strace: ') || line === ' <detached ...>') return { kind: 'notice' }
  const prefix = PREFIX.exec(line)
  if (!prefix) return undefined
  const tid = prefix[1] ?? prefix[2]
  const when = { tid: tid === undefined ? undefined : Number(tid), at: Number(prefix[3]) * 1000 }
  const body = line.slice(prefix[0].length)
  if (body.startsWith('+++ exited') || body.startsWith('+++ killed')) return { ...when, kind: 'exited' }
  if (EVENT.test(body) || DETACHED.test(body)) return { ...when, kind: 'event' }
  if (RESUMED.test(body)) return { ...when, kind: 'resumed', tail: body.replace(RESUMED, '') }
  if (UNFINISHED.test(body)) return { ...when, kind: 'unfinished', head: body.replace(UNFINISHED, '') }
  const call = parseCall(body)
  return call && { ...when, kind: 'call', call }
}

/** `name(arguments) = value …`; undefined when it is not whole. */
export function parseCall(text: string): TracedCall | undefined {
  const open = text.indexOf('(')
  const name = text.slice(0, Math.max(open, 0))
  if (!/^[a-z_]\w*$/.test(name)) return undefined
  const list = splitArguments(text, open + 1)
  const found = list && RETURN.exec(text.slice(list.end))
  if (!found) return undefined
  const [, value, annotation, errno, detail = '', duration] = found
  const unnamed = /^errno (\d+)/.exec(detail)
  return {
    name,
    args: list.args,
    value: value === '?' ? undefined : Number(value),
    errno: errno ?? (unnamed ? `errno ${unnamed[1]}` : undefined),
    annotation,
    detail,
    duration: Number(duration ?? 0),
  }
}

/** Cuts at the commas of the outermost level, from `start` to the closing parenthesis. */
function splitArguments(text: string, start: number): { args: string[]; end: number } | undefined {
  const args: string[] = []
  let depth = 0
  let from = start
  for (let i = start; i < text.length; i++) {
    const char = text[i]
    if (char === '"') i = endOfString(text, i)
    else if (char === '<') {
      ANNOTATION.lastIndex = i
      if (ANNOTATION.test(text)) i = ANNOTATION.lastIndex - 1
    } else if (char === '(' || char === '[' || char === '{') depth++
    else if (char === ')' && depth === 0) {
      const last = text.slice(from, i).trim()
      if (last || args.length) args.push(last)
      return { args, end: i + 1 }
    } else if (char === ')' || char === ']' || char === '}') depth--
    else if (char === ',' && depth === 0) {
      args.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  return undefined
}

/** Index of the closing quote. */
function endOfString(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i
  }
  return text.length
}
