import fs from 'node:fs'

/** This package's version. */
export const version: string = readVersion()

function readVersion(): string {
  const value: unknown = JSON.parse(fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return typeof value === 'object' && value !== null && 'version' in value ? String(value.version) : '0'
}
