import { builtinModules } from 'node:module'
import path from 'node:path'
import vm from 'node:vm'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { repository } from '../support/cli.ts'

/** What a program loads that imports this door: packages of others, Node's own modules, and how many files of ours. */
async function loads(
  door: string,
  ...asked: readonly string[]
): Promise<{ readonly others: readonly string[]; readonly node: readonly string[]; readonly ours: number }> {
  const { metafile } = await build({
    stdin: { contents: `export * from '${door}'`, resolveDir: repository },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    external: [...builtinModules, 'node:*', ...asked],
    metafile: true,
    logLevel: 'error',
  })
  const files = Object.entries(metafile.inputs)
  const imported = files.flatMap(([, { imports }]) =>
    imports.filter(({ external }) => external).map(({ path: one }) => one),
  )
  const others = files.flatMap(([file]) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [])
  return {
    others: [...new Set([...others, ...imported.filter((one) => asked.includes(one))])].toSorted(),
    node: [
      ...new Set(imported.filter((one) => one.startsWith('node:') || builtinModules.includes(one))),
    ].toSorted(),
    ours: files.filter(([file]) =>
      path.resolve(repository, file).startsWith(path.join(repository, 'packages')),
    ).length,
  }
}

test('the core of the PROV library loads one hash function of others, PROV-N and PROV-JSONLD nothing, and none of them anything of Node', async () => {
  expect(await loads('@provloom/prov')).toMatchObject({ others: ['@noble/hashes'], node: [] })
  for (const door of ['@provloom/prov/provn', '@provloom/prov/jsonld'])
    expect(await loads(door), door).toMatchObject({ others: [], node: [] })
})

test('the core of the PROV library writes where nothing of Node is what it writes in Node', async () => {
  const contents = `import { DocumentBuilder, jsonPieces, readJson, validate, writeJson } from '@provloom/prov'
const builder = new DocumentBuilder().namespace('ex', 'http://www.example.org/')
const name = (local) => builder.name('ex:' + local)
builder.entity(name('model')).activity(name('training')).wasGeneratedBy(name('model'), name('training'))
const text = [...jsonPieces(builder.build())].join('')
globalThis.seen = [text, validate(readJson(text)).length]`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: repository },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    logLevel: 'error',
  })
  const run = (globals: Record<string, unknown>): unknown => {
    const context = vm.createContext({ TextEncoder, TextDecoder, Uint8Array, ...globals })
    vm.runInContext(outputFiles[0]!.text, context)
    return context['seen']
  }
  const seen = run({})
  expect(seen).toEqual([expect.stringMatching(/"_:r[0-9a-f]{16}"/), 0])
  expect(run({ process })).toEqual(seen)
})

test('each other format and the drawing load their own parser and no other', async () => {
  const others = async (door: string): Promise<readonly string[]> =>
    (await loads(door, 'n3', 'saxes', '@hpcc-js/wasm-graphviz')).others
  expect(await others('@provloom/prov/turtle')).toEqual(['n3'])
  expect(await others('@provloom/prov/xml')).toEqual(['saxes'])
  expect(await others('@provloom/prov/draw')).toEqual(['@hpcc-js/wasm-graphviz'])
})

test('the picture of a run loads no Graphviz and no network', async () => {
  const { others } = await loads('@provloom/graph/picture', 'zeromq', 'msgpackr', '@hpcc-js/wasm-graphviz')
  expect(others.filter((one) => one !== 'msgpackr' && one !== '@noble/hashes')).toEqual([])
})

test('who reads what lies on disk of a run loads no graph, no network and no addon', async () => {
  for (const door of [
    '@provloom/rundir',
    '@provloom/rundir/entry',
    '@provloom/rundir/series',
    '@provloom/rundir/curve',
  ]) {
    const { others } = await loads(door, 'zeromq', 'msgpackr', 'hyparquet')
    // What reads Parquet is loaded by who asks for points.
    const known = door === '@provloom/rundir' ? ['hyparquet', 'msgpackr'] : ['msgpackr']
    expect(
      others.filter((one) => !known.includes(one)),
      door,
    ).toEqual([])
  }
})

test('who asks of runs loads no network, no parser of RDF or XML and no drawing of strangers', async () => {
  const { others } = await loads(
    '@provloom/reader',
    'zeromq',
    'n3',
    'saxes',
    'hyparquet',
    '@hpcc-js/wasm-graphviz',
  )
  // What reads Parquet is loaded by who asks for points.
  expect(others).toEqual(['@noble/hashes', 'hyparquet', 'msgpackr'])
})

test('who exports a run loads what writes zips, and no network, no addon, no parser of RDF or XML', async () => {
  const { others } = await loads('@provloom/crate', 'zeromq', 'n3', 'saxes', 'hyparquet', 'yazl')
  // What reads Parquet is loaded by who asks for points.
  expect(others).toEqual(['@noble/hashes', 'hyparquet', 'msgpackr', 'yazl'])
})
