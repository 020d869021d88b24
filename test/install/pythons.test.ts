import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bin, folder, repository, start } from '../support/cli.ts'
import { pythons } from '../support/needs.ts'
import { trainingScript } from './script.ts'

describe.each(pythons)('Python %s', (_, python) => {
  it('records a plain script and one in a wrapper', async () => {
    const work = folder()
    const env = {
      PYTHONPATH: path.join(repository, 'clients/python'),
      PROVLOOM_SPOOL_ROOT: folder(),
      PROVLOOM_BIN: bin,
    }
    fs.writeFileSync(path.join(work, 'train.py'), trainingScript)
    const plain = await start(python, ['-W', 'error', 'train.py'], { cwd: work, env }).ended
    expect([plain.code, plain.stdout], plain.stderr).toEqual([0, 'True\n'])
    const wrapped = await start(bin, ['run', '--', python, '-W', 'error', 'train.py'], { cwd: work, env })
      .ended
    expect([wrapped.code, wrapped.stdout], wrapped.stderr).toEqual([0, 'True\n'])
    expect(plain.stderr + wrapped.stderr).not.toMatch(/Warning|Traceback|could not/)
    expect(fs.readdirSync(path.join(work, 'prov')).filter((name) => !name.startsWith('.'))).toEqual([
      'digits_0',
      'digits_1',
    ])
  })
})
