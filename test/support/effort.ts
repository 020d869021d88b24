/** `PROVLOOM_EFFORT=20 npx vitest run test/fault` tries twenty times as much as CI does. */
export const effort: number = Math.max(1, Number(process.env['PROVLOOM_EFFORT'] ?? '1'))

/** Seeds for a test: those that are always tried, and with more effort further ones. */
export function seedsUpTo(count: number): number[] {
  return Array.from({ length: Math.ceil(count * effort) }, (_, i) => i + 1)
}
