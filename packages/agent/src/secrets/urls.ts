import { isSecret } from './judge.ts'
import { endAt } from './match.ts'
import type { Span } from './match.ts'
import type { Steps } from './steps.ts'

const schemeBefore = /[A-Za-z][A-Za-z0-9+.-]{0,31}$/
const urlEnd = /[\t-\r "'`<>]/
const hostEnd = String.raw`(?::\d{1,5})?(?=[/?#,;)\]}\t-\r "'\x60]|$)`
const host = new RegExp(String.raw`(?:\[[0-9A-Fa-f:.]+\]|[\w-]+(?:\.[\w-]+)*)${hostEnd}`, 'y')
const dottedHost = new RegExp(
  String.raw`(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,})${hostEnd}`,
  'y',
)
const digits = /^[0-9]*$/
/** What no host has in it. */
const noHost = /[^\w.:[\]%~-]/
const quoted = /(["'])[^"'\n]{1,256}\1@/y
const far = 1_024

/** User and password of the URLs in a text; when `isWhole` it is a word, and a URL in it may have blanks. */
export function credentialsInUrls(steps: Steps, text: string, isWhole: boolean): Span[] {
  const spans: Span[] = []
  // A word without blanks before the URL is the URL's to its end.
  const blank = isWhole ? text.search(urlEnd) : 0
  let mark = text.indexOf('://')
  while (mark >= 0) {
    if (steps.areSpent(6)) return [...spans, [mark, text.length]]
    const begin = mark + 3
    mark = text.indexOf('://', begin)
    const scheme = schemeBefore.exec(text.slice(Math.max(0, begin - 35), begin - 3))?.[0]
    if (scheme === undefined) continue
    const segment = text.slice(begin, mark < 0 ? text.length : mark)
    const line = segment.indexOf('\n')
    const rest = line < 0 ? segment : segment.slice(0, line)
    const size = credentialsSize(scheme, rest, blank < 0 || begin <= blank)
    if (size > 0) spans.push([begin, begin + size])
  }
  return spans
}

/** How long user and password are, at the begin of what follows `scheme://`. */
function credentialsSize(scheme: string, rest: string, isWhole: boolean): number {
  const stop = isWhole ? -1 : rest.search(urlEnd)
  const url = stop < 0 ? rest : rest.slice(0, stop)
  const slash = url.search(/[/?#]/)
  const edge = slash < 0 ? url.length : slash
  let size = edge === 0 ? -1 : url.lastIndexOf('@', edge - 1)
  if (size >= 0) size = behindAnAt(url, size, edge)
  else if (slash >= 0) size = behindASlash(url, slash)
  else if (stop >= 0) size = behindABlank(rest, url.length)
  const said = url.slice(0, Math.max(size, 0))
  if (size <= 0 || !isSecret('sure', said)) return 0
  const isAccount = /(?:ssh|sftp)$/i.test(scheme) && !said.includes(':')
  return isAccount && !isSecret('perhaps', said) ? 0 : size
}

/** The last @ of a password that has an @ and a slash in it; not the one of a path (b.git@v1) or a parameter. */
function behindAnAt(url: string, first: number, edge: number): number {
  const isDotted = endAt(dottedHost, url, first + 1) >= 0
  const query = isDotted ? url.slice(edge).search(/[?#]/) : -1
  const last = (query < 0 ? url : url.slice(0, edge + query)).lastIndexOf('@')
  if (last <= first) return first
  return endAt(isDotted ? dottedHost : host, url, last + 1) >= 0 ? last : first
}

/** The @ of a password that has a slash in it; not the one of a path behind a port (host:80/package@1.2). */
function behindASlash(url: string, slash: number): number {
  const last = url.lastIndexOf('@')
  const colon = url.indexOf(':')
  if (last < slash) return -1
  if (colon < 0 || colon > slash)
    return noHost.test(url.slice(0, slash)) && endAt(dottedHost, url, last + 1) >= 0 ? last : -1
  if (!digits.test(url.slice(colon + 1, slash))) return last
  const isPath =
    url.slice(0, colon).includes('.') ||
    url.slice(slash, last).includes('?') ||
    endAt(dottedHost, url, last + 1) < 0
  return isPath ? -1 : last
}

/** The @ of a password that has blanks or quotes in it. */
function behindABlank(rest: string, blank: number): number {
  const colon = rest.indexOf(':')
  if (colon < 0 || colon >= blank || '{$%'.includes(rest[colon + 1]!)) return -1
  // Digits are a port; a password in a shell's quotes has none before them.
  if (digits.test(rest.slice(colon + 1, blank)) && (colon + 1 < blank || endAt(quoted, rest, blank) < 0))
    return -1
  const view = rest.slice(0, blank + far)
  let last = view.indexOf('@', blank)
  while (last >= 0 && endAt(dottedHost, rest, last + 1) < 0) last = view.indexOf('@', last + 1)
  return last
}

/** The account to keep, and the length of user, password and @, at the begin of what follows `scheme://` in a remote. */
export function remoteCredentials(
  scheme: string,
  rest: string,
): { readonly user: string; readonly size: number } {
  let size = credentialsSize(scheme, rest, true)
  if (size === 0) {
    const slash = rest.search(/[/?#]/)
    size = (slash < 0 ? rest : rest.slice(0, slash)).lastIndexOf('@')
  }
  if (size < 0) return { user: '', size: 0 }
  const account = rest.slice(0, size).split(':', 1)[0]!
  return { user: /ssh$/i.test(scheme) ? `${account}@` : '', size: size + 1 }
}
