import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { repoRoot } from '../machine/paths.ts'

const worker = pathToFileURL(path.join(repoRoot, 'packages/aggregator/dist/metrics/encode-worker.js')).href

/** In place of a file, by the end of its address: the encoder's thread, not out of the bundle but out of files of its own. */
const others: Readonly<Record<string, string>> = {
  '/bundle/encode-worker.js': `import ${JSON.stringify(worker)}`,
  '/metrics/curve/part-curves.js': 'export function* encodeCurves() {}',
  '/metrics/parquet/statistics.js': [
    'export const boundBytesMax = 64',
    ...['statisticsOf', 'boundsOf', 'boundsOfIntegers', 'boundsOfDoubles'].map(
      (name) => `export function ${name}() {}`,
    ),
    'export function indexesOf() { return {} }',
  ].join('\n'),
}

type Loaded = { readonly format: string; readonly source: string; readonly shortCircuit: true }

/** Node's hook: https://nodejs.org/api/module.html#loadurl-context-nextload */
export function load(
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => unknown,
): unknown {
  const found = Object.entries(others).find(([end]) => url.endsWith(end))
  if (found === undefined) return next(url, context)
  const loaded: Loaded = { format: 'module', source: found[1], shortCircuit: true }
  return loaded
}
