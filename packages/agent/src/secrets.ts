/** What is cut from facts before they are recorded: nobody wants a password in a provenance graph. */
const secretWords = new Set([
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'token',
  'apikey',
  'credential',
  'credentials',
  'bearer',
])
const secretKeys = new Set(['api', 'access', 'private', 'secret', 'auth', 'encryption', 'account', 'storage'])
const masked = '***'

/**
 * A command line with its secrets masked: the value of any option or assignment whose name ends in a secret word
 * (`--password x`, `--hf-token=x`, `API_KEY=x`), credentials in URLs, and bearer tokens. Names and all else stay.
 */
export function maskArguments(argv: readonly string[]): string[] {
  const shown: string[] = []
  let valueIsSecret = false
  for (const argument of argv) {
    if (valueIsSecret && !argument.startsWith('--')) shown.push(masked)
    else shown.push(/\s/.test(argument) ? maskText(argument) : maskWord(argument))
    valueIsSecret = /^--?[A-Za-z]/.test(argument) && !argument.includes('=') && namesSecret(argument)
  }
  return shown
}

/** The same inside one argument that is itself a command or a sentence: `bash -c "TOKEN=x ./train --password y"`. */
function maskText(text: string): string {
  let valueIsSecret = false
  return text
    .split(/(\s+)/)
    .map((word) => {
      if (word === '' || /^\s+$/.test(word)) return word
      const shown = valueIsSecret && !word.startsWith('--') ? masked : maskWord(word)
      valueIsSecret =
        /^bearer$/i.test(word) || (/^--?[A-Za-z]/.test(word) && !word.includes('=') && namesSecret(word))
      return shown
    })
    .join('')
}

function maskWord(word: string): string {
  const assignment = /^(["']?[A-Za-z0-9_.-]+)=(.+)$/s.exec(word)
  if (assignment !== null && namesSecret(assignment[1]!)) return `${assignment[1]}=${masked}`
  return word.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${masked}@`)
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
  const ssh = /^([a-z+]*ssh:\/\/)([^/@:]*)(?::[^/@]*)?@/i
  if (ssh.test(bare)) return bare.replace(ssh, '$1$2@')
  return bare.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1')
}
