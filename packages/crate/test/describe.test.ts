import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Attribute } from '@provloom/prov'
import { exported } from './crate.ts'
import { runDirectory, runId, sha256 } from './run.ts'

const action = `urn:uuid:${runId}`

describe('the crate of a run', () => {
  it('is a Process Run Crate: one execution, of what, on what, by whom, with what result', async () => {
    const crate = await exported(await runDirectory())
    expect(crate.node('./')).toMatchObject({
      '@type': 'Dataset',
      name: 'digits_0',
      datePublished: '2026-01-02T00:00:00.000+00:00',
      conformsTo: { '@id': 'https://w3id.org/ro/wfrun/process/0.5' },
      mentions: { '@id': action },
    })
    expect(crate.node(action)).toMatchObject({
      '@type': 'CreateAction',
      name: 'digits_0',
      description: "python3 train.py --name 'a b'",
      startTime: '2026-01-01T10:00:00.000+00:00',
      endTime: '2026-01-01T10:01:00.000+00:00',
      actionStatus: 'http://schema.org/CompletedActionStatus',
      instrument: { '@id': 'code/train.py' },
      agent: { '@id': '#user-ada' },
    })
    expect(crate.node(action)['error']).toBeUndefined()
    expect(crate.named(action, 'object')).toEqual([
      'artifacts/rank0/train.csv',
      '#dataset.val',
      '#input.0a',
      '#param.lr',
      '#param.seed',
    ])
    expect(crate.named(action, 'result')).toEqual([
      '#model.net',
      'artifacts/rank0/net.pt',
      'metrics/',
      '#metric.training.loss',
    ])
  })

  it('has every file of the run that is not of its recording, each with its size, hash and format', async () => {
    const crate = await exported(await runDirectory())
    const files = [...crate.nodes.values()].filter((one) => [one['@type']].flat().includes('File'))
    expect(files.map((one) => String(one['@id'])).toSorted()).toEqual([
      'artifacts/rank0/net.pt',
      'artifacts/rank0/train.csv',
      'code/source.diff',
      'code/train.py',
      'metrics/part-000000000003.parquet',
      'prov.json',
      'run.json',
    ])
    for (const { '@id': id, contentSize, sha256: hash } of files) {
      const bytes = crate.content(String(id))
      expect([contentSize, hash], String(id)).toEqual([String(bytes.length), sha256(bytes)])
    }
    expect(crate).toMatchObject({ files: files.length, leftOut: [], differing: [] })
    const onDisk = fs.readdirSync(crate.target, { recursive: true, withFileTypes: true })
    expect(onDisk.filter((one) => one.isFile())).toHaveLength(files.length + 1)
    expect(crate.node('prov.json')).toMatchObject({
      encodingFormat: ['application/json', { '@id': 'https://www.w3.org/submissions/prov-json/' }],
      conformsTo: { '@id': 'https://www.w3.org/submissions/prov-json/' },
    })
    const parts = (id: string): string[] => crate.named(id, 'hasPart')
    expect(
      parts('./')
        .flatMap((id) => (id.endsWith('/') ? parts(id) : [id]))
        .toSorted(),
    ).toEqual(files.map((one) => String(one['@id'])).toSorted())
  })

  it('names a stored file by where it was, and tells one that it does not hold without a path that leads nowhere', async () => {
    const crate = await exported(await runDirectory())
    expect(crate.node('artifacts/rank0/train.csv')).toMatchObject({
      name: 'train.csv',
      alternateName: '/data/train.csv',
      encodingFormat: 'text/csv',
    })
    expect(crate.node('#dataset.val')).toEqual({
      '@id': '#dataset.val',
      '@type': 'CreativeWork',
      name: 'val',
      description: 'Not in this crate: /data/val set',
      alternateName: '/data/val set',
    })
    expect(crate.node('#model.net')).toMatchObject({ workExample: { '@id': 'artifacts/rank0/net.pt' } })
  })

  it('tells the script with version, repository, language and packages', async () => {
    const crate = await exported(await runDirectory())
    expect(crate.node('code/train.py')).toMatchObject({
      '@type': ['File', 'SoftwareSourceCode'],
      name: 'train.py',
      version: '4f2c-dirty',
      codeRepository: 'https://git.example.org/ada/digits',
      url: 'https://git.example.org/ada/digits',
      programmingLanguage: { '@id': '#CPython-3.11.4' },
      softwareRequirements: { '@id': 'https://pypi.org/project/numpy/1.26.2/' },
      hasPart: { '@id': 'code/source.diff' },
      sha256: sha256('print()'),
    })
    expect(crate.node('https://pypi.org/project/numpy/1.26.2/')).toMatchObject({
      '@type': 'SoftwareApplication',
      name: 'numpy',
      softwareVersion: '1.26.2',
    })
    expect(crate.node(crate.named(action, 'environment')[0]!)).toMatchObject({
      name: 'OMP_NUM_THREADS',
      value: '2',
    })
  })

  it('has a parameter once, with all values that ranks had, and the last value of a metric; not of what was measured', async () => {
    const crate = await exported(await runDirectory())
    expect(crate.node('#param.lr')).toMatchObject({ '@type': 'PropertyValue', name: 'lr', value: 0.1 })
    expect(crate.node('#param.seed')).toMatchObject({ name: 'seed', value: [3, 20] })
    expect(crate.node('#metric.training.loss')).toEqual({
      '@id': '#metric.training.loss',
      '@type': 'PropertyValue',
      name: 'loss',
      value: 0.25,
      minValue: 0.2,
      maxValue: 1,
      description: 'training: lower median of the last values of 2 ranks; 20 points, steps 0 to 9',
    })
    expect([...crate.nodes.keys()].filter((id) => id.startsWith('#metric.'))).toEqual([
      '#metric.training.loss',
    ])
  })

  it('has an input once that several ranks have a copy of, and tells the copies as that; of other bytes it is another', async () => {
    const copies = [
      'artifacts/rank0/train.csv',
      'artifacts/rank1/train.csv',
      'artifacts/rank2/train.csv',
    ] as const
    const runDir = await runDirectory({
      files: { [copies[1]]: 'a,b', [copies[2]]: 'other' },
      more: (builder, id) => {
        const copy = id('run:input.0b.copies')
        builder
          .entity(copy, [
            [id('prov:type'), { type: 'name', name: id('provloom:StoredCopy') }],
            ...copies.map((at): Attribute => [id('prov:location'), { type: 'text', text: at }]),
          ])
          .wasDerivedFrom(copy, id('run:input.0b'))
      },
    })
    const crate = await exported(runDir)
    expect(crate.named(action, 'object').filter((id) => id.startsWith('artifacts/'))).toEqual([
      copies[0],
      copies[2],
    ])
    expect(crate.node(copies[1])).toMatchObject({
      name: 'train.csv',
      sameAs: { '@id': copies[0] },
      description: 'Another copy of artifacts/rank0/train.csv, of the same bytes',
    })
    for (const one of [copies[0], copies[2]]) expect(crate.node(one)['sameAs']).toBeUndefined()
  })

  it('names nothing that it does not describe', async () => {
    const crate = await exported(await runDirectory())
    const named = [...crate.nodes.values()].flatMap((node) =>
      Object.values(node).flatMap((value) =>
        [value]
          .flat()
          .flatMap((one) => (typeof one === 'object' && one !== null && '@id' in one ? [one['@id']] : [])),
      ),
    )
    expect(named.filter((id) => !crate.nodes.has(String(id)))).toEqual(['https://w3id.org/ro/crate/1.1'])
  })
})

describe('a run that did not end well', () => {
  it('is a failed action with its error', async () => {
    const crate = await exported(
      await runDirectory({ status: 'failed', finding: 'rank 1 failed: ValueError: no' }),
    )
    expect(crate.node(action)).toMatchObject({
      actionStatus: 'http://schema.org/FailedActionStatus',
      error: 'rank 1 failed: ValueError: no',
    })
  })

  it('goes on: an active action without an end, held to nothing that may still change', async () => {
    const runDir = await runDirectory({ status: 'running' })
    fs.writeFileSync(path.join(runDir, 'metrics/part-000000000003.parquet'), 'PAR1 and more')
    const crate = await exported(runDir)
    expect(crate.node(action)).toMatchObject({ actionStatus: 'http://schema.org/ActiveActionStatus' })
    expect(crate.node(action)['endTime']).toBeUndefined()
    expect(crate).toMatchObject({ status: 'running', differing: [] })
  })
})

describe('a record that cannot be', () => {
  it('is no crate where the document is of another run, or a time is none', async () => {
    const runDir = await runDirectory()
    const file = path.join(runDir, 'prov.json')
    const text = fs.readFileSync(file, 'utf8')
    fs.writeFileSync(file, text.replaceAll(runId, '01890a5d-ac96-774b-bcce-b302099a8058'))
    await expect(exported(runDir)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      hint: expect.stringContaining('another run'),
    })
    fs.writeFileSync(file, text)
    const runJson = path.join(runDir, 'run.json')
    fs.writeFileSync(runJson, fs.readFileSync(runJson, 'utf8').replace('2026-01-01T10:00:00', 'never'))
    await expect(exported(runDir)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      hint: expect.stringContaining('its times are none'),
    })
  })

  it('is told: an end before its start, in the document and in run.json; a document that is not valid', async () => {
    const runDir = await runDirectory({
      more: (builder, id) =>
        builder
          .activity(id('run:late'), { startTime: '2026-01-01T10:01:00Z', endTime: '2026-01-01T10:00:00Z' })
          .specializationOf(id('run:script'), id('run:script')),
    })
    const runJson = path.join(runDir, 'run.json')
    fs.writeFileSync(
      runJson,
      fs.readFileSync(runJson, 'utf8').replaceAll('2026-01-01T10:01', '2025-01-01T10:01'),
    )
    expect((await exported(runDir)).doubts).toEqual([
      'prov.json is not valid PROV (1 of its constraints): provloom validate tells more',
      'prov.json has an end before its start: provloom validate tells more',
      expect.stringMatching(/^run.json has an end before its start: 2026-01-01T10:00.* to 2025-01-01T10:01/),
    ])
    expect((await exported(await runDirectory())).doubts).toEqual([])
  })
})

describe('what ran', () => {
  it.each([
    [
      'the code that git knows',
      ['script'],
      'source',
      { '@type': 'SoftwareSourceCode', version: '4f2c-dirty' },
    ],
    ['the command', ['script', 'source'], 'command', { '@type': 'SoftwareApplication', name: 'python3' }],
  ])('is %s where nothing nearer is known', async (_, without, id, facts) => {
    const crate = await exported(await runDirectory({ without }))
    expect(crate.named(action, 'instrument')).toEqual([`#${id}`])
    expect(crate.node(`#${id}`)).toMatchObject(facts)
  })

  it('is told where it is no file of the crate', async () => {
    const runDir = await runDirectory()
    fs.rmSync(path.join(runDir, 'code/train.py'))
    const crate = await exported(runDir)
    expect(crate.named(action, 'instrument')).toEqual(['#script'])
    expect(crate.node('#script')).toMatchObject({ '@type': 'SoftwareSourceCode', sha256: sha256('print()') })
  })
})
