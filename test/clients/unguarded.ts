import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ENDS = ['assertLoopback(to.address)', 'assertLoopback(from)']
/** The files that may open sockets, or start a program that reaches the network, and what each of their functions must do first. */
const GUARDS: Readonly<Record<string, readonly string[]>> = {
  'sockets.ts': ENDS,
  'http-dialer.ts': ENDS,
  'web-sockets.ts': ENDS,
  'vanish.ts': ['assertLoopback(address)'],
}

/** Modules by which a program reaches a network, directly or through another program. */
const MODULES =
  'net|tls|http|https|http2|dgram|quic|dns|dns/promises|child_process|cluster|worker_threads|undici|execa|ws|axios|got|node-fetch|dockerode'
/** Names of node:net that only look at text. */
const HARMLESS = /^(?:isIP|isIPv4|isIPv6)$/
const GLOBALS = /\b(?:fetch|WebSocket|EventSource|WebSocketStream)\s*\(|process\.binding|createRequire/

/** What could open a socket in a folder of clients without passing the guard: `file: what`. */
export function unguarded(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?[jt]s$/.test(file))
    .flatMap((file) => {
      const source = readFileSync(join(folder, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/ .*$/gm, '')
      const guards = GUARDS[file]
      const found = guards ? unguardedFunctions(source, guards) : openers(source)
      return found.map((what) => `${file}: ${what}`)
    })
}

function openers(source: string): string[] {
  const imports = [...source.matchAll(new RegExp(`import\\s+([^'"]*?)\\s*from\\s*['"](?:node:)?(${MODULES})['"]`, 'g'))]
    .filter(([, clause = '']) => !/^type\b/.test(clause) && !named(clause).every((name) => HARMLESS.test(name)))
    .map(([, , module]) => `imports ${module}`)
  const others = [
    ...source.matchAll(
      new RegExp(`(?:\\bimport|\\brequire|\\bgetBuiltinModule)\\s*\\(?\\s*['"\`](?:node:)?(${MODULES})['"\`]`, 'g'),
    ),
    ...source.matchAll(new RegExp(`export\\s[^'"]*from\\s*['"](?:node:)?(${MODULES})['"]`, 'g')),
  ].map(([, module]) => `loads ${module}`)
  const computed = [...source.matchAll(/\bimport\s*\(\s*[^'"\s]/g)].map(() => 'imports a computed name')
  const globals = [...source.matchAll(new RegExp(GLOBALS, 'g'))].map(([call]) => `uses ${call.replace(/\s*\($/, '')}`)
  return [...imports, ...others, ...computed, ...globals]
}

/** `{ type Socket, connect as c }` names connect; anything but a braced list counts as everything. */
function named(clause: string): string[] {
  const [, list] = /^\{([^}]*)\}$/.exec(clause.trim()) ?? []
  if (list === undefined) return ['*']
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name && !name.startsWith('type '))
    .map((name) => name.split(/\s/)[0] ?? name)
}

function unguardedFunctions(source: string, guards: readonly string[]): string[] {
  return source
    .split(/^export (?=function)/m)
    .slice(1)
    .flatMap((text) =>
      guards.filter((guard) => !text.includes(guard)).map((guard) => `${/\w+(?=\()/.exec(text)?.[0]} lacks ${guard}`),
    )
}
