import type { Asked } from '../asked.ts'
import { Fault } from '../fault.ts'

export interface Page<T> {
  readonly found: readonly T[]
  readonly token: { readonly next_page_token?: string }
}

/** A page of what was found: `page_token` says where it begins. @throws {Fault} `INVALID_PARAMETER_VALUE` */
export function pageOf<T>(all: readonly T[], asked: Asked, sizeDefault: number): Page<T> {
  const said = asked.text('page_token')
  if (said !== undefined && !/^\d{1,15}$/.test(said))
    throw new Fault('INVALID_PARAMETER_VALUE', `Invalid page token: ${said}`)
  const from = Number(said ?? 0)
  const size = Math.max(1, asked.integer('max_results') ?? sizeDefault)
  const found = all.slice(from, from + size)
  const more = from + found.length < all.length
  return { found, token: more ? { next_page_token: String(from + found.length) } : {} }
}

/** Which of active and deleted are asked for. */
export function isInView(stage: string, view: string | undefined): boolean {
  if (view === 'ALL') return true
  return stage === (view === 'DELETED_ONLY' ? 'deleted' : 'active')
}
