// expect: healthy
// finding: userland-loop
// load: http 2
// A matrix product in plain JavaScript takes seconds a request, and nobody else is served meanwhile.
import { createServer } from 'node:http'

const N = 700

function product(a) {
  const c = new Float64Array(N * N)
  for (let i = 0; i < N; i++)
    for (let j = 0; j < N; j++) {
      let sum = 0
      for (let k = 0; k < N; k++) sum += a[i * N + k] * a[k * N + j]
      c[i * N + j] = sum
    }
  return c
}

const server = createServer((_, response) => {
  let matrix = new Float64Array(N * N).fill(1e-3)
  for (let i = 0; i < 20; i++) matrix = product(matrix)
  response.end(`${matrix[0]}`)
}).listen(0, '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`))
