import { type Claim, told, untried } from '../claim.ts'

const claims: Claim[] = [
  {
    id: 'patch-effect',
    section: '4.4',
    sentence: 'patchTLSConfig, which assigns http.Server.TLSConfig, changes the certificates of a server that serves.',
    command: 'demo patch-config',
    expected: 'new connections get the new certificate',
    async test(bench) {
      const { before, after } = await bench.see<{ before: number; after: number }>('patch-config')
      return told(
        after !== before,
        `certificate ${before} before, ${after} after: ServeTLS has cloned the configuration (net/http/server.go)`,
      )
    },
  },
  {
    id: 'server-listener-field',
    section: '4.4',
    sentence: 'The listener is swapped by replacing the field srv.Listener.',
    command: 'go vet of a program that assigns http.Server.Listener',
    expected: 'http.Server has such a field',
    async test(bench) {
      const lack = await bench.lacks('go')
      if (lack) return untried(lack)
      const source = 'package main\n\nimport "net/http"\n\nfunc main() { (&http.Server{}).Listener = nil }\n'
      const { accepted, words } = await bench.compile('main.go', source, ['go', 'vet', '{}'])
      return told(accepted, accepted ? 'it compiles' : (words[0] ?? 'without a word'))
    },
  },
  {
    id: 'restart-seconds',
    section: '4.4',
    sentence: 'A restart of the process takes seconds, in which the service is not there.',
    command: 'spinlab repro deadline-listener --fix graceful-restart',
    expected: 'sane requests fail while it restarts',
    async test(bench) {
      const result = await bench.experiment('deadline-listener', { fix: ['graceful-restart'] })
      const fixed = result.phases.find(({ name }) => name === 'fixed')
      if (!fixed) return untried(result.reasons.join('; '))
      const { failed, ok } = fixed.sane
      return failed > 0
        ? told(true, `${failed} of ${ok + failed} requests failed`, result.run)
        : {
            verdict: 'depends',
            measured: `a graceful restart took ${fixed.seconds.toFixed(1)} s with its proof, and none of ${ok} requests failed`,
            run: result.run,
          }
    },
  },
  {
    id: 'reload-milliseconds',
    section: '4.4',
    sentence: 'A reload of the listener takes effect within milliseconds and needs no restart.',
    command: 'spinlab repro tls-storm --fix config-swap',
    expected: 'two certificates are seen, no request is lost, the pid stays',
    async test(bench) {
      const result = await bench.experiment('tls-storm', { fix: ['config-swap'] })
      const fixed = result.phases.find(({ name }) => name === 'fixed')
      if (!fixed?.effect) return untried(result.reasons.join('; '))
      const same = new Set(result.phases.map(({ pid }) => pid)).size === 1
      return told(
        fixed.effect.holds && same,
        `${fixed.effect.text}; the pid ${same ? 'stayed' : 'changed'}`,
        result.run,
      )
    },
  },
]
export default claims
