/** What is cut from facts before they are recorded: nobody wants a password in a provenance graph. */
const secretWords = new Set([
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'pass',
  'secret',
  'token',
  'apikey',
  'pat',
  'credential',
  'credentials',
  'bearer',
  'signature',
  'sig',
])
const secretKeys = new Set(['api', 'access', 'private', 'secret', 'auth', 'encryption', 'account', 'storage'])
const masked = '***'

// What is searched for begins where a word begins and its name is bounded: an argument of megabytes costs no more than its length.
/** Tokens that say themselves what they are: of code hosts, model hubs, clouds and chat, and JSON Web Tokens. */
const knownTokens =
  /(?<![\w-])(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|hf_\w{16,}|sk-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AKIA[A-Z0-9]{16}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/g
const urlCredentials = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,31}:\/\/)[^\s/"']+@/gi
const urlParameter = /([?&;]([\w.-]+)=)[^&\s"']+/g
/** `"name": "value"` and `name: value`, as in JSON and YAML given on the command line. */
const pair = /((?<![\w.-])(["']?)([\w.-]{1,128})\2\s{0,8}:\s{0,8})("[^"]*"|'[^']*'|[^\s,{}"'/][^\s,{}"']*)/g

/**
 * A command line with its secrets masked: the value of any option or assignment whose name ends in a secret word
 * (`--password x`, `--hf-token=x`, `API_KEY=x`, `{"api_key": "x"}`), credentials and secret parameters in URLs, bearer
 * tokens, and tokens of well-known shapes. Names and all else stay.
 */
export function maskArguments(argv: readonly string[]): string[] {
  const shown: string[] = []
  let valueIsSecret = false
  for (const argument of argv) {
    if (valueIsSecret && !argument.startsWith('--')) shown.push(masked)
    else shown.push(/\s/.test(argument) ? maskText(argument) : maskWord(argument))
    valueIsSecret = takesSecret(argument)
  }
  return shown
}

/** The same inside one argument that is itself a command or a sentence: `bash -c "TOKEN=x ./train --password y"`. */
function maskText(text: string): string {
  let valueIsSecret = false
  return maskPairs(text)
    .split(/(\s+)/)
    .map((word) => {
      if (word === '' || /^\s+$/.test(word)) return word
      const shown = valueIsSecret && !word.startsWith('--') ? masked : maskWord(word)
      valueIsSecret = /^["']?(?:bearer|basic)$/i.test(word) || takesSecret(word)
      return shown
    })
    .join('')
}

function takesSecret(word: string): boolean {
  return /^--?[A-Za-z]/.test(word) && !word.includes('=') && namesSecret(word)
}

function maskWord(word: string): string {
  // Hydra's overrides begin with + or ~.
  const assignment = /^(["']?[+~]{0,2}[\w./@-]+)=(.+)$/s.exec(word)
  if (assignment !== null && namesSecret(assignment[1]!)) return `${assignment[1]}=${masked}`
  return maskPairs(word)
    .replaceAll(urlCredentials, `$1${masked}@`)
    .replaceAll(urlParameter, (whole, head: string, name: string) =>
      namesSecret(name) ? head + masked : whole,
    )
    .replaceAll(knownTokens, masked)
}

function maskPairs(text: string): string {
  return text.replaceAll(pair, (whole, head: string, _quote: string, name: string, value: string) => {
    if (!namesSecret(name)) return whole
    const quote = /^["']/.exec(value)?.[0] ?? ''
    return head + quote + masked + quote
  })
}

/** Whether the last words of a name (`--wandb-api-key`, `hfToken`, `DB_PASSWORD`) say secret. */
function namesSecret(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
  const last = words.at(-1)
  if (last === undefined) return false
  return secretWords.has(last) || (last === 'key' && secretKeys.has(words.at(-2) ?? ''))
}

/**
 * A git remote without credentials: user and password of a URL (the user alone stays for ssh, where it is an account),
 * and query and fragment. `git@host:path` and paths stay as they are.
 */
export function cutCredentials(remote: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(remote)) return remote
  const bare = remote.replace(/[?#].*$/s, '')
  const ssh = /^([a-z+]*ssh:\/\/)([^/@:]*)(?::[^/]*)?@/i
  if (ssh.test(bare)) return bare.replace(ssh, '$1$2@')
  return bare.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1')
}
