import { generateKeyPair, randomBytes } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Command } from 'commander'
import forge from 'node-forge'

/** The names that both leaves are valid for. */
const DNS_NAME = 'lab.test'
const ADDRESS = '127.0.0.1'

const DAY = 24 * 3600 * 1000

export type CertificateFiles = Record<'ca.pem' | 'chain.pem' | 'key.pem' | 'next-chain.pem' | 'next-key.pem', string>

interface Keys {
  publicKey: string
  privateKey: string
}

interface Authority {
  certificate: forge.pki.Certificate
  key: forge.pki.rsa.PrivateKey
}

/** A root, an intermediate, and two leaves with the same names (the second is for a swap under traffic), as PEM. */
export async function makeCertificates(): Promise<CertificateFiles> {
  // Made by OpenSSL in its own threads: node-forge needs seconds for an RSA key in JavaScript.
  const [rootKeys, middleKeys, leafKeys, nextKeys] = await Promise.all([keys(), keys(), keys(), keys()])
  const root = issue('spinlab root', rootKeys, undefined, authorityExtensions({}))
  const middle = issue('spinlab intermediate', middleKeys, root, authorityExtensions({ pathLenConstraint: 0 }))
  const chain = (leaf: Keys) =>
    [issue(DNS_NAME, leaf, middle, leafExtensions), middle]
      .map(({ certificate }) => forge.pki.certificateToPem(certificate).replaceAll('\r', ''))
      .join('')
  return {
    'ca.pem': forge.pki.certificateToPem(root.certificate).replaceAll('\r', ''),
    'chain.pem': chain(leafKeys),
    'key.pem': leafKeys.privateKey,
    'next-chain.pem': chain(nextKeys),
    'next-key.pem': nextKeys.privateKey,
  }
}

/** Writes them into a folder, which is made if need be; only its owner can read the keys. */
export async function writeCertificates(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const [name, pem] of Object.entries(await makeCertificates())) {
    const path = join(folder, name)
    const mode = name.endsWith('key.pem') ? 0o600 : 0o644
    await writeFile(path, pem, { mode })
    // The mode above holds for new files only.
    await chmod(path, mode)
  }
}

function keys(): Promise<Keys> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

function issue(commonName: string, subject: Keys, issuer: Authority | undefined, extensions: object[]): Authority {
  const certificate = forge.pki.createCertificate()
  const own = { certificate, key: forge.pki.privateKeyFromPem(subject.privateKey) }
  const signer = issuer ?? own
  const name = [
    { name: 'commonName', value: commonName },
    { name: 'organizationName', value: 'spinlab' },
  ]
  certificate.publicKey = forge.pki.publicKeyFromPem(subject.publicKey)
  // RFC 5280, 4.1.2.2: positive, at most 20 bytes. The first byte keeps the sign bit clear and is not zero.
  certificate.serialNumber = `4c${randomBytes(15).toString('hex')}`
  // A day of slack: containers and virtual machines disagree about the time.
  certificate.validity.notBefore = new Date(Date.now() - DAY)
  certificate.validity.notAfter = new Date(Date.now() + 30 * DAY)
  certificate.setSubject(name)
  certificate.setIssuer(issuer ? issuer.certificate.subject.attributes : name)
  certificate.setExtensions([
    ...extensions,
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: signer.certificate.generateSubjectKeyIdentifier().getBytes() },
  ])
  certificate.sign(signer.key, forge.md.sha256.create())
  return own
}

function authorityExtensions(path: { pathLenConstraint?: number }): object[] {
  return [
    { name: 'basicConstraints', critical: true, cA: true, ...path },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
  ]
}

const leafExtensions: object[] = [
  { name: 'basicConstraints', critical: true, cA: false },
  { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
  { name: 'extKeyUsage', serverAuth: true },
  {
    name: 'subjectAltName',
    // RFC 5280, 4.2.1.6: 2 is a DNS name, 7 an IP address
    altNames: [
      { type: 2, value: DNS_NAME },
      { type: 7, ip: ADDRESS },
    ],
  },
]

if (import.meta.main) {
  const { out } = new Command('certificates')
    .description(`Makes a CA and two certificates for ${DNS_NAME} and ${ADDRESS}, valid for 30 days.`)
    .requiredOption('--out <dir>', 'folder to write ca.pem, chain.pem, key.pem, next-chain.pem and next-key.pem into')
    .parse()
    .opts<{ out: string }>()
  await writeCertificates(out)
}
