import type { Descriptor } from '../windows/window.ts'

/** `70k times a second`, `3 times a second` */
export const rate = (perSecond: number) => `${short(perSecond)} times a second`

/** 1234567 is `1.2M`. */
export function short(n: number): string {
  if (n >= 999_500) return `${(n / 1e6).toPrecision(2)}M`
  if (n >= 9_950) return `${Math.round(n / 1000)}k`
  if (n >= 999.5) return `${(n / 1000).toFixed(1)}k`
  return n >= 10 || Number.isInteger(n) ? n.toFixed(0) : `${Number(n.toPrecision(1))}`
}

/** `socket fd 7 (127.0.0.1:4433 from 127.0.0.1:5000, CLOSE-WAIT)` */
export function describe(descriptor: Descriptor, count = 1): string {
  const { kind, fd, local, peer, state } = descriptor
  const name = kind === 'unknown' || kind === 'other' ? 'descriptor' : kind
  const ends = [peer && kind !== 'listener' ? `peer ${peer}` : local, state].filter(Boolean).join(', ')
  const which = fd >= 0 ? `${name} fd ${fd}` : `a ${name}`
  const more = count > 1 ? ` and ${count - 1} like it` : ''
  return `${which}${ends && ` (${ends})`}${more}`
}
