import { limits } from '@provloom/shared'
import { typed } from '../../client/value.ts'
import type { Fact, HParam } from './fact.ts'
import { Wire } from './wire.ts'

/** HParamsPluginData (tensorboard/plugins/hparams/plugin_data.proto): what a trial begins with, or how trials are judged. */
export function hparamsOf(content: Buffer): Fact[] {
  const found: Fact[] = []
  const wire = new Wire(content)
  while (wire.next()) {
    if (wire.field === 2) {
      const metrics = metricsOf(wire.bytes())
      if (metrics.length > 0) found.push({ kind: 'judged-by', metrics })
    } else if (wire.field === 3) found.push({ kind: 'hparams', params: paramsOf(wire.bytes()) })
  }
  return found
}

/** SessionStartInfo's `hparams`, a map: entries of a key and a value. */
function paramsOf(bytes: Buffer): HParam[] {
  const found: HParam[] = []
  const wire = new Wire(bytes)
  while (wire.next()) {
    if (wire.field !== 1) continue
    const entry = new Wire(wire.bytes())
    let name = ''
    let value: Pick<HParam, 'valueType' | 'value'> = { valueType: 'null', value: '' }
    while (entry.next()) {
      if (entry.field === 1) name = entry.text()
      else if (entry.field === 2) value = recorded(valueOf(entry.bytes()))
    }
    if (name !== '') found.push({ name, ...value })
  }
  return found
}

/** Experiment's `metric_infos`: each a name of group and tag. */
function metricsOf(bytes: Buffer): string[] {
  const found: string[] = []
  const wire = new Wire(bytes)
  while (wire.next()) {
    if (wire.field !== 5) continue
    const info = new Wire(wire.bytes())
    while (info.next()) {
      if (info.field !== 1) continue
      const name = new Wire(info.bytes())
      const words: string[] = []
      while (name.next()) if (name.field === 1 || name.field === 2) words.push(name.text())
      found.push(words.filter((one) => one !== '').join('/'))
    }
  }
  return found
}

/** All its numbers are doubles: that one was an integer it does not say. */
function recorded(value: unknown): Pick<HParam, 'valueType' | 'value'> {
  const { valueType, value: text } = typed(value)
  return { valueType: typeof value === 'number' ? 'float' : valueType, value: text }
}

/** google.protobuf.Value. */
function valueOf(bytes: Buffer, level = 0): unknown {
  let found: unknown = null
  const wire = new Wire(bytes)
  if (level >= limits.valueLevelsMax) return null
  while (wire.next()) {
    if (wire.field === 2) found = wire.double()
    else if (wire.field === 3) found = wire.text()
    else if (wire.field === 4) found = wire.integer() !== 0n
    else if (wire.field === 5) found = structOf(wire.bytes(), level + 1)
    else if (wire.field === 6) found = listOf(wire.bytes(), level + 1)
  }
  return found
}

function listOf(bytes: Buffer, level: number): unknown[] {
  const found: unknown[] = []
  const wire = new Wire(bytes)
  while (wire.next()) if (wire.field === 1) found.push(valueOf(wire.bytes(), level))
  return found
}

function structOf(bytes: Buffer, level: number): Record<string, unknown> {
  const found: [string, unknown][] = []
  const wire = new Wire(bytes)
  while (wire.next()) {
    if (wire.field !== 1) continue
    const entry = new Wire(wire.bytes())
    let [name, value]: [string, unknown] = ['', null]
    while (entry.next()) {
      if (entry.field === 1) name = entry.text()
      else if (entry.field === 2) value = valueOf(entry.bytes(), level)
    }
    found.push([name, value])
  }
  return Object.fromEntries(found)
}
