/** For expect.poll: what is awaited comes in milliseconds; this is when it is given up. */
export const soon = { timeout: 20_000, interval: 20 }
