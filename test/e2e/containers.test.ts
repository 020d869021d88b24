import { expect, it } from 'vitest'
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
