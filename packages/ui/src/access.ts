import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { ProvloomError } from '@provloom/shared'

/** Who may ask: whoever has the token, by a name of this machine that no other site has. */
export interface Access {
  /** 128 bits, as 32 hexadecimal digits. */
  readonly token: string
  /** The cookie's name. It holds eight digits of the token's hash, for the ports of a machine share their cookies. */
  readonly cookie: string
  /** In constant time. */
  isToken(said: string | undefined): boolean
  /** Of the header `Host`: a page elsewhere can have its name resolved to 127.0.0.1, and asks by that name. */
  isHost(header: string | undefined): boolean
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/**
 * @param allowHosts further names, as a proxy in front asks by; with or without a port
 * @param token one made before, so that browsers go on after a restart; a new one unless given
 * @throws {ProvloomError} `BAD_OPTION` for a token that is none
 */
export function createAccess(allowHosts: readonly string[] = [], token?: string): Access {
  const secret = token ?? randomBytes(16).toString('hex')
  if (!/^[0-9a-f]{32}$/.test(secret)) {
    throw new ProvloomError('BAD_OPTION', 'PROVLOOM_UI_TOKEN is not 32 hexadecimal digits', {
      doing: 'read the token',
      to: 'PROVLOOM_UI_TOKEN',
      hint: 'Make one with: openssl rand -hex 16',
    })
  }
  const known = digest(secret)
  const names = new Set([...loopbackNames, ...allowHosts.map((name) => name.toLowerCase())])
  return {
    token: secret,
    cookie: `provloom_${known.toString('hex').slice(0, 8)}`,
    isToken: (said) => said !== undefined && timingSafeEqual(digest(said), known),
    isHost(header) {
      const host = header?.toLowerCase() ?? ''
      return names.has(host) || names.has(host.replace(/:\d+$/, ''))
    },
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
