import type { HeadEnergy, HeadFigure, HeadOtherEnergy, HeadOtherPart } from '@provloom/rundir'
import type { RunAnswer } from '@provloom/reader'
import { counted, duration } from '../output/quantity.ts'
import { seconds, value } from './words.ts'

/** How the joules of a kind came to be known: nobody reads a guess as a measurement. */
const kinds: Readonly<Record<HeadEnergy['kind'], string>> = {
  measured: 'counted by',
  integrated: 'from samples of power by',
  estimated: 'GUESSED from',
}

/** Each kind by itself, by what and of how much of the time, or why it is not known. */
export function energyWords({ energy, notMeasured }: RunAnswer): string {
  const reasons = notMeasured.map(({ reason, hosts }) => `${reason}${hosts > 1 ? ` (${hosts} hosts)` : ''}`)
  const without = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`
  if (energy.length === 0) return `not measured${without}`
  return `${energy.map(kindWords).join(', ')}${without === '' ? '' : `   not of all${without}`}`
}

function kindWords(one: HeadEnergy): string {
  const { kind, method, devices, coverage, shared, gramsCo2eq } = one
  const partly =
    coverage === undefined || coverage >= 0.995
      ? ''
      : `, ${Math.floor(coverage * 100)} % of the time${boundsWords(one)}`
  const whole = shared === undefined ? '' : `, of whole hosts that ${shared} runs shared`
  const emitted = gramsCo2eq === undefined ? '' : `, ${grams(gramsCo2eq)} g CO2e`
  return `${wattHours(one.joules)} Wh ${kinds[kind]} ${method} of ${counted(devices, 'device')}${partly}${whole}${emitted}`
}

function boundsWords({ lowerJoules, upperJoules }: HeadEnergy): string {
  if (lowerJoules === undefined || upperJoules === undefined) return ''
  return ` (${wattHours(lowerJoules)} to ${wattHours(upperJoules)} Wh in all)`
}

function wattHours(joules: number): string {
  return value(Number((joules / 3600).toPrecision(3)))
}

const names: Readonly<Record<HeadOtherEnergy['tool'], string>> = { codecarbon: 'CodeCarbon', slurm: 'Slurm' }

/** What another tool says of the same run, and part by part why that is another figure: a line each, the first begins. */
export function otherEnergyLines(run: Pick<RunAnswer, 'otherEnergy' | 'startTime' | 'endTime'>): string[] {
  return (run.otherEnergy ?? []).flatMap((one) => {
    const { tool, version, parts, reason, gramsCO2e } = one
    const name = version === undefined ? names[tool] : `${names[tool]} ${version}`
    if (parts.length === 0)
      return version === undefined || reason === undefined ? [] : [`${name} says nothing: ${reason}`]
    const all = parts.reduce((sum, { joules }) => sum + joules, 0)
    return [
      `${name} says ${wattHours(all)} Wh${new Set(parts.map(({ kind }) => kind)).size > 1 ? ', of unlike kinds added up' : ''}:`,
      ...parts.map(partLine),
      ...timeLine(parts, run),
      ...(gramsCO2e === undefined ? [] : [`- ${grams(gramsCO2e)} g CO2e, by what it has for the place`]),
      ...(reason === undefined ? [] : [`- not of all the time: ${reason}`]),
    ]
  })
}

function partLine({ part, kind, method, joules, ours }: HeadOtherPart): string {
  const its = `- ${part}: ${wattHours(joules)} Wh ${kinds[kind]} ${method}`
  if (ours.length === 0)
    return joules === 0 ? `${its}; none here` : `${its}; nothing is known of them here: all of it is more`
  const [one, ...others] = ours
  const apart = one === undefined || others.length > 0 ? '' : differenceWords({ kind, joules }, one)
  return `${its}; here ${ours.map(figureWords).join(' and ')}${apart}`
}

function figureWords({ kind, method, joules }: HeadFigure): string {
  return `${wattHours(joules)} Wh ${kinds[kind]} ${method}`
}

/** Of unlike kinds there is none that says anything but that one is a guess. */
function differenceWords(its: Pick<HeadFigure, 'kind' | 'joules'>, ours: HeadFigure): string {
  const more = its.joules - ours.joules
  if (Math.abs(more) < ours.joules / 1000) return ': the same'
  const by = `${wattHours(Math.abs(more))} Wh ${more < 0 ? 'less' : 'more'}`
  if (its.kind === ours.kind) return `: ${by}`
  return `: ${by}, ${its.kind === 'estimated' ? 'as its own is a guess' : 'as it is known otherwise'}`
}

/** Its process begins after the watch does. */
function timeLine(parts: readonly HeadOtherPart[], run: Pick<RunAnswer, 'startTime' | 'endTime'>): string[] {
  const lasts = seconds(run.startTime, run.endTime)
  const [covered] = parts.flatMap(({ coveredMs }) => coveredMs ?? [])
  if (covered === undefined || lasts === undefined || covered / 1000 >= lasts) return []
  return [`- it counted for ${duration(covered / 1000)} of ${duration(lasts)}`]
}

function grams(number: number): string {
  return value(Number(number.toPrecision(3)))
}
