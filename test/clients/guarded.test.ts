import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unguarded } from './unguarded.ts'

const clients = fileURLToPath(new URL('../../clients', import.meta.url))

test('every socket of the clients goes through the guard', () => {
  expect(unguarded(clients)).toEqual([])
})

let copy: string
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'spinlab-clients-'))
  cpSync(clients, copy, { recursive: true })
})
afterEach(() => rmSync(copy, { recursive: true }))

test.each([
  ["import { connect } from 'node:net'", 'imports net'],
  ["import { type Socket, connect as open } from 'node:net'", 'imports net'],
  ["import {\n  isIP,\n  createConnection,\n} from 'net'", 'imports net'],
  ["import * as tls from 'node:tls'", 'imports tls'],
  ["import http from 'http'", 'imports http'],
  ["import { fetch as get } from 'undici'", 'imports undici'],
  ["import { execa } from 'execa'", 'imports execa'],
  ["const { connect } = await import('node:net')", 'loads net'],
  ["const { connect } = require('node:dgram')", 'loads dgram'],
  ["process.getBuiltinModule('node:net').connect(80, '10.0.0.1')", 'loads net'],
  ["export { connect } from 'node:net'", 'loads net'],
  ["import 'undici'", 'loads undici'],
  ["const name = 'node:net'\nawait import(name)", 'imports a computed name'],
  ["await fetch('http://10.0.0.1/')", 'uses fetch'],
  ["new WebSocket('ws://10.0.0.1/')", 'uses WebSocket'],
])('a new client with %j is found', (source, what) => {
  writeFileSync(join(copy, 'planted.ts'), `${source}\n`)
  expect(unguarded(copy)).toEqual([`planted.ts: ${what}`])
})

test.each([
  ['sockets.ts', 'openConnection', 'assertLoopback(to.address)', 'to.address'],
  ['sockets.ts', 'openConnection', 'assertLoopback(from)', 'from'],
  ['http-dialer.ts', 'httpDialer', 'assertLoopback(to.address)', 'to.address'],
  ['web-sockets.ts', 'openWebSocket', 'assertLoopback(from)', 'from'],
  ['vanish.ts', 'openVanisher', 'assertLoopback(address)', 'address'],
])('in %s, %s without %s is found', (file, name, guard, bare) => {
  const path = join(copy, file)
  writeFileSync(path, readFileSync(path, 'utf8').replace(guard, bare))
  expect(unguarded(copy)).toEqual([`${file}: ${name} lacks ${guard}`])
})

test('types and functions that only look at text are no sockets', () => {
  writeFileSync(
    join(copy, 'planted.ts'),
    "import { isIP, type Socket } from 'node:net'\nimport type { Client } from 'undici'\n",
  )
  expect(unguarded(copy)).toEqual([])
})
