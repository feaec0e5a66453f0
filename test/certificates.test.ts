import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { deliverCertificates } from '../lab/certificates.ts'
import { keptCertificates } from '../lab/places.ts'

async function delivered() {
  const files = new Map<string, string>()
  await deliverCertificates({ put: async (name, content) => void files.set(name, content) })
  return files
}

test('certificates are made once a day, and again where what is kept is half-written', async () => {
  rmSync(keptCertificates, { force: true })
  const first = await delivered()
  expect([...first.keys()].sort()).toEqual(
    ['ca', 'chain', 'key', 'next-chain', 'next-key'].map((name) => `certificates/${name}.pem`),
  )
  expect(statSync(keptCertificates).mode & 0o777).toBe(0o600)
  expect(await delivered()).toEqual(first)

  writeFileSync(keptCertificates, '{"ca.pem":"-----BEGIN')
  const second = await delivered()
  expect(second).not.toEqual(first)
  expect(await delivered()).toEqual(second)

  const yesterday = Date.now() / 1000 - 25 * 3600
  utimesSync(keptCertificates, yesterday, yesterday)
  expect(await delivered()).not.toEqual(second)
})
