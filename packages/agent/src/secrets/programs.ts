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
  | 'name'
  | 'next'
  | 'behind'

/**
 * Programs whose options do not say that their value is a secret. `flags`: options and what follows them; `joined`: the
 * same, written together (-pVALUE); `after`: only when one of these words came before; `places`: which plain words behind
 * it are secrets; `names`: plain words may name a secret that follows; `pairs`: every NAME=VALUE is one; `shell`: plain
 * words are commands of a shell. `name`: the next word may name the secret behind it; `next`: the word after is one; `behind`: the
 * word behind -- is one, unless it is a program. The
 * table is that of clients/python/provloom/_secret_table.py, as in table.ts.
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
  { of: words('sh bash zsh dash ksh ash fish su runuser'), flags: { '-c': 'shell' } },
  { of: words('ssh eval watch parallel tmux screen'), shell: true },
  { of: words('sbatch'), flags: { '--wrap': 'shell' } },
  { of: words('lftp'), flags: { '-u': 'comma', '-e': 'shell', '-c': 'shell' } },
  { of: words('open'), flags: { '-u': 'comma' } },
  {
    of: words('pwsh powershell pwsh.exe powershell.exe'),
    flags: { '-c': 'shell', '-Command': 'shell', '-command': 'shell' },
  },
  {
    of: words('mpiexec mpirun mpiexec.hydra mpirun.hydra mpiexec.mpich prterun'),
    flags: { '-env': 'name', '-genv': 'name' },
  },
  { of: words('docker podman buildah nerdctl'), flags: { '--secret': 'text' } },
  { of: words('jq yq gojq jaq'), flags: { '--arg': 'name' } },
  {
    of: words(
      'mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlpump mysqlsh mysqlslap mycli mariadb mariadb-dump mariadb-admin mariadb-import',
    ),
    joined: { '-p': 'sure' },
  },
  {
    of: words(
      'sshpass mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop mongofiles rdesktop',
    ),
    flags: { '-p': 'sure' },
    joined: { '-p': 'sure' },
  },
  {
    of: words(
      'az twine cqlsh cypher-shell neo4j-admin beeline ansible-vault yt-dlp youtube-dl gallery-dl altool conan rabbitmqadmin evil-winrm flit hatch snowsql',
    ),
    flags: { '-p': 'sure' },
  },
  {
    of: words(
      'docker podman nerdctl buildah skopeo helm oras crane regctl apptainer singularity cf oc ibmcloud influx',
    ),
    after: words('login setup create unlock'),
    flags: { '-p': 'sure' },
    joined: { '-p': 'sure' },
  },
  {
    of: words('security'),
    after: words('unlock-keychain create-keychain set-keychain-password'),
    flags: { '-p': 'sure', '-k': 'sure' },
  },
  {
    of: words('security'),
    after: words('add-generic-password add-internet-password import set-key-partition-list'),
    flags: { '-w': 'sure', '-P': 'sure', '-k': 'sure' },
  },
  {
    of: words(
      'sqlcmd bcp osql isql tsql sqsh ipmitool zip unzip mosquitto_pub mosquitto_sub mosquitto_rr p4',
    ),
    flags: { '-P': 'sure' },
    joined: { '-P': 'sure' },
  },
  { of: words('7z 7za 7zr 7zz rar unrar'), joined: { '-p': 'sure', '-hp': 'sure' } },
  { of: words('xfreerdp xfreerdp3 wlfreerdp sdl-freerdp'), joined: { '/p:': 'sure', '/gp:': 'sure' } },
  {
    of: words('ldapsearch ldapadd ldapmodify ldapdelete ldappasswd ldapwhoami ldapcompare kadmin'),
    flags: { '-w': 'sure' },
    joined: { '-w': 'sure' },
  },
  { of: words('ldappasswd'), flags: { '-s': 'sure', '-a': 'sure' } },
  { of: words('ssh-keygen'), flags: { '-N': 'sure', '-P': 'sure' } },
  {
    of: words(
      'snmpwalk snmpget snmpset snmpgetnext snmpbulkwalk snmpbulkget snmptable snmptrap snmpinform snmpstatus',
    ),
    flags: { '-A': 'sure', '-X': 'sure', '-c': 'sure' },
  },
  { of: words('redis-cli valkey-cli keydb-cli'), flags: { '-a': 'sure', '-u': 'url' } },
  { of: words('redis-cli valkey-cli keydb-cli'), after: words('auth AUTH'), places: [0, 1] },
  { of: words('influx anaconda doctl glab vercel netlify doppler'), flags: { '-t': 'sure' } },
  { of: words('nuget dotnet'), after: words('push'), flags: { '-k': 'sure', '-ApiKey': 'sure' } },
  { of: words('swaks sendemail sendEmail'), flags: { '-ap': 'sure', '-xp': 'sure' } },
  {
    of: words('smbclient rpcclient smbget smbmap net'),
    flags: { '-U': 'percent', '--user': 'percent' },
    joined: { '-U': 'percent' },
  },
  {
    of: words('smbclient'),
    flags: {
      '-c': 'text',
      '-D': 'text',
      '-I': 'text',
      '-L': 'text',
      '-W': 'text',
      '-A': 'text',
      '-m': 'text',
      '-d': 'text',
    },
    places: [1],
  },
  {
    of: words('openssl apksigner'),
    flags: {
      '-passin': 'scheme',
      '-passout': 'scheme',
      '-pass': 'scheme',
      '-password': 'scheme',
      '--ks-pass': 'scheme',
      '--key-pass': 'scheme',
      '-k': 'sure',
      '-K': 'sure',
    },
  },
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
  { of: words('ab hey'), flags: { '-A': 'pair', '-a': 'pair' } },
  {
    of: words('sqlplus expdp impdp sqlldr wpa_passphrase ConvertTo-SecureString'),
    flags: { '-String': 'sure' },
    places: [0],
  },
  { of: words('wpa_passphrase'), places: [1] },
  {
    of: words('htpasswd mosquitto_passwd'),
    after: words('-b -bc -cb -bB -Bb -cbB -bcB -Bbc -Bcb -cBb -bs -bm -bd -db'),
    places: [2, 3],
  },
  { of: words('htpasswd'), after: words('-nb -bn -nbB -Bbn -nBb -bnB -Bnb -bBn -nbm -nbs'), places: [1, 2] },
  { of: words('net'), after: words('use'), joined: { '\\\\': 'next', '/user:': 'next', '/USER:': 'next' } },
  { of: words('wandb vault cargo comet bw'), after: words('login unlock'), places: [0, 1, 2] },
  { of: words('rclone'), after: words('obscure'), places: [0] },
  { of: words('ngrok'), after: words('authtoken add-authtoken'), places: [0] },
  { of: words('cloudflared'), after: words('install'), places: [0] },
  { of: words('rabbitmqctl'), after: words('add_user change_password authenticate_user'), places: [1] },
  { of: words('cf'), after: words('auth'), places: [1] },
  { of: words('snyk'), after: words('auth'), places: [0] },
  { of: words('mc'), after: words('set'), places: [2, 3] },
  {
    of: words(
      'git npm yarn pnpm pip pip3 poetry aws gcloud dvc conda rclone pulumi snap vastai redis-cli consul etcdctl cf crudini nmcli dotnet',
    ),
    after: words('config configure set modify create update put set-env connect'),
    names: true,
  },
  { of: words('pulumi'), flags: { '--secret': 'flag' } },
  { of: words('pulumi'), after: words('--secret'), places: [1] },
  { of: words('setenv setx ENV pdftk'), names: true },
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
  'set sh bash zsh dash ksh ash fish su ssh eval watch parallel screen open net ab hey http https conan hatch flit snap comet',
)

/** Words of a command that takes a secret from its input, together: what is said into it is one. */
export const secretInput: readonly string[] = [
  '--password-stdin',
  '--with-token',
  '--token-stdin',
  '--passphrase-fd',
  '--stdin',
  'chpasswd',
  'sudo -S',
  'kinit',
  'smbpasswd',
  'htpasswd -i',
  'cryptsetup',
  'ssh-add -',
  'docker secret',
  'podman secret',
  'gh secret',
  'wrangler secret',
  'gcloud secrets',
  'flyctl secrets',
  'fly secrets',
  'vault login',
  'wandb login',
  'huggingface-cli login',
  'hf login',
  'secret-tool store',
  'pass insert',
]
