import type { Level } from './table.ts'

/** What follows an option: a secret by its level, or something that is read in a way of its own. */
export type Following =
  | Level
  | 'shell'
  | 'text'
  | 'url'
  | 'cookie'
  | 'percent'
  | 'comma'
  | 'scheme'
  | 'named'
  | 'flag'

/**
 * Programs whose options do not say that their value is a secret. `flags`: options and what follows them; `joined`: the
 * same, written together (-pVALUE); `after`: only when one of these words came before; `places`: which plain words behind
 * it are secrets; `names`: plain words may name a secret that follows; `pairs`: every NAME=VALUE is one; `shell`: plain
 * words are commands of a shell. The table is that of clients/python/provloom/_secret_table.py, as in table.ts.
 */
export interface Program {
  readonly of: readonly string[]
  readonly after?: readonly string[]
  readonly flags?: Readonly<Record<string, Following>>
  readonly joined?: Readonly<Record<string, Following>>
  readonly places?: readonly number[]
  readonly names?: true
  readonly pairs?: true
  readonly shell?: true
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

export const programs: readonly Program[] = [
  { of: words('sh bash zsh dash ksh ash fish su'), flags: { '-c': 'shell' } },
  { of: words('ssh eval watch parallel tmux screen'), shell: true },
  { of: words('sbatch'), flags: { '--wrap': 'shell' } },
  {
    of: words(
      'mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlpump mysqlsh mycli mariadb mariadb-dump mariadb-admin mariadb-import',
    ),
    joined: { '-p': 'sure' },
  },
  { of: words('sshpass'), flags: { '-p': 'sure' }, joined: { '-p': 'sure' } },
  {
    of: words('curl'),
    flags: {
      '-u': 'pair',
      '-U': 'pair',
      '--user': 'pair',
      '--proxy-user': 'pair',
      '-b': 'cookie',
      '--cookie': 'cookie',
      '--oauth2-bearer': 'sure',
      '-x': 'url',
      '--proxy': 'url',
      '-E': 'pair',
      '--cert': 'pair',
      '--pass': 'sure',
      '--tlspassword': 'sure',
    },
    joined: { '-u': 'pair', '-U': 'pair', '-b': 'cookie', '-x': 'url', '-E': 'pair', '-H': 'text' },
  },
  { of: words('http https httpie xh xhs'), flags: { '-a': 'pair', '--auth': 'pair' } },
  {
    of: words('docker podman nerdctl buildah skopeo helm oras crane regctl apptainer singularity'),
    after: words('login'),
    flags: { '-p': 'sure' },
    joined: { '-p': 'sure' },
  },
  { of: words('az twine'), flags: { '-p': 'sure' } },
  { of: words('redis-cli valkey-cli keydb-cli'), flags: { '-a': 'sure', '-u': 'url' } },
  {
    of: words('mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat'),
    flags: { '-p': 'sure' },
    joined: { '-p': 'sure' },
  },
  {
    of: words('sqlcmd bcp osql isql tsql ipmitool zip unzip'),
    flags: { '-P': 'sure' },
    joined: { '-P': 'sure' },
  },
  { of: words('7z 7za 7zr 7zz rar unrar'), joined: { '-p': 'sure', '-hp': 'sure' } },
  {
    of: words('ldapsearch ldapadd ldapmodify ldapdelete ldappasswd ldapwhoami ldapcompare'),
    flags: { '-w': 'sure' },
    joined: { '-w': 'sure' },
  },
  {
    of: words('smbclient rpcclient smbget'),
    flags: { '-U': 'percent', '--user': 'percent' },
    joined: { '-U': 'percent' },
  },
  { of: words('lftp'), flags: { '-u': 'comma' } },
  {
    of: words('openssl'),
    flags: {
      '-passin': 'scheme',
      '-passout': 'scheme',
      '-pass': 'scheme',
      '-password': 'scheme',
      '-k': 'sure',
      '-K': 'sure',
    },
  },
  { of: words('anaconda'), flags: { '-t': 'sure' } },
  { of: words('sqlplus'), places: [0] },
  { of: words('wandb vault cargo comet'), after: words('login'), places: [0, 1, 2] },
  { of: words('ngrok'), after: words('authtoken add-authtoken'), places: [0] },
  { of: words('snyk'), after: words('auth'), places: [0] },
  { of: words('mc'), after: words('set'), places: [2, 3] },
  {
    of: words('git npm yarn pnpm pip pip3 poetry aws gcloud dvc conda rclone pulumi'),
    after: words('config configure set modify create update'),
    names: true,
  },
  { of: words('pulumi'), flags: { '--secret': 'flag' } },
  { of: words('setenv ENV'), names: true },
  { of: words('set'), after: words('-x -gx -xg -Ux -xU'), names: true },
  { of: words('kubectl oc'), flags: { '--from-literal': 'named' } },
  {
    of: words('gh az aws fly flyctl wrangler vault gcloud heroku pulumi doppler supabase vercel modal'),
    after: words('secret secrets put-parameter kv'),
    flags: { '--value': 'sure', '--body': 'sure', '-b': 'sure', '--string-value': 'sure' },
    pairs: true,
  },
]

/** Options after which user:password may stand, in any program. */
export const pairOptions: readonly string[] = words('u user username login')

/** Options that are a password in many programs and a port or a path in others: what looks made at random is masked. */
export const perhapsOptions: readonly string[] = words('p P')

/**
 * Programs whose names in a text are no reason to look closer: words of prose, and shells, whose strings have hints of
 * their own.
 */
export const plainPrograms: readonly string[] = words(
  'set sh bash zsh dash ksh ash fish su ssh eval watch parallel screen',
)

/** Words of a command that takes a secret from its input: what is said into it is one. */
export const secretInput: readonly string[] = words(
  '--password-stdin --with-token --token-stdin --passphrase-fd --stdin chpasswd',
)
