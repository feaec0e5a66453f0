import type { Conversation, Ending } from './conversation.ts'
import type { Random } from './random.ts'

/** One way to begin a conversation without TLS wrongly. */
export interface RequestKind {
  is: string
  /** whether more would have to come before a server of HTTP can answer: it waits; the others it refuses */
  stalls: boolean
  /** The same draws give the same conversation. */
  converse(random: Random): Conversation
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: spinlab\r\n\r\n'
/** More than a server takes for a request line: 8 KiB in most, 64 KiB in Python (http.server). */
const TOO_LONG = 70_000

const say = (text: string | Buffer, ending: Ending = 'stall'): Conversation => ({
  chunks: [{ after: 0, bytes: Buffer.from(text) }],
  ending,
  lingers: 0,
})

export const catalogue = {
  silence: {
    is: 'a connection that says nothing',
    stalls: true,
    converse: () => ({ chunks: [], ending: 'stall', lingers: 0 }),
  },
  'truncated-request': {
    is: 'a request that breaks off anywhere before its end',
    stalls: true,
    converse: (random) => say(REQUEST.slice(0, random.between(1, REQUEST.length - 1))),
  },
  'one-byte-at-a-time': {
    is: 'a request, one byte each 50 ms, without an end',
    stalls: true,
    converse: () => ({
      chunks: [...REQUEST.slice(0, -2)].map((byte) => ({ after: 50, bytes: Buffer.from(byte) })),
      ending: 'stall',
      lingers: 0,
    }),
  },
  'missing-body': {
    is: 'a request that announces a body, of which only a part comes',
    stalls: true,
    converse: (random) =>
      say(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(random.between(0, 999))}`),
  },
  garbage: {
    is: 'random bytes, with an end of line',
    stalls: false,
    converse: (random) => say(Buffer.concat([random.bytes(random.between(16, 512)), Buffer.from('\r\n\r\n')])),
  },
  'no-method': {
    is: 'a request line of one word',
    stalls: false,
    converse: () => say('nonsense\r\n\r\n'),
  },
  'endless-line': {
    is: 'a request line longer than any server takes',
    stalls: false,
    converse: () => say(`GET /${'x'.repeat(TOO_LONG)}`),
  },
  'bad-length': {
    is: 'a body whose length is no number',
    stalls: false,
    converse: () => say('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n'),
  },
  'tls-hello': {
    is: 'the first bytes of TLS',
    stalls: false,
    // RFC 8446, 5.1: a handshake record, here of 512 bytes, of which 64 follow.
    converse: (random) => say(Buffer.concat([Buffer.from([22, 3, 1, 2, 0]), random.bytes(64)])),
  },
  'request-then-rst': {
    is: 'a request, and RST instead of reading the answer',
    stalls: false,
    converse: (random) => ({ ...say(REQUEST, 'rst'), lingers: random.between(0, 20) }),
  },
} satisfies Record<string, RequestKind>

export type RequestName = keyof typeof catalogue

export const requestNames = Object.keys(catalogue) as RequestName[]
