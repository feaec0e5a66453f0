import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import type Docker from 'dockerode'
import type { Child } from '../stage/room.ts'
import { stopGently } from './stop-gently.ts'
import { lastWords, part } from './streams.ts'

/** Of a container that the engine does not start: what a shell gives for a command that it cannot run. */
const NOT_STARTED = 127

/** Starts a container that is made like another, which Compose has made and which never ran, with a command of its own. */
export function runLike(
  docker: Docker,
  template: Docker.ContainerInspectInfo,
  name: string,
  argv: readonly string[],
): Child {
  const output = new PassThrough()
  const errors = new PassThrough()
  const complaint = lastWords(errors)
  const started = (async () => {
    // The name of the host is that of the container whose network it shares.
    const { Hostname: _, ...config } = template.Config
    const container = await docker.createContainer({
      ...config,
      Entrypoint: argv.slice(0, 1),
      Cmd: argv.slice(1),
      HostConfig: template.HostConfig,
      name,
    })
    // Attached before it starts, so that no word is missed.
    const connection = await container.attach({ stream: true, stdout: true, stderr: true })
    const streams = part(docker, connection)
    streams.output.pipe(output)
    streams.errors.pipe(errors)
    await container.start()
    return container
  })()
  const ended = started
    .then(async (container) => Number((await container.wait()).StatusCode))
    .catch((error: Error) => {
      errors.write(error.message)
      output.end()
      return NOT_STARTED
    })
  const send = (signal: string) => {
    // It ended between the look and the signal.
    void started.then((container) => container.kill({ signal })).catch(() => {})
  }
  const stop: Child['stop'] = (signal = 'SIGTERM', graceMs = 2000) => stopGently(send, ended, signal, graceMs)
  return {
    pid: -1,
    lines: createInterface({ input: output }),
    tell: () => {
      throw new Error('a container that runs by itself has no standard input')
    },
    complaint,
    ended,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  }
}
