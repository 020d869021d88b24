import fs from 'node:fs'
import path from 'node:path'
import { createHash } from 'node:crypto'
import { ProvloomError } from '@provloom/shared'

/** A file of the page, held in memory: there are three. */
export interface Asset {
  readonly body: Buffer
  readonly type: string
  readonly tag: string
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

/** Beside the bundled command, and beside the built package or its sources. */
const places = ['page', '../dist/page']

/**
 * The page's files by name, as the build has made them.
 *
 * @throws {ProvloomError} `FILE_UNREADABLE` where they were not built
 */
export function readAssets(from: string = import.meta.dirname): ReadonlyMap<string, Asset> {
  const folder = places
    .map((place) => path.join(from, place))
    .find((one) => fs.existsSync(path.join(one, 'page.js')))
  if (folder === undefined) {
    throw new ProvloomError('FILE_UNREADABLE', 'The page is not built', {
      doing: 'read the page',
      to: from,
      hint: 'npm run build makes it.',
    })
  }
  const names = fs.readdirSync(folder).filter((name) => types[path.extname(name)] !== undefined)
  return new Map(names.map((name) => [name, assetOf(path.join(folder, name))]))
}

function assetOf(file: string): Asset {
  const body = fs.readFileSync(file)
  const tag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`
  return { body, type: types[path.extname(file)] ?? 'application/octet-stream', tag }
}
