import { existsSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { execa } from 'execa'
import { unsupported, usage } from '../errors.ts'
import { builds } from '../places.ts'
import { ownLine } from './own-line.ts'

/** A Go that programs can be built with. */
export interface Toolchain {
  /** as it was asked for: `local`, `go1.27.3`, a GOROOT */
  name: string
  /** what it calls itself, e.g. `go1.27.3` */
  version: string
  goroot: string
  /** Runs its go command with these arguments; its standard output. Throws Unsupported with the tool's own line. */
  run(args: readonly string[], cwd: string): Promise<string>
}

/** cmd/go/internal/gover: a language version, and a release, release candidate or beta of it */
const RELEASE = /^go1\.\d+(?:\.\d+|rc\d+|beta\d+)?$/

/** Throws a usage error for what names no Go, and Unsupported, with the tool's own line, when this machine cannot have it. */
export async function openToolchain(name: string): Promise<Toolchain> {
  const goroot = isAbsolute(name)
  if (name !== 'local' && !goroot && !RELEASE.test(name))
    throw usage(`"${name}" is not a Go; take local, a release such as go1.27.3, or the path of a GOROOT`)
  const go = goroot ? join(name, 'bin', 'go') : 'go'
  if (goroot && !existsSync(go)) throw unsupported(`${name} is not to be had here: it holds no bin/go`)
  const found = await ask(go, ['env', 'GOVERSION', 'GOROOT', 'GOMODCACHE'], {
    cwd: '/',
    // A path that the caller has set for another Go would win over the one that a go command knows.
    env: { GOTOOLCHAIN: goroot ? 'local' : name, ...(goroot && { GOROOT: name }) },
    what: `${name} is not to be had here`,
  })
  const [version = '', root = '', cache = ''] = found.split('\n')
  const home = root.startsWith(`${cache}/`) ? await outsideOfCache(root, version) : root
  return {
    name,
    version,
    goroot: home,
    run: (args, cwd) =>
      ask(join(home, 'bin', 'go'), args, {
        cwd,
        env: { GOTOOLCHAIN: 'local', GOROOT: home, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0' },
        what: `${version} ${args[0]}`,
      }),
  }
}

/** Go refuses to overlay what lies in the module cache, where downloaded toolchains are (init.go of the package work of cmd/go); under another name it does not. */
async function outsideOfCache(goroot: string, version: string): Promise<string> {
  const link = join(builds, 'goroot', version)
  await mkdir(join(builds, 'goroot'), { recursive: true })
  await symlink(goroot, link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return link
}

async function ask(
  file: string,
  args: readonly string[],
  { cwd, env, what }: { cwd: string; env: Record<string, string>; what: string },
): Promise<string> {
  // It dies with the lab, and Ctrl-C at the terminal reaches the lab alone.
  const argv = ['--pdeathsig', 'KILL', file, ...args]
  const result = await execa('setpriv', argv, { cwd, env, reject: false, stdin: 'ignore', detached: true })
  if (result.failed) throw unsupported(`${what}: ${ownLine(result.stderr ?? '') || result.originalMessage}`)
  return result.stdout
}
