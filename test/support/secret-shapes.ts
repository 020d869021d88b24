import fc from 'fast-check'

/** A command line with a secret in it, in one of the ways that people write them. */
export interface SecretShape {
  readonly argv: readonly string[]
  readonly secret: string
  /** What must still be there: provenance is of use only when the rest stays. */
  readonly stays: readonly string[]
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
/** Long enough that it is in no other word by chance. */
const plainSecret = fc.string({ unit: fc.constantFrom(...letters.split('')), minLength: 20, maxLength: 48 })
const awkwardSecret = fc
  .tuple(plainSecret, fc.constantFrom('!', '%40', '$', '~', '.', '_', '-', '+', '*'), plainSecret)
  .map(([a, mark, b]) => `${a}${mark}${b}`)
const secret = fc.oneof(plainSecret, awkwardSecret)

const option = fc.constantFrom(
  '--password',
  '--db-password',
  '--hf-token',
  '--hub_token',
  '--wandb-api-key',
  '--apiKey',
  '--client-secret',
  '--aws-secret-access-key',
  '-token',
  '--ssh-passphrase',
)
const variable = fc.constantFrom(
  'HF_TOKEN',
  'WANDB_API_KEY',
  'AWS_SECRET_ACCESS_KEY',
  'OPENAI_API_KEY',
  'MYSQL_PWD',
  'GITHUB_PAT',
  'AZURE_STORAGE_KEY',
  'DB_PASSWORD',
)
const url = fc.constantFrom('https', 'postgresql', 'redis', 'mongodb+srv', 's3')

type Writing = (secret: string, option: string, variable: string, url: string) => readonly string[]

const writings: readonly Writing[] = [
  (s, o) => [o, s],
  (s, o) => [`${o}=${s}`],
  (s, _o, v) => [`${v}=${s}`],
  (s, _o, v) => ['env', `${v}=${s}`, 'python'],
  (s, _o, v) => ['-e', `${v}=${s}`],
  (s, o, v) => ['bash', '-c', `export ${v}=${s} && python train.py ${o} ${s}`],
  (s, o) => ['sh', '-c', `python train.py ${o}=${s} --epochs 3`],
  (s) => ['curl', '-H', `Authorization: Bearer ${s}`],
  (s) => [`--header=Authorization: Bearer ${s}`],
  (s, _o, _v, u) => [`--uri`, `${u}://user:${s}@db.example.org:5432/name`],
  (s, _o, _v, u) => [`--uri=${u}://${s}@host.example.org/`],
  (s) => [`https://host.example.org/data?version=3&access_token=${s}`],
  (s) => ['--config', `{"api_key": "${s}", "lr": 0.1}`],
  (s) => ['--config', `{"lr":0.1,"client":{"password":"${s}"}}`],
  (s) => [`+wandb.api_key=${s}`],
  (s) => [`++trainer.logger.token=${s}`],
  (s) => [`model/auth@secret=${s}`],
]

export const secretShape: fc.Arbitrary<SecretShape> = fc
  .tuple(fc.constantFrom(...writings), secret, option, variable, url)
  .map(([writing, text, ...words]) => ({
    argv: ['train.py', '--lr', '0.1', ...writing(text, ...words), '--epochs', '30', 'data/tokenizer.json'],
    secret: text,
    stays: ['train.py', '--lr', '0.1', '--epochs', '30', 'data/tokenizer.json'],
  }))

/** Tokens that are secret wherever they stand. Made up. */
export const knownTokens: readonly string[] = [
  `ghp_${'a1B2'.repeat(9)}`,
  `github_pat_${'11ABCDEFG0'.repeat(5)}`,
  `glpat-${'Ab-3'.repeat(6)}`,
  `hf_${'xYz9'.repeat(8)}`,
  `sk-${'proj-aB3'.repeat(5)}`,
  `xoxb-${'123456789012-'.repeat(2)}abc`,
  `AKIA${'Z9'.repeat(8)}`,
  `eyJ${'hbGciOiJI'.repeat(2)}.eyJ${'zdWIiOiIx'.repeat(2)}.${'c2lnbmF0'.repeat(3)}`,
]

/** A git remote with credentials. */
export const remoteShape: fc.Arbitrary<{ readonly remote: string; readonly secret: string }> = fc
  .tuple(
    fc.constantFrom<(s: string) => string>(
      (s) => `https://user:${s}@host.example.org/a/b.git`,
      (s) => `https://${s}@host.example.org/a/b.git`,
      (s) => `https://oauth2:${s}@host.example.org:8443/a/b.git`,
      (s) => `https://us@er:${s}@host.example.org/a/b.git`,
      (s) => `https://host.example.org/a/b.git?private_token=${s}`,
      (s) => `https://host.example.org/a/b.git#${s}`,
      (s) => `ssh://git:${s}@host.example.org:22/a/b.git`,
      (s) => `git+ssh://git:${s}@host.example.org/a/b.git`,
    ),
    secret,
  )
  .map(([write, text]) => ({ remote: write(text), secret: text }))
