import fs from 'node:fs'

/** This package's version, as its package.json says. */
export const version: string = versionOf(
  fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)

function versionOf(text: string): string {
  const manifest: unknown = JSON.parse(text)
  if (
    typeof manifest === 'object' &&
    manifest !== null &&
    'version' in manifest &&
    typeof manifest.version === 'string'
  ) {
    return manifest.version
  }
  throw new Error('package.json has no version')
}
