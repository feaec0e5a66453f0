import { type IncomingMessage, request } from 'node:http'
import type { Check, Finding } from '../check.ts'

const DEFAULT = 'unix:///var/run/docker.sock'
const TIMEOUT_MS = 2000

const docker: Check = {
  ability: 'reach a Docker engine',
  without: 'the Compose runner (--runner compose)',
  async attempt(): Promise<Finding> {
    const host = process.env.DOCKER_HOST || DEFAULT
    const remedy = 'start the Docker engine, join its group, or set DOCKER_HOST'
    try {
      const response = await ping(host)
      const version = response.headers['api-version']
      const works = response.statusCode === 200
      return works
        ? { works, found: `API ${version} at ${host}` }
        : { works, found: `${host} answers ${response.statusCode}`, remedy }
    } catch (error) {
      return { works: false, found: `${host}: ${error instanceof Error ? error.message : error}`, remedy }
    }
  },
}
export default docker

/** GET /_ping of the engine's API; DOCKER_HOST may name a socket or a plain TCP port. */
function ping(host: string): Promise<IncomingMessage> {
  const url = new URL(host)
  if (url.protocol !== 'unix:' && url.protocol !== 'tcp:') throw new Error('only unix:// and tcp:// can be tried')
  const place =
    url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: Number(url.port || 2375) }
  return new Promise((resolve, reject) => {
    const attempt = request({ ...place, path: '/_ping', timeout: TIMEOUT_MS, agent: false }, (response) => {
      response.resume()
      resolve(response)
    })
    attempt.on('timeout', () => attempt.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)))
    attempt.on('error', reject)
    attempt.end()
  })
}
