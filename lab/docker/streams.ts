import { PassThrough, type Readable } from 'node:stream'
import type Docker from 'dockerode'

/** Parts the two streams that an engine sends over one connection: 8 bytes before each piece tell which it is of. */
export function part(docker: Docker, connection: NodeJS.ReadableStream): { output: Readable; errors: Readable } {
  const output = new PassThrough()
  const errors = new PassThrough()
  docker.modem.demuxStream(connection, output, errors)
  connection.on('close', () => {
    output.end()
    errors.end()
  })
  return { output, errors }
}

/** Gathers the last `limit` characters. */
export function lastWords(stream: Readable, limit = 64 * 1024): () => string {
  let words = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-limit)
  })
  return () => words
}
