/** Sends a signal, and SIGKILL when it has not ended after `graceMs`. Resolves when it is gone. */
export async function stopGently(
  send: (signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL') => void,
  ended: Promise<unknown>,
  signal: 'SIGINT' | 'SIGTERM',
  graceMs: number,
): Promise<void> {
  send(signal)
  const timer = setTimeout(() => send('SIGKILL'), graceMs)
  await ended
  clearTimeout(timer)
}
