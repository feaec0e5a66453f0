import type { Window } from './window.ts'

/**
 * Observers of system calls do not see CPU, switches and sockets; a procfs watch beside them does. Gives each window
 * what the procfs window that covers most of it says, and leaves it as it is where none covers any.
 */
export function joinProcess(windows: readonly Window[], procfs: readonly Window[]): Window[] {
  return windows.map((window) => {
    if (window.process) return window
    const shared = procfs.map((other) => ({ other, overlap: overlap(window, other) }))
    const best = shared.reduce((most, next) => (next.overlap > (most?.overlap ?? 0) ? next : most), shared[0])
    if (!best || best.overlap <= 0) return window
    const { process, threads, sockets } = best.other
    return { ...window, ...(process && { process }), ...(threads && { threads }), ...(sockets && { sockets }) }
  })
}

/** ms */
function overlap(a: Window, b: Window): number {
  return Math.min(a.start + a.seconds * 1000, b.start + b.seconds * 1000) - Math.max(a.start, b.start)
}
