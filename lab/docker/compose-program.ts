import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { unsupported } from '../errors.ts'
import { binary } from '../places.ts'
import { thisMachine } from '../stage/this-machine.ts'
import { configFolder } from './context.ts'

/** Where docker looks for its plugins (docker/cli, cli-plugins/manager). */
const PLUGIN_FOLDERS = [
  join(configFolder(), 'cli-plugins'),
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
]

/**
 * The program behind `docker compose`: this machine's plugin, or else the one that `make compose` builds. It is started directly, not
 * through docker, so that nothing of it outlives the lab. Throws unsupported when there is none.
 */
export async function findCompose(): Promise<string> {
  const candidates = [...PLUGIN_FOLDERS.map((folder) => join(folder, 'docker-compose')), binary('docker-compose')]
  const found = candidates.find(isProgram)
  if (!found)
    throw unsupported(
      'docker compose is not installed; install Docker\'s compose plugin (docker-compose-plugin), or build the pinned one: "make compose"',
    )
  const { code, said } = await runCompose(found, ['version', '--short'], {})
  if (code !== 0 || !/^v?[2-9]\./.test(said))
    throw unsupported(`${found} is no docker compose v2: it calls itself "${said.split('\n')[0]}"`)
  return found
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Runs it to its end. `said` is what it printed, or where it failed, what it complained of. */
export async function runCompose(program: string, argv: readonly string[], env: Record<string, string>) {
  await using child = thisMachine.run([program, ...argv], { env })
  const lines: string[] = []
  for await (const line of child.lines) lines.push(line)
  const code = await child.ended
  return { code, said: code === 0 ? lines.join('\n') : child.complaint().trim() }
}
