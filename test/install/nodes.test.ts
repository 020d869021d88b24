import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { goldenSite } from '../golden/site.ts'
import { bin, folder, repository, start } from '../support/cli.ts'
import { named, nodes } from '../support/needs.ts'
import type { RunFile } from '../support/site.ts'
import { allValid, trainingScript } from './script.ts'

const versions = nodes.length === 0 ? [['none', ''] as const] : nodes

describe.each(versions)('on Node %s', (version, folderOfNode) => {
  const client = path.join(repository, 'clients/python')
  const env = (): Record<string, string> => ({
    PATH: `${folderOfNode}:${path.dirname(bin)}:${process.env['PATH']}`,
    PYTHONPATH: client,
    PROVLOOM_SPOOL_ROOT: folder(),
    PROVLOOM_BIN: bin,
  })
  const tried = it.skipIf(nodes.length === 0)
  const reason = 'no other Nodes'

  tried(named('ranks of provloom run, and a plain script, are runs', nodes.length > 0, reason), async () => {
    const [work, variables] = [folder(), env()]
    const asked = await start('node', ['--version'], { env: variables }).ended
    expect(asked.stdout.trim()).toBe(`v${version}`)
    fs.writeFileSync(path.join(work, 'train.py'), trainingScript)
    const run = ['run', '-n', '2', '--collect-all-processes', '--create-svg', '--', 'python3', 'train.py']
    const wrapped = await start(bin, run, { cwd: work, env: variables }).ended
    expect([wrapped.code, wrapped.stdout], wrapped.stderr).toEqual([0, 'True\nTrue\n'])
    expect(fs.existsSync(path.join(work, 'prov/digits_0/prov.svg'))).toBe(true)
    const plain = await start('python3', ['train.py'], { cwd: work, env: variables }).ended
    expect([plain.code, plain.stdout], plain.stderr).toEqual([0, 'True\n'])
    const documents = ['prov/digits_0/prov.json', 'prov/digits_1/prov.json']
    const valid = await start(bin, ['validate', ...documents], { cwd: work, env: variables }).ended
    expect(valid.stdout, valid.stderr).toBe([...documents.map((one) => `${one}: valid`), allValid].join('\n'))
  })

  tried(named('what an earlier build left is read', nodes.length > 0, reason), async () => {
    const running = goldenSite('running')
    const recovered = await start(bin, ['recover', 'prov/golden_0'], { cwd: running, env: env() }).ended
    expect(recovered.code, recovered.stderr).toBe(0)
    const ended = goldenSite('ended')
    const spools = path.join(ended, 'spools')
    const imported = await start(bin, ['import', '--spool-root', spools], { cwd: ended, env: env() }).ended
    expect(imported.code, imported.stderr).toBe(0)
    for (const [work, ranks] of [
      [running, [0]],
      [ended, [0, 1]],
    ] as const) {
      const run = JSON.parse(fs.readFileSync(path.join(work, 'prov/golden_0/run.json'), 'utf8')) as RunFile
      expect(run.ledger.ranks.map(({ rank }) => rank)).toEqual(ranks)
    }
  })
})
