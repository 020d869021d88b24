import { createHash, timingSafeEqual } from 'node:crypto'

/** Who may ask: whoever has the token, by a name of this machine that no other site has. */
export interface Access {
  /** In constant time. Of `Authorization`: a bearer, or the password of whatever user. */
  isAllowed(header: string | undefined): boolean
  /** Of `Host`: a page elsewhere can have its name resolved to 127.0.0.1, and asks by that name. */
  isHost(header: string | undefined): boolean
}

const names: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost'])

export function createAccess(token: string): Access {
  const known = digest(token)
  return {
    isAllowed(header) {
      const said = secretIn(header ?? '')
      return said !== undefined && timingSafeEqual(digest(said), known)
    },
    isHost: (header) => names.has((header ?? '').toLowerCase().replace(/:\d{1,5}$/, '')),
  }
}

/** Of `Authorization`: a bearer, or the password of whatever user. */
export function secretIn(header: string): string | undefined {
  const [, scheme = '', said = ''] = /^(\w+) +(\S+)$/.exec(header) ?? []
  if (scheme.toLowerCase() === 'bearer') return said
  if (scheme.toLowerCase() !== 'basic') return undefined
  return Buffer.from(said, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
