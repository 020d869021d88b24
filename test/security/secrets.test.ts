import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { folder, provloom } from '../support/cli.ts'
import { onlyRun } from '../support/graph.ts'
import { hasGit } from '../support/needs.ts'

const script = `
import json, os, sys, provloom
run = provloom.start_run("www.example.org", "x")
provloom.log_execution_command()
provloom.log_source_code(".")
# What lies on the disk while the run goes on, the aggregator's keys excepted.
found = []
for root in (run.spool, os.environ["SAVE_DIR"]):
    for folder, _, files in os.walk(root):
        for name in files:
            if name not in ("connection.json", "server.json"):
                found.append(open(os.path.join(folder, name), "rb").read().decode("latin-1"))
with open(os.environ["SAVE_DIR"] + "/../seen.json", "w") as out:
    json.dump(found, out)
provloom.log_source_code("/nowhere/password=errorsecret0001")
def reach(url, word):
    raise ConnectionError("cannot reach %s (Authorization: Bearer %s), password='%s'" % (url, word, word))
reach("postgresql://u:errorsecret0002@db/x", "errorsecret0003")
`

it('a run leaves no secret of its environment, command line, git remote or connection behind', async ({
  skip,
}) => {
  skip(!hasGit, 'needs git')
  const place = folder()
  const [saveDir, work] = [path.join(place, 'prov'), path.join(place, 'work')]
  fs.mkdirSync(work)
  fs.writeFileSync(path.join(work, 'train.py'), script)
  const git = (...words: string[]): void =>
    void execFileSync('git', ['-C', work, ...words], { stdio: 'ignore' })
  git('init')
  git(
    'remote',
    'add',
    'origin',
    'https://me:remotesecret00001@host.example.org/a.git?token=remotesecret00002',
  )
  git('add', '.')
  git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-m', 'x')
  const environment = {
    SAVE_DIR: saveDir,
    HF_TOKEN: 'environmentsecret0001',
    WANDB_API_KEY: 'environmentsecret0002',
    PROVLOOM_SECRET: 'environmentsecret0003',
    PROVLOOM_TOKEN: 'environmentsecret0004',
    DATABASE_URL: 'postgresql://u:environmentsecret0005@db/x',
    SSH_AUTH_SOCK: '/tmp/environmentsecret0006',
    CUDA_VISIBLE_DEVICES: '0?token=environmentsecret0007',
    MASTER_ADDR: 'u:environmentsecret0009@localhost',
    SLURM_JOB_NAME: '--password environmentsecret0008',
  }
  const args = [
    '--password',
    'argumentsecret0001',
    'API_KEY=argumentsecret0002',
    '--dsn=redis://:argumentsecret0003@h/0',
    '--config={"db": {"password": "argumentsecret0004 argumentsecret0005"}}',
    'AccountName=a;AccountKey=argumentsecret0006;EndpointSuffix=x',
    '--header=Authorization: Bearer argumentsecret0007',
    '--run=bash -c "mysql -pargumentsecret0008 --password \'argumentsecret0009\'"',
  ]
  const result = await provloom(
    [
      'run',
      '-n',
      '2',
      '--provenance-save-dir',
      saveDir,
      '--create-svg',
      '--',
      'python3',
      'train.py',
      ...args,
    ],
    { cwd: work, env: environment },
  )
  expect(result.code, result.stderr).toBe(1)
  const keys = keysBelow(path.join(saveDir, '.provloom'))
  const runDir = onlyRun(saveDir)
  const left = fs
    .readdirSync(runDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(path.join(runDir, name)).isFile())
    .map((name) => fs.readFileSync(path.join(runDir, name), 'latin1'))
  // The script is kept as it is, whatever a person has written into it.
  const isScript = (text: string): boolean => text === script
  expect(left.filter(isScript)).toHaveLength(1)
  const during = JSON.parse(fs.readFileSync(path.join(place, 'seen.json'), 'utf8')) as string[]
  expect(during.length).toBeGreaterThan(3)
  // Its traceback is the script's own word, and comes as it is.
  const told = result.stderr.split('\n').filter((line) => line.startsWith('provloom: '))
  const all = [...[...left, ...during].filter((text) => !isScript(text)), result.stdout, ...told].join('\n')
  expect(all).toContain('ConnectionError: cannot reach postgresql://***@db/x')
  expect(all).toContain('host.example.org/a.git')
  expect(all.match(/(environment|argument|remote|error)secret\d+/g)).toBeNull()
  expect(keys.filter((key) => all.includes(key))).toEqual([])
})

/** Every CURVE secret that an aggregator keeps for its successor. */
function keysBelow(control: string): string[] {
  const keys = fs
    .readdirSync(control, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('server.json'))
    .flatMap((name) => {
      const { keys } = JSON.parse(fs.readFileSync(path.join(control, name), 'utf8')) as {
        keys: { serverSecret: string; clientSecret: string }
      }
      return [keys.serverSecret, keys.clientSecret]
    })
  expect(keys.length).toBeGreaterThanOrEqual(2)
  return keys
}
