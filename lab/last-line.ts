/** What a program said last: mostly why it failed. */
export const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
