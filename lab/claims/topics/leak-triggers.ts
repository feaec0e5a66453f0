import { type Claim, told } from '../claim.ts'

/** Kinds of hello of clients/hello-catalogue.ts that are the article's triggers. */
const TRIGGERS = [
  { id: 'short-hello', kind: 'truncated-record', what: 'A ClientHello that is too short', leaks: true },
  { id: 'version-zero', kind: 'version-0x0000', what: 'A ClientHello with version 0x0000', leaks: true },
  { id: 'empty-sni', kind: 'empty-sni', what: 'A ClientHello with an empty server name', leaks: false },
  { id: 'bad-cipher', kind: 'no-common-cipher', what: 'A ClientHello with no cipher suite in common', leaks: false },
] as const

const claims: Claim[] = TRIGGERS.map(({ id, kind, what, leaks }) => ({
  id: `leak-${id}`,
  section: '4.1',
  sentence: `${what} ${leaks ? 'leaks' : 'does not leak'} the connection of a crypto/tls server.`,
  command: `clients/hello-storm.ts --kinds ${kind} against stock net/http over TLS, and what it still holds when the clients are gone`,
  expected: leaks ? 'descriptors stay open' : 'every descriptor is closed',
  async test(bench) {
    const { sent, open, stalled } = await bench.hellos(kind)
    const leaked = open > sent / 2
    return told(
      leaked === leaks,
      `${sent} sent, ${open} of their descriptors still open after the clients left${stalled ? `; while they stayed, ${stalled} were open: the server waits for the rest, as it was given no deadline` : ''}`,
    )
  },
}))
export default claims
