import type { Bench } from '../bench.ts'
import { type Claim, told, untried } from '../claim.ts'

interface Block {
  id: string
  section: string
  what: string
  /** in printed/ */
  name: string
  file: string
  /** the least that must stand around it */
  around: (code: string) => string
  compiler: readonly string[]
}

const GO = ['go', 'vet', '{}'] as const
const goBody = (imports: string[]) => (code: string) =>
  `package main\n\nimport (\n${imports.map((path) => `\t"${path}"`).join('\n')}\n)\n\n${code}\n`

const BLOCKS: readonly Block[] = [
  {
    id: 'code-netpoll',
    section: '2.1',
    what: 'netpoll of the runtime, simplified',
    name: '2.1-netpoll.go',
    file: 'main.go',
    around: goBody(['unsafe']),
    compiler: GO,
  },
  {
    id: 'code-memstats',
    section: '2.3',
    what: 'goroutines beside HeapInuse',
    name: '2.3-memstats.go',
    file: 'main.go',
    around: (code) => `${goBody(['fmt', 'runtime'])('')}func main() {\n${code}}\n`,
    compiler: GO,
  },
  {
    id: 'code-wait',
    section: '2.4',
    what: 'pollDesc.wait, which spins on a ready flag',
    name: '2.4-wait.go',
    file: 'main.go',
    around: goBody([]),
    compiler: GO,
  },
  {
    id: 'code-finwait2',
    section: '3.1',
    what: 'the socket that stays in FIN_WAIT2',
    name: '3.1-finwait2.c',
    file: 'main.c',
    around: (code) =>
      `#include <sys/socket.h>\n#include <netinet/in.h>\nint main(void) {\nstruct sockaddr_in addr = {0};\n${code}\nreturn 0; }\n`,
    compiler: ['gcc', '-fsyntax-only', '{}'],
  },
  {
    id: 'code-keepalive',
    section: '3.3',
    what: 'keepalive of a channel (the class Main and its parameter stand around it, Netty itself does not)',
    name: '3.3-keepalive.java',
    file: 'Main.java',
    around: (code) => `class Main { void main(Object channel) {\n${code}\n} }\n`,
    compiler: ['javac', '-d', '.', '{}'],
  },
  {
    id: 'code-handshake',
    section: '4.1',
    what: 'the early return of a server handshake',
    name: '4.1-handshake.go',
    file: 'main.go',
    around: goBody([]),
    compiler: GO,
  },
  {
    id: 'code-client-config',
    section: '4.2',
    what: 'GetConfigForClient, which looks at hello.Version',
    name: '4.2-config.go',
    file: 'main.go',
    around: (code) =>
      `${goBody(['crypto/tls', 'errors', 'net/http'])('')}var defaultTLSConfig *tls.Config\nfunc isAllowedSNI(string) bool { return true }\nfunc main() {\n\tsrv := &http.Server{}\n${code}}\n`,
    compiler: GO,
  },
  {
    id: 'code-kprobe',
    section: '4.3',
    what: 'the entry of the kprobe on tls.(*Conn).Handshake',
    name: '4.3-kprobe.c',
    file: 'kprobe.c',
    around: (code) => `#include <linux/bpf.h>\n#include <linux/ptrace.h>\n${code}`,
    compiler: ['gcc', '-fsyntax-only', '{}'],
  },
  {
    id: 'code-patch',
    section: '4.4',
    what: 'patchTLSConfig',
    name: '4.4-patch.go',
    file: 'main.go',
    around: (code) => `${goBody(['crypto/tls', 'net/http'])(code)}func main() { patchTLSConfig(nil, nil) }\n`,
    compiler: GO,
  },
]

const claimOf = ({ id, section, what, name, file, around, compiler }: Block): Claim => ({
  id,
  section,
  sentence: `The code block of ${section} (${what}) is code: it compiles as printed, with no more than its imports and a function around it.`,
  command: compiler.join(' ').replace('{}', file),
  expected: 'the compiler accepts it',
  async test(bench: Bench) {
    const lack = await bench.lacks(compiler[0] ?? '')
    if (lack) return untried(lack)
    const { accepted, words } = await bench.compile(file, around(await bench.printed(name)), compiler)
    const refusal = `${compiler[0]} says "${words[0] ?? 'nothing'}"${words.length > 1 ? ` and ${words.length - 1} more` : ''}`
    return told(accepted, accepted ? `${compiler[0]} accepts it` : refusal)
  },
})

export default BLOCKS.map(claimOf)
