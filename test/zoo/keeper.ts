import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { repository } from '../../lab/places.ts'

/** A small server, sick or healthy, that says in its first lines what it is. */
export interface Animal {
  name: string
  path: string
  /** the class that must be found, or `healthy` */
  expect: string
  /** other classes that are right as well */
  also: string[]
  /** a finding that must be there beside the verdict */
  finding?: string
  loads: string[]
  nofile?: number
}

/** A running animal with its load; ends with everything that it started. */
export interface Captive extends AsyncDisposable {
  pid: number
  port: number
}

const ZOO = import.meta.dirname
const BUILT = join(repository, '.build/zoo')
const START_MS = 20_000
/** Ends with whoever started it. */
const mortal = ['setpriv', '--pdeathsig', 'KILL']

/** Reads the folders: a new animal is a new file. */
export function animals(): Animal[] {
  return ['sick', 'healthy', 'daemons'].flatMap((folder) =>
    readdirSync(join(ZOO, folder))
      .map((file) => join(ZOO, folder, file))
      .flatMap((path) => describe(folder, path) ?? []),
  )
}

function describe(folder: string, path: string): Animal | undefined {
  const text = readFileSync(path, 'utf8')
  const field = (name: string) => new RegExp(`^(?://|#) ${name}: (.*)$`, 'm').exec(text)?.[1]
  const expect = field('expect')
  if (!expect) return undefined
  const finding = field('finding')
  const nofile = field('nofile')
  return {
    name: `${folder}-${basename(path, extname(path))}`,
    path,
    expect,
    also: field('also')?.split(', ') ?? [],
    ...(finding && { finding }),
    loads: field('load')?.split('; ') ?? [],
    ...(nofile && { nofile: Number(nofile) }),
  }
}

/** Builds what must be built, starts it and its load, and waits until the load runs. */
export async function keep(animal: Animal): Promise<Captive> {
  const groups: ChildProcess[] = []
  const run = (argv: string[]) => {
    const [file = '', ...args] = argv
    const child = spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
    groups.push(child)
    return child
  }
  const dispose = async () => {
    await Promise.all(groups.map(endGroup))
  }
  try {
    const server = run([
      // The server dies with the keeper; a script that started more is ended by the clock at the latest.
      ...(animal.path.endsWith('.sh') ? ['timeout', '-k', '1', '60'] : mortal),
      ...(animal.nofile ? ['prlimit', `--nofile=${animal.nofile}:${animal.nofile}`] : []),
      ...commandOf(animal.path),
    ])
    const said = await words(server, animal.name, 'listening')
    const port = said.listening ?? 0
    for (const load of animal.loads) {
      const [mode = '', count = '1'] = load.split(' ')
      if (mode === 'http') run([...mortal, 'wrk', '-t1', `-c${count}`, '-d60s', `http://127.0.0.1:${port}/`])
      else await words(run([...mortal, 'python3', join(ZOO, 'clients/load.py'), `${port}`, mode, count]), load, 'ready')
    }
    return { pid: said.pid ?? server.pid ?? -1, port, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Reads lines such as `listening PORT` and `pid N`, up to the one with the last word. */
function words(child: ChildProcess, name: string, last: string): Promise<Record<string, number>> {
  const said: Record<string, number> = {}
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} never said "${last}" in ${START_MS} ms`)), START_MS)
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it said "${last}"`)))
    if (!child.stdout) return
    createInterface(child.stdout).on('line', (line) => {
      const [word = '', number] = line.split(' ')
      said[word] = Number(number)
      if (word !== last) return
      clearTimeout(timer)
      resolve(said)
    })
  })
}

/** Everything in the group of a process that was started here. */
async function endGroup(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  if (child.pid === undefined) return
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(-child.pid, signal)
    } catch {
      return
    }
    if (child.exitCode !== null || child.signalCode !== null) continue
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 500))])
  }
}

/** What runs a source file, built before if it is newer than what was built. */
export function commandOf(path: string): string[] {
  mkdirSync(BUILT, { recursive: true })
  const built = join(BUILT, basename(path).replaceAll('.', '-'))
  const build = (file: string, args: string[], into = built) => {
    if (!existsSync(into) || statSync(into).mtimeMs < statSync(path).mtimeMs) execFileSync(file, args)
    return built
  }
  switch (extname(path)) {
    case '.c':
      return [build('gcc', ['-O1', '-g', '-pthread', '-o', built, path])]
    case '.go':
      return [build('go', ['build', '-o', built, path])]
    case '.rs':
      return [build('rustc', ['-O', '-C', 'debuginfo=1', '-o', built, path])]
    case '.java': {
      const name = basename(path, '.java')
      build('javac', ['-d', built, path], join(built, `${name}.class`))
      return ['java', '-Xmx256m', '-cp', built, name]
    }
    case '.py':
      return ['python3', path]
    case '.mjs':
      return [process.execPath, path]
    default:
      return ['bash', path]
  }
}
