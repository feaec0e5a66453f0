import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { unsupported } from '../errors.ts'

const Config = z.object({ currentContext: z.string().optional() })
const Meta = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) })

/** Where docker keeps what its user has chosen. */
export const configFolder = () => process.env.DOCKER_CONFIG || join(homedir(), '.docker')

/**
 * The context that docker would use, and the address of its engine: Docker Desktop, rootless Docker and colima are known by it alone
 * (docker/cli, cli/context/store: a folder is named by the hash of the context). Undefined where it is this machine's own engine.
 */
export function currentContext(): { host: string; named: string } | undefined {
  const folder = configFolder()
  const name = process.env.DOCKER_CONTEXT || read(join(folder, 'config.json'), Config)?.currentContext
  if (!name || name === 'default') return undefined
  const id = createHash('sha256').update(name).digest('hex')
  const meta = read(join(folder, 'contexts', 'meta', id, 'meta.json'), Meta)
  if (!meta)
    throw unsupported(
      `the Docker context "${name}" is not in ${folder}/contexts; choose another: docker context use default`,
    )
  return { host: meta.Endpoints.docker.Host, named: `the Docker context "${name}"` }
}

function read<T>(path: string, shape: z.ZodType<T>): T | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unsupported(`${path} cannot be read: ${(error as Error).message}; mend it, or set DOCKER_HOST`)
  }
  try {
    return shape.parse(JSON.parse(text))
  } catch {
    throw unsupported(`${path} is not what docker writes; mend it, or set DOCKER_HOST`)
  }
}
