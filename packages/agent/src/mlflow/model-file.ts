import { fieldsIn, fieldsOf } from '@provloom/shared'

/** What an MLmodel says that is worth telling of a model without its files. */
export interface ModelFacts {
  /** `python_function`, `sklearn`, ... */
  readonly flavors: readonly string[]
  /** JSON text: inputs, outputs and params, each a list as MLflow has it. */
  readonly signature: string | undefined
}

/** Of the JSON that clients before 3 send along. */
export function modelFactsIn(json: string): ModelFacts & { readonly path: string | undefined } {
  const fields = fieldsIn(json)
  const signature = fields.get('signature')
  const path = fields.get('artifact_path')
  return {
    path: typeof path === 'string' ? path : undefined,
    flavors: [...fieldsOf(fields.get('flavors')).keys()].sort(),
    signature:
      signature === undefined || signature === null ? undefined : JSON.stringify(unpacked(signature)),
  }
}

/**
 * Of the file itself, which its client writes block by block (YAML as PyYAML's safe_dump has it): names at the left are its
 * fields, those two to the right the fields of these. Nothing else of it is read.
 */
export function modelFactsOf(yaml: string): ModelFacts {
  const blocks = blocksOf(yaml.split('\n'), 0)
  const flavors = [...blocksOf(blocks.get('flavors') ?? [], 2).keys()].sort()
  const signature = new Map<string, unknown>()
  for (const [name, lines] of blocksOf(blocks.get('signature') ?? [], 2)) {
    const text = scalarOf(lines)
    if (text !== undefined) signature.set(name, text)
  }
  const said = signature.size === 0 ? undefined : JSON.stringify(unpacked(Object.fromEntries(signature)))
  return { flavors, signature: said }
}

/** Lines of each field that stands so far to the right, what is behind its colon first. */
function blocksOf(lines: readonly string[], indent: number): Map<string, string[]> {
  const blocks = new Map<string, string[]>()
  let block: string[] | undefined
  for (const line of lines) {
    const [, name, rest = ''] = new RegExp(`^ {${indent}}([\\w-]+):(.*)$`).exec(line) ?? []
    if (name === undefined) {
      block?.push(line)
      continue
    }
    block = [rest]
    blocks.set(name, block)
  }
  return blocks
}

/** A scalar over several lines, in quotes or not; undefined of null. */
function scalarOf(lines: readonly string[]): string | undefined {
  const text = lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ')
  if (text === '' || text === 'null') return undefined
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'")
  return text.startsWith('"')
    ? text
        .slice(1, -1)
        .replaceAll(/\\(["\\])/g, '$1')
        .replaceAll('\\ ', '')
    : text
}

/** Each of its parts is JSON in a text of its own. */
function unpacked(signature: unknown): Record<string, unknown> {
  const parts = [...fieldsOf(signature)].filter(([, part]) => part !== null && part !== undefined)
  return Object.fromEntries(
    parts.map(([name, part]) => {
      if (typeof part !== 'string') return [name, part]
      try {
        return [name, JSON.parse(part)]
      } catch {
        return [name, part]
      }
    }),
  )
}
