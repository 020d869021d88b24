import type { RunAnswer, RunMetric } from '@provloom/reader'
import { useRanks } from '../ask/live.tsx'
import { count, measured, number, seconds, several } from '../model/format.ts'
import { extremeWord, groupOf, isLessBetter, mainMetrics } from '../model/metric.ts'
import { statusLook } from '../model/status.ts'
import { isUnread } from '../part/unread.tsx'

/** Six numbers that a person wants first. */
export function Figures({ run }: { readonly run: RunAnswer }): preact.JSX.Element {
  const mains = mainMetrics(run.metrics)
  return (
    <dl class="figures">
      {mains.map((one) => (
        <Figure
          name={`${one.key}, ${one.ranks > 1 ? 'median of ranks' : groupOf(one)}`}
          value={measured(one.last, one.key, one.unit)}
          more={moreOf(one)}
        />
      ))}
      <Figure name="steps" {...paceOf(run)} />
      <RanksFigure run={run} />
      <Figure
        name="events stored"
        value={count(run.ledger.stored)}
        more={ledgerWords(run)}
        warn={run.ledger.dropped > 0}
      />
      <Figure name="energy" {...energyOf(run)} />
    </dl>
  )
}

interface FigureProps {
  readonly name: string
  readonly value: string
  readonly more: string
  readonly warn?: boolean
  readonly quiet?: boolean
}

function Figure({ name, value, more, warn, quiet }: FigureProps): preact.JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={`value ${quiet === true ? 'quiet' : ''}`}>{value}</dd>
      <dd class={`more ${warn === true ? 'warn' : ''}`} title={more}>
        {brief(more)}
      </dd>
    </div>
  )
}

function moreOf({ first, min, max, key, unit }: RunMetric): string {
  const words = (value: RunMetric['first']): string => measured(value, key, unit)
  const [extreme, word] = [isLessBetter(key) ? min : max, extremeWord(key)]
  return [
    first === undefined ? '' : `${words(first)} at first`,
    extreme === undefined ? '' : `${word} ${words(extreme)}`,
  ]
    .filter((one) => one !== '')
    .join(', ')
}

function paceOf({ going, metrics, unread, status, quiet }: RunAnswer): Omit<FigureProps, 'name'> {
  if (quiet !== undefined)
    return { value: 'none', more: `since ${quiet.since.slice(11, 19)} UTC`, warn: true }
  if (going === undefined)
    return {
      value: '–',
      more: isUnread(unread, 'points') ? 'points cannot be read' : 'none seen',
      quiet: true,
    }
  const { step, steps, stepsPerSecond: rate } = going
  const done = `${count(step + 1)}${steps === undefined ? '' : ` of ${count(Math.max(steps, step + 1))}`}`
  const more = [...(rate === undefined ? [] : [`${seconds(1 / rate)} each`]), waitingIn(metrics) ?? done]
  if (rate === undefined) return { value: done, more: status === 'running' ? 'no pace yet' : 'done' }
  return {
    value: rate >= 0.1 ? `${number(rate)} /s` : `${number(rate * 60)} /min`,
    more: more.join(' · '),
  }
}

/** Of what a step is made the part that is waiting, as step timers know it: for others first, then for data. */
function waitingIn(metrics: RunAnswer['metrics']): string | undefined {
  const waits = metrics.filter(({ key, source }) => key === 'wait_time' && source !== undefined)
  const wait = ['ranks', 'data', 'between'].flatMap(
    (of) => waits.find(({ source }) => source === of) ?? [],
  )[0]
  if (wait === undefined) return undefined
  const of = wait.source === 'between' ? 'between steps' : `waiting for ${wait.source}`
  return `${measured(wait.last, wait.key, 's')} ${of}`
}

function RanksFigure({ run }: { readonly run: RunAnswer }): preact.JSX.Element {
  const { answer } = useRanks()
  const world = run.worldSize ?? answer?.total ?? 0
  const well = (run.ranks['running'] ?? 0) + (run.ranks['completed'] ?? 0)
  const goesOn = run.status === 'running'
  const hosts = run.hosts.shown.length + run.hosts.more
  const others = Object.entries(run.ranks).filter(
    ([status]) => status !== 'running' && status !== 'completed',
  )
  const more =
    others.length > 0
      ? others.map(([status, of]) => `${of} ${statusLook(status).word}`).join(', ')
      : several(hosts, 'host')
  return (
    <Figure
      name={goesOn ? 'ranks reporting' : 'ranks completed'}
      value={`${count(well)} of ${count(Math.max(world, well))}`}
      more={more}
      warn={others.length > 0}
    />
  )
}

function ledgerWords({ ledger }: RunAnswer): string {
  const { dropped } = ledger
  return ledger.sent === ledger.stored && dropped === 0
    ? 'all that was sent, 0 dropped'
    : `${count(ledger.sent)} sent, ${count(dropped)} dropped`
}

/** How joules came to be known: a guess does not look like a measurement. */
const energyKinds = {
  measured: 'counted',
  integrated: 'from samples of power',
  estimated: 'guessed',
} as const

/** The best known kind as the figure, the others beside it: unlike kinds are no sum. Where it is not known, why. */
function energyOf({ energy, notMeasured }: RunAnswer): Omit<FigureProps, 'name'> {
  const words = (['measured', 'integrated', 'estimated'] as const).flatMap((kind) => {
    const own = energy.filter((one) => one.kind === kind)
    return own.length === 0
      ? []
      : [{ kind, value: wattHours(own), by: own.map(({ method }) => method).join(', ') }]
  })
  const [best, ...others] = words
  if (best !== undefined) {
    const grams = energy
      .filter(({ kind }) => kind === best.kind)
      .reduce((sum, one) => sum + (one.gramsCo2eq ?? 0), 0)
    const covered = Math.min(...energy.map(({ coverage = 1 }) => coverage))
    const more = [
      `${energyKinds[best.kind]} by ${best.by}`,
      ...others.map(({ kind, value, by }) => `and ${value} ${energyKinds[kind]} by ${by}`),
      ...(covered < 0.995 ? [`${Math.floor(covered * 100)} % of the time`] : []),
      ...(energy.some(({ shared }) => shared !== undefined) ? ['whole hosts, shared with other runs'] : []),
      ...(grams > 0 ? [`${number(grams)} g CO₂e`] : []),
    ]
    return { value: best.value, more: more.join(' · ') }
  }
  const reasons = notMeasured.map(({ reason, hosts }) =>
    hosts > 1 ? `${reason} (${several(hosts, 'host')})` : reason,
  )
  return { value: 'not measured', more: reasons.join('; ') || 'nobody said why', quiet: true }
}

function wattHours(energy: RunAnswer['energy']): string {
  const joules = energy.reduce((sum, one) => sum + one.joules, 0)
  return joules >= 3.6e6 ? `${number(joules / 3.6e6)} kWh` : `${number(joules / 3600)} Wh`
}

/** A path in brackets is for who points at it. */
function brief(text: string): string {
  return text.replaceAll(/ \(\/[^)]*\)/g, '')
}
