import { expect, it } from 'vitest'
import { start } from '../support/cli.ts'
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
    const words = ['unshare', '-fp', '--mount-proc', '--kill-child', 'sh', '-c', command]
    const { code, stderr } = await here.wrapped(...words).ended
    expect(code).toBe(3)
    expect(stderr).not.toContain('go on')
    const [run] = here.runs()
    expectWhole(run!, 100)
    await here.gone()
  },
)
