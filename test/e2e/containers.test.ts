import path from 'node:path'
import { expect, it } from 'vitest'
import { repository } from '../support/cli.ts'
import { seldom } from '../support/effort.ts'
import { hasPidNamespaces, named } from '../support/needs.ts'
import { expectWhole, site } from '../support/site.ts'

const script = `
import sys, provloom
provloom.start_run("www.example.org", "e")
for step in range(100): provloom.log_metric("loss", step, step=step)
sys.exit(3)
`

it.skipIf(!hasPidNamespaces).each([
  ['as its first process', 'exec python3 t.py'],
  ['as another one', 'python3 t.py; exit $?'],
])(
  named('a script in a container below ends its run when it ends, %s', hasPidNamespaces, 'no unshare'),
  async (_, command) => {
    const here = site()
    here.script('t.py', script)
    const container = ['unshare', '-fp', '--mount-proc', '--kill-child', 'sh', '-c', command]
    const { code, stderr } = await here.start('provloom', ['run', '--', ...container]).ended
    expect(code).toBe(3)
    expect(stderr).not.toContain('go on')
    const [run] = here.runs()
    expectWhole(run!, 100)
    await here.gone()
  },
)

const rank1 = { RANK: '1', WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT: '23456' }
const inContainer = ['-fp', '--mount-proc', '--kill-child', 'sh', '-c']
const client = JSON.stringify(path.join(repository, 'packages/agent/dist/client/index.js'))
/** Of each client a script that ends its run, and one that ends with it. */
const scripts: Record<string, string> = {
  'end.py':
    'import provloom\nprovloom.start_run("www.example.org", "e", collect_all_processes=True)\n' +
    'for step in range(100): provloom.log_metric("loss", step, step=step)\nprint(provloom.end_run())',
  'end.mjs':
    `import { endRun, logMetric, startRun } from ${client}\n` +
    "startRun({ experimentName: 'e', collectAllProcesses: true })\n" +
    "for (let step = 0; step < 100; step++) logMetric('loss', step, { step })\nconsole.log(await endRun())",
}
scripts['exit.py'] = scripts['end.py']!.replace('print(provloom.end_run())', '')
scripts['exit.mjs'] = scripts['end.mjs']!.replace('console.log(await endRun())', '')

/** As the container's process 1, and as what that has started. */
const commands = Object.keys(scripts).flatMap((name) => {
  const line = `${name.endsWith('py') ? 'python3' : 'node'} ${name}`
  return [`exec ${line}`, `${line}; exit $?`].map((command) => ({ name, command }))
})

it.skipIf(!hasPidNamespaces)(
  named(
    'a rank other than 0 that is a container has what it logged in the graph before its agent ends with it',
    hasPidNamespaces,
    'no unshare',
  ),
  async () => {
    await Promise.all(
      [commands[0]!, commands[3]!, commands[5]!, ...seldom(...commands)].map(async ({ name, command }) => {
        const here = site()
        here.script(name, scripts[name]!)
        const ended = await here.start('unshare', [...inContainer, command], { env: rank1 }).ended
        const said = name.startsWith('end') ? 'true\n' : ''
        expect([ended.code, ended.stdout.toLowerCase()], ended.stderr).toEqual([0, said])
        const [run] = here.runs()
        expect(run!.graph.each(run!.graph.labelled('loss'), 'rows'), ended.stderr).toEqual(['100'])
      }),
    )
  },
)

it.skipIf(!hasPidNamespaces)(
  named('and says where that is kept when it is in none', hasPidNamespaces, 'no unshare'),
  async () => {
    await Promise.all(
      [commands[0]!, commands[2]!, commands[5]!, ...seldom(...commands)].map(async ({ name, command }) => {
        const here = site({ PROVLOOM_BIN: '/bin/true' })
        here.script(name, scripts[name]!)
        const { stderr } = await here.start('unshare', [...inContainer, command], { env: rank1 }).ended
        expect(stderr).toMatch(/not in a graph yet: .*; kept in .*; hand in: provloom import /)
      }),
    )
  },
)

it('a job that was killed holds its output no longer, and its aggregator ends when it has written all', async () => {
  const here = site()
  here.script(
    't.py',
    'import os, signal, provloom\nprovloom.start_run("www.example.org", "e")\nprovloom.log_metric("loss", 1)\n' +
      'while not os.path.exists("prov/e_0/run.json"): pass\nos.killpg(0, signal.SIGKILL)',
  )
  // The pipe ends with whoever has it last.
  const { stdout } = await here.start('sh', [
    '-c',
    '(setsid provloom run -- python3 t.py) 2>&1 | cat; ls prov/.provloom/*/connection.json',
  ]).ended
  // It has not yet ended.
  expect(stdout).toContain('connection.json')
  await here.gone()
  const [run] = here.runs()
  expect(run?.file.status).toBe('incomplete')
})
