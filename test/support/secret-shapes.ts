import fc from 'fast-check'

/** A command line or text with a secret in it, in one of the ways that people write them. */
export interface SecretShape {
  readonly argv: readonly string[]
  /** What must not be left: the secret, without the marks in it, which quoting may change. */
  readonly parts: readonly string[]
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
/** Long enough that it is in no other word by chance. */
const part = fc.string({ unit: fc.constantFrom(...letters.split('')), minLength: 12, maxLength: 20 })

interface Secret {
  readonly text: string
  readonly parts: readonly string[]
}

function secretWith(marks: readonly string[]): fc.Arbitrary<Secret> {
  const more = fc.array(fc.tuple(fc.constantFrom(...marks), part), { maxLength: 2 })
  return fc.tuple(part, more).map(([first, rest]) => ({
    text: first + rest.flat().join(''),
    parts: [first, ...rest.map(([, text]) => text)],
  }))
}

const marks = [
  ...` '"\\;,{}()[]&|<>#$!%*@/:=~?\`\t+-.`.split(''),
  '  ',
  '\\n',
  '\\\\',
  `'"`,
  ', ',
  '; ',
  '--',
  "''",
  '""',
  '${x}',
  '%40',
  'é',
]
const urlMarks = [...`!%*@/:=~?.,;+-_'"\\{}()&|#$`.split(''), '%40']

const option = fc.constantFrom(
  '--password',
  '--db-password',
  '--hf-token',
  '--hub_token',
  '--wandb-api-key',
  '--apiKey',
  '-token',
  '--client-secret',
  '--client_secret_value',
  '--aws-secret-access-key',
  '--hfTokenValue',
  '--API_KEY',
  '--ssh-passphrase',
  '--x-api-key',
  '--secret-id',
  '--passwords',
)
const variable = fc.constantFrom(
  'HF_TOKEN',
  'WANDB_API_KEY',
  'AWS_SECRET_ACCESS_KEY',
  'OPENAI_API_KEY',
  'MYSQL_PWD',
  'PGPASSWORD',
  'GITHUB_PAT',
  'AZURE_STORAGE_KEY',
  'DB_PASSWORD',
  'API_KEY_PROD',
  'TOKEN_2',
)
const name = fc.constantFrom('password', 'api_key', 'db.password', 'clientSecret', 'hfToken', 'access-token')

/** The ways in which a shell takes a word. */
const quotings: readonly ((text: string) => string)[] = [
  (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`,
  (text) => `"${text.replaceAll(/["\\$`]/g, String.raw`\$&`)}"`,
  (text) =>
    text.replaceAll(/[^A-Za-z0-9_./:=@%+\n-]/g, String.raw`\$&`).replaceAll('\n', () => String.raw`$'\n'`),
  (text) => `$'${text.replaceAll(/['\\]/g, String.raw`\$&`).replaceAll('\n', '\\n')}'`,
]
const quoting = fc.constantFrom(...quotings)

/** What Python prints for a text. */
function python(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const said = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
  return mark + (mark === "'" ? said.replaceAll("'", "\\'") : said) + mark
}

interface Words {
  readonly option: string
  readonly variable: string
  readonly name: string
  readonly quote: (text: string) => string
}

type Writing = (secret: string, words: Words) => readonly string[]

const writings: readonly Writing[] = [
  (s, { option }) => [option, s],
  (s, { option }) => [`${option}=${s}`],
  (s, { variable }) => [`${variable}=${s}`],
  (s, { variable }) => ['-e', `${variable}=${s}`],
  (s, { name }) => [`++${name}=${s}`],
  (s, { name }) => [`db={${name}:${JSON.stringify(s)},user:x}`],
  (s, { name }) => ['--config', JSON.stringify({ lr: 0.1, db: { [name]: s }, list: [1] })],
  (s, { name }) => [`--config=${JSON.stringify([{ [name]: s }], undefined, 1)}`],
  (s, { option }) => ['--run', JSON.stringify({ cmd: ['x', option, s, '--lr'] })],
  (s, { name }) => ['--config', JSON.stringify(JSON.stringify({ [name]: s, lr: 1 }))],
  (s, { name }) => ['--config', `{'lr': 1, '${name}': ${python(s)}, 'list': [2]}`],
  (s) => ['-H', `Authorization: Bearer ${s}`],
  (s) => [`--header=X-Api-Key: ${s}`],
  (s) => [`Driver={a b};Uid=u;Pwd={${s.replaceAll('}', '}}')}};Encrypt=yes`],
  (s) => [`Server=h;User ID=u;Password={${s.replaceAll('}', '}}')}};X=1`],
  (s, { name }) => [JSON.stringify([name, s])],
  (s, { variable }) => [
    '--env',
    JSON.stringify([
      { name: variable, value: s },
      { name: 'x', value: 'y' },
    ]),
  ],
  (s, { variable }) => ['--env', JSON.stringify({ value: s, name: variable })],
  (s, { name }) => ['-c', `setattr(c,'${name}',${python(s)})`],
  (s) => ['-e', `const password=\`${s.replaceAll(/[\\`]/g, String.raw`\$&`)}\`; f(1)`],
  (s, { variable }) => ['mpiexec', '-genv', variable, s],
  (s) => ['xfreerdp', `/p:${s}`],
  (s) => [`host=h password='${s.replaceAll(/['\\]/g, String.raw`\$&`)}' dbname=d`],
]

/** Commands as a shell takes them. */
const shellWritings: readonly ((secret: string, words: Words) => string)[] = [
  (s, { option, quote }) => `python t.py ${option} ${quote(s)} --lr 0.1`,
  (s, { option, quote }) => `python t.py ${option}=${quote(s)} --lr 0.1`,
  (s, { variable, quote }) => `export ${variable}=${quote(s)} && python t.py --lr 0.1`,
  (s, { variable, quote }) => `cd /x; env A=b ${variable}=${quote(s)} python t.py | tee log`,
  (s, { quote }) => `curl -sS -H ${quote(`Authorization: Bearer ${s}`)} https://h/x | jq .x`,
  (s, { quote }) => `X=$(curl -u ${quote(`me:${s}`)} https://h) python t.py`,
  (s, { quote }) => `mysql -u root -p${quote(s)} db < x.sql`,
  (s, { variable, quote }) => `read -r ${variable} <<< ${quote(s)}; python t.py`,
  (s, { variable, quote }) => `mpirun -genv ${variable} ${quote(s)} python t.py`,
  (s, { quote }) => `sshpass -p ${quote(s)} ssh h ls`,
  (s, { quote }) => `echo ${quote(s)} | docker login -u u --password-stdin`,
  (s, { name, quote }) => `python t.py --config ${quote(JSON.stringify({ [name]: s, lr: 1 }))} --lr 0.1`,
  (s, { option, quote }) => `python t.py \\\n  ${option} ${quote(s)} \\\n  --lr 0.1`,
]

const shells: readonly ((command: string) => string)[] = [
  (command) => `bash -c ${command}`,
  (command) => `sh -c ${command}; echo done`,
  (command) => `ssh h ${command}`,
]

const words = fc.record({ option, variable, name, quote: quoting })
const secret = secretWith(marks)

/** One line of a shell, its secret quoted in one of the ways. */
export const shellShape: fc.Arbitrary<{ readonly line: string; readonly parts: readonly string[] }> = fc
  .tuple(fc.constantFrom(...shellWritings), secret, words)
  .map(([write, { text, parts }, words]) => ({ line: write(text, words), parts }))

const nested: fc.Arbitrary<SecretShape> = fc
  .tuple(shellShape, fc.array(fc.tuple(fc.constantFrom(...shells), quoting), { maxLength: 2 }))
  .map(([{ line, parts }, around]) => ({
    argv: ['bash', '-c', around.reduce((inner, [shell, quote]) => shell(quote(inner)), line)],
    parts,
  }))

/** What must still be there: provenance is of use only when the rest stays. */
export const staying = ['train.py', '--lr', '0.1', '--epochs', '30', 'data/tokenizer.json'] as const

const plain: fc.Arbitrary<SecretShape> = fc
  .tuple(fc.constantFrom(...writings), secret, words)
  .map(([write, { text, parts }, words]) => ({
    argv: [...staying.slice(0, 3), ...write(text, words), ...staying.slice(3)],
    parts,
  }))

const url: fc.Arbitrary<SecretShape> = fc
  .tuple(
    fc.constantFrom<(s: string) => string>(
      (s) => `https://me:${s}@host.example.org/a/b?c=d`,
      (s) => `--uri=postgresql://me:${s}@host.example.org:5432/name`,
      (s) => `redis://:${s}@host.example.org/0`,
    ),
    secretWith(urlMarks),
  )
  .map(([write, { text, parts }]) => ({
    argv: [...staying.slice(0, 3), write(text), ...staying.slice(3)],
    parts,
  }))

export const secretShape: fc.Arbitrary<SecretShape> = fc.oneof(
  { arbitrary: plain, weight: 3 },
  { arbitrary: nested, weight: 3 },
  url,
)

const a = 'a1B2c3D4e5'
const uuid = '1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d'
/** Keys that are secret wherever they stand. Made up. */
export const knownTokens: readonly string[] = [
  `AKIA${'Z9'.repeat(8)}`,
  `ASIA${'Z9'.repeat(8)}`,
  `ghp_${'a1B2'.repeat(9)}`,
  `gho_${a.repeat(4)}`,
  `ghu_${a.repeat(4)}`,
  `ghs_${a.repeat(4)}`,
  `ghr_${a.repeat(4)}`,
  `github_pat_${'11ABCDEFG0'.repeat(5)}`,
  `glpat-${'Ab-3'.repeat(6)}`,
  `glrt-${'Ab_3'.repeat(5)}`,
  `xoxb-${'123456789012-'.repeat(2)}abc`,
  `xapp-1-A111-${'a1'.repeat(16)}`,
  `sk-proj-${'a1B2c3D4-_'.repeat(8)}`,
  `sk-svcacct-${a.repeat(4)}`,
  `sk-ant-api03-${a.repeat(4)}`,
  `AIza${'SyA1'.repeat(9)}`,
  `ya29.${a.repeat(4)}`,
  `GOCSPX-${a.repeat(3)}`,
  `hf_${'xYz9'.repeat(8)}`,
  `api_org_${a.repeat(3)}`,
  `npm_${'a1'.repeat(18)}`,
  `pypi-AgEI${'a1'.repeat(20)}`,
  `sk_live_${a.repeat(2)}`,
  `rk_live_${a.repeat(2)}`,
  `whsec_${a.repeat(3)}`,
  `SG.${a.repeat(2)}.${a.repeat(3)}`,
  `SK${'a1'.repeat(16)}`,
  `AC${'a1'.repeat(16)}`,
  `r8_${a.repeat(4)}`,
  `gsk_${a.repeat(4)}`,
  `xai-${a.repeat(4)}`,
  `pplx-${a.repeat(4)}`,
  `dapi${'a1'.repeat(16)}`,
  `dop_v1_${'a1'.repeat(32)}`,
  `dckr_pat_${a.repeat(3)}`,
  `abc8Q~${'aB3'.repeat(11)}`,
  `123456789:AA${'aB3'.repeat(11)}`,
  `eyJ${'hbGciOiJI'.repeat(2)}.eyJ${a}.${a}`,
  `MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.${a.repeat(3)}`,
  `AGE-SECRET-KEY-1${'Q2W3E4R5T6'.repeat(6)}`,
  `a1B2c3D4e5f6g7.atlasv1.${a.repeat(7)}`,
  `hvs.${a.repeat(3)}`,
  `dp.pt.${a.repeat(4)}`,
  `lin_api_${a.repeat(4)}`,
  `ntn_${a.repeat(4)}`,
  `secret_${a.repeat(4)}abc`,
  `sk.eyJ1IjoiYSJ9.${a.repeat(3)}`,
  `EAAA${a.repeat(6)}`,
  `shpat_${'a1'.repeat(16)}`,
  `NRAK-${'A1'.repeat(14)}`,
  `glsa_${a.repeat(3)}_a1b2`,
  `glc_${a.repeat(3)}`,
  `sntrys_${a.repeat(5)}`,
  `phc_${a.repeat(4)}`,
  `tvly-${a.repeat(3)}`,
  `nvapi-${a.repeat(5)}`,
  `pcsk_${a.repeat(4)}`,
  `lsv2_pt_${a.repeat(4)}`,
  `wandb_v1_${a.repeat(4)}`,
  `figd_${a.repeat(3)}`,
  `ATATT3${a.repeat(4)}`,
  `${'dGVz'.repeat(21)}ab==`,
  `key-${'a1'.repeat(16)}`,
  `${'a1'.repeat(16)}-us12`,
  `sk-lf-${uuid}`,
  `pat-na1-${uuid}`,
  `${uuid}:${'a1'.repeat(16)}`,
  `sk_${'a1'.repeat(24)}`,
  `sess-${a.repeat(4)}`,
  `pa-${a.repeat(4)}abc`,
  `AQ.Ab8RN6${a.repeat(4)}`,
  `ak-${a.repeat(2)}Zz`,
  `vcp_${a.repeat(5)}`,
  `vck_${a.repeat(5)}`,
  `cfut_${a.repeat(4)}`,
  `v1.0-${'a1'.repeat(12)}-${'a1'.repeat(73)}`,
  `fm2_lJPE${a.repeat(9)}==`,
  `xkeysib-${'a1'.repeat(32)}-${a}abcdef`,
  `pul-${'a1'.repeat(20)}`,
  `EZAK${a.repeat(6)}`,
  `duffel_live_${a.repeat(4)}_-=`,
  `CLOJARS_${'a1'.repeat(30)}`,
  `aio_${a.repeat(2)}abcdefgh`,
  `bkua_${'a1'.repeat(20)}`,
  `ico-${a.repeat(3)}Zz`,
  `comfyui-${'a1'.repeat(32)}`,
  `esecret_${a.repeat(3)}`,
  `unknown_live_${a.repeat(3)}`,
  `CW-SECRET-${a.repeat(4)}`,
  `secret_my-key_${'a1'.repeat(16)}.${a.repeat(3)}Zz`,
  `KGAT_${'a1'.repeat(16)}`,
  `re_${a.slice(0, 8)}_${a.repeat(3)}`,
  `hf_oauth_eyJ${a.repeat(3)}`,
  `eyJhcGlfYWRkcmVzcyI6${a.repeat(6)}=`,
  `IQoJb3JpZ2lu${a.repeat(9)}==`,
  `${'aB3'.repeat(11)}AzCaA${a.slice(0, 5)}=`,
  `sl.u.${a.repeat(8)}`,
]

/** Pieces of texts in which quotes, names, programs and keys stand as nobody writes them. `more`: words to be among them. */
export function oddText(more: readonly string[]): fc.Arbitrary<string> {
  const marks = fc.constantFrom(...`"'\\=: \n,;{}[]()$\`<>&|-/?#@*+%~.`.split(''))
  const said = fc.constantFrom(
    ...`-- key token password secret user value name -u -p :// @h.org hf_ x1Y2z3W4v5 é İ 😀 ''' """ a=1 host=h`.split(
      ' ',
    ),
    ...'User ID=|jdbc:oracle:thin:|login(|auth=(|</name><value>|<name>|:5432:|:*:|Bearer |export |read |<<< |b c'.split(
      '|',
    ),
    ...'-----BEGIN PRIVATE KEY-----|-----END PRIVATE KEY-----|\t|\r\n|  |<<EOF\n|EOF\n'.split('|'),
  )
  const piece = fc.oneof(
    { arbitrary: marks, weight: 5 },
    { arbitrary: said, weight: 5 },
    { arbitrary: fc.constantFrom(...more), weight: 3 },
    fc.stringMatching(/^[A-Za-z0-9_-]{10,60}$/),
  )
  return fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
}

/** A git remote with credentials. */
export const remoteShape: fc.Arbitrary<{ readonly remote: string; readonly parts: readonly string[] }> = fc
  .tuple(
    fc.constantFrom<(s: string) => string>(
      (s) => `https://user:${s}@host.example.org/a/b.git`,
      (s) => `https://oauth2:${s}@host.example.org:8443/a/b.git`,
      (s) => `https://us@er:${s}@host.example.org/a/b.git`,
      (s) => `https://host.example.org/a/b.git?private_token=${s}`,
      (s) => `https://host.example.org/a/b.git#${s}`,
      (s) => `ssh://git:${s}@host.example.org:22/a/b.git`,
      (s) => `git+ssh://git:${s}@host.example.org/a/b.git`,
    ),
    secretWith(['!', '%40', '$', '~', '.', '_', '-', '+', '*', '@', '/']),
  )
  .map(([write, { text, parts }]) => ({ remote: write(text), parts }))
