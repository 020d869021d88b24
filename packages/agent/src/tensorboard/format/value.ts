import { audioOf, histogramOf, imageOf, mediaOf } from './media.ts'
import { hparamsOf } from './hparams.ts'
import type { Fact, Media, Plugins } from './fact.ts'
import { tensorOf } from './tensor.ts'
import { Wire } from './wire.ts'

const pluginsMax = 65_536

interface Parts {
  tag: string
  plugin: string
  content: Buffer | undefined
  simple: number | undefined
  tensor: Buffer | undefined
  readonly media: Omit<Media, 'tag' | 'kind'>[]
}

/** @returns undefined for what is no message */
export function valueOf(bytes: Buffer, plugins: Plugins): Fact[] | undefined {
  const parts = partsOf(bytes)
  if (parts === undefined) return undefined
  const { tag, content, simple, tensor, media } = parts
  const plugin = parts.plugin === '' ? (plugins.get(tag) ?? '') : parts.plugin
  if (parts.plugin !== '' && plugins.size < pluginsMax) plugins.set(tag, plugin)
  if (plugin === 'hparams') return content === undefined ? [] : hparamsOf(content)
  if (simple !== undefined) return [{ kind: 'scalar', tag, value: simple }]
  const found = tensor === undefined ? media : fromTensor(tensor, plugin)
  if (found === undefined) return undefined
  if (typeof found === 'number') return [{ kind: 'scalar', tag, value: found }]
  return found.map((one) => ({ kind: 'media', tag, ...one }))
}

function partsOf(bytes: Buffer): Parts | undefined {
  const wire = new Wire(bytes)
  const parts: Parts = {
    tag: '',
    plugin: '',
    content: undefined,
    simple: undefined,
    tensor: undefined,
    media: [],
  }
  while (wire.next()) {
    switch (wire.field) {
      case 1:
        parts.tag = wire.text()
        break
      case 2:
        parts.simple = wire.float()
        break
      case 4:
        parts.media.push(...imageOf(wire.bytes()))
        break
      case 5:
        parts.media.push(...histogramOf(wire.bytes()))
        break
      case 6:
        parts.media.push(...audioOf(wire.bytes()))
        break
      case 8:
        parts.tensor = wire.bytes()
        break
      case 9:
        readMetadata(wire.bytes(), parts)
        break
      default:
    }
  }
  return wire.isBroken ? undefined : parts
}

/** SummaryMetadata's plugin_data. */
function readMetadata(bytes: Buffer, parts: Parts): void {
  const wire = new Wire(bytes)
  while (wire.next()) {
    if (wire.field !== 1) continue
    const data = new Wire(wire.bytes())
    while (data.next()) {
      if (data.field === 1) parts.plugin = data.text()
      else if (data.field === 2) parts.content = data.bytes()
    }
  }
}

/**
 * A single number is a scalar, and strings are text, also where nothing says so: a tag need say it only once, and an agent
 * that begins in the middle of a file has not read that.
 *
 * @returns undefined for what is no tensor
 */
function fromTensor(bytes: Buffer, plugin: string): number | Omit<Media, 'tag' | 'kind'>[] | undefined {
  const tensor = tensorOf(bytes)
  if (tensor === undefined) return undefined
  const [only] = tensor.numbers
  if (plugin === 'scalars' || plugin === '')
    if (tensor.numbers.length === 1 && only !== undefined) return only
  return mediaOf(tensor, plugin)
}
