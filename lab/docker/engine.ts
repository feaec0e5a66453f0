import Docker from 'dockerode'
import { unsupported } from '../errors.ts'
import { currentContext } from './context.ts'

const DEFAULT_HOST = 'unix:///var/run/docker.sock'
/** Docker 20.10: the first with `init` in a shared pid namespace, and the last that does not know CAP_BPF. */
const OLDEST_API = '1.41'
const PATIENCE_MS = 5000
const REMEDY = 'start the Docker engine, join its group, or name another by DOCKER_HOST or docker context'

export interface Engine {
  docker: Docker
  /** what DOCKER_HOST must be for another program to reach the same engine */
  host: string
  version: string
}

/** The engine that DOCKER_HOST or docker's current context names, or this machine's own. Throws unsupported when none answers or it is too old. */
export async function findEngine(): Promise<Engine> {
  const { host, named } = address()
  const { Version: version, ApiVersion: api } = await connect({ host, named }, PATIENCE_MS)
    .version()
    .catch((error: Error) => {
      throw unsupported(`no Docker engine answers at ${host}: ${error.message}; ${REMEDY}`)
    })
  if (isOlder(api, OLDEST_API))
    throw unsupported(
      `the Docker engine at ${host} is too old: ${version} speaks API ${api}, at least ${OLDEST_API} (Docker 20.10) is needed`,
    )
  return { docker: connect({ host, named }), host, version }
}

interface Address {
  host: string
  /** by what */
  named: string
}

/** Decided as docker does (docker/cli, resolveContextName). */
function address(): Address {
  if (process.env.DOCKER_HOST) return { host: process.env.DOCKER_HOST, named: 'DOCKER_HOST' }
  return currentContext() ?? { host: DEFAULT_HOST, named: 'the default' }
}

/** `timeout` in ms of silence; 0: none, as a stream may be silent for long. */
function connect({ host, named }: Address, timeout = 0): Docker {
  if (/^unix:\/\/\//.test(host)) return new Docker({ socketPath: host.slice('unix://'.length), timeout })
  // dockerode reads the rest of the environment by itself, but fails in many lines on an address that it cannot parse.
  if (/^tcp:\/\/./.test(host) && process.env.DOCKER_HOST) return new Docker({ timeout })
  throw unsupported(
    `${named} is "${host}", takes an address like ${DEFAULT_HOST}, or in DOCKER_HOST one like tcp://HOST:2376`,
  )
}

function isOlder(api: string, least: string): boolean {
  const [major = 0, minor = 0] = api.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number)
  return major < leastMajor || (major === leastMajor && minor < leastMinor)
}
