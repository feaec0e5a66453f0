export const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0)

/** Groups by a key, in the order in which the keys first appear. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): [T, ...T[]][] {
  return [...Map.groupBy(items, key).values()] as [T, ...T[]][]
}
