import path from 'node:path'
import { fieldsIn } from '@provloom/shared'
import type { SessionFolder } from '../session/folder.ts'
import { textIn } from '../spool/small-file.ts'

/** Name, value, unit. */
type Figure = readonly [name: string, value: number, unit: string]

/** Figures that the session's agent has told last (docs/spool-format.md, energy.json); and why there are none, where it says so. */
export function toldFigures(
  { root }: SessionFolder,
  what: 'carbon' | 'system',
): { readonly figures: readonly Figure[]; readonly reason: string | undefined } {
  const told = fieldsIn(textIn(path.join(root, 'energy.json')))
  const [some, reason] = [told.get(what), told.get('reason')]
  const figures = Array.isArray(some) ? some.flatMap(figureOf) : []
  return { figures, reason: typeof reason === 'string' ? reason : undefined }
}

function figureOf(one: unknown): readonly Figure[] {
  if (!Array.isArray(one)) return []
  const [name, value, unit]: unknown[] = one
  const isFigure = typeof name === 'string' && typeof value === 'number' && typeof unit === 'string'
  return isFigure ? [[name, value, unit]] : []
}
