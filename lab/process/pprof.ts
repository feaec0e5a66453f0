/** Body of what the net/http/pprof at `base` answers, whatever its status; empty where it does not in `patience` ms. */
export async function readPprof(base: string, path: string, patience: number): Promise<Uint8Array> {
  try {
    const answer = await fetch(`${base.replace(/\/$/, '')}/${path}`, { signal: AbortSignal.timeout(patience) })
    return new Uint8Array(await answer.arrayBuffer())
  } catch {
    return new Uint8Array()
  }
}
