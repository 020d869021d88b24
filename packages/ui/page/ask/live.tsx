import { createContext } from 'preact'
import type { ComponentChildren } from 'preact'
import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Changes, CurveAnswer, CurveQuery, RanksAnswer, RunAnswer, RunEvent } from '@provloom/reader'
import { mergedCurve, mergedMetrics } from '../model/merge.ts'
import { apiAddress, runPath } from './ask.ts'
import { Feed } from './feed.ts'
import { useAnswer } from './use-answer.ts'
import type { Answer } from './use-answer.ts'

interface Live {
  readonly run: string
  readonly feed: Feed | undefined
  readonly paused: boolean
  /** Counts up when the run has ended: all is asked for once more. */
  readonly round: number
}

const LiveContext = createContext<Live>({ run: '', feed: undefined, paused: false, round: 0 })

/** Whether changes are wanted: a run that goes on, and nobody has paused it. */
export function LiveRun(props: {
  readonly run: string
  readonly on: boolean
  readonly paused: boolean
  readonly children: ComponentChildren
}): preact.JSX.Element {
  const { run, on, paused } = props
  const [round, setRound] = useState(0)
  const feed = useMemo(() => (on && !paused ? new Feed(run) : undefined), [run, on, paused])
  useEffect(() => {
    const stop = feed?.watch('head', (changes) => {
      if (changes.ended === true) setRound((one) => one + 1)
    })
    return () => {
      stop?.()
      feed?.close()
    }
  }, [feed])
  const live = useMemo(() => ({ run, feed, paused, round }), [run, feed, paused, round])
  return <LiveContext.Provider value={live}>{props.children}</LiveContext.Provider>
}

/** The run that is followed. */
export function useFollowed(): string {
  return useContext(LiveContext).run
}

export function useRound(): number {
  return useContext(LiveContext).round
}

/** An answer that is asked for once and then kept as the feed tells. */
function useKept<T>(
  address: string | undefined,
  item: string,
  taken: (changes: Changes, known: T | undefined) => T | undefined,
): Answer<T> {
  const { feed, round } = useContext(LiveContext)
  const asked = useAnswer<T>(address, round)
  const [told, setTold] = useState<{ readonly of: string; readonly value: T } | undefined>(undefined)
  const known = useRef<T | undefined>(undefined)
  known.current = told !== undefined && told.of === `${address} ${round}` ? told.value : asked.answer
  useEffect(() => {
    if (address === undefined) return undefined
    return feed?.watch(item, (changes) => {
      const value = taken(changes, known.current)
      if (value === undefined || value === known.current) return
      known.current = value
      setTold({ of: `${address} ${round}`, value })
    })
  }, [feed, item, address, round])
  return { ...asked, answer: known.current }
}

export function useRun(run: string): Answer<RunAnswer> {
  return useKept<RunAnswer>(apiAddress(runPath(run)), 'head', ({ head, findings }, known) =>
    // What is found is told by itself, as soon as it is.
    known === undefined
      ? head
      : head === undefined
        ? findings && { ...known, findings }
        : { ...head, metrics: mergedMetrics(known.metrics, head.metrics) },
  )
}

export function useRanks(): Answer<RanksAnswer> {
  const { run } = useContext(LiveContext)
  return useKept<RanksAnswer>(apiAddress(runPath(run, 'ranks')), 'ranks', (changes) => changes.ranks)
}

/** The newest last. */
export function useEvents(): readonly RunEvent[] {
  const { run } = useContext(LiveContext)
  const address = apiAddress('changes', { run, watch: 'events' })
  const { answer } = useKept<Changes>(address, 'events', (changes, known) =>
    changes.events === undefined
      ? undefined
      : {
          ...changes,
          events: [
            ...new Map(
              [...eventsKept(known, changes), ...changes.events].map((one) => [
                `${one.time} ${one.text}`,
                one,
              ]),
            ).values(),
          ].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)),
        },
  )
  return answer?.events ?? []
}

/** What was found is told again, all of it. */
function eventsKept(known: Changes | undefined, { findings }: Changes): readonly RunEvent[] {
  const events = known?.events ?? []
  return findings === undefined ? events : events.filter(({ kind }) => kind !== 'finding')
}

/** A curve of a run, which may be another than the one that is followed. */
export function useCurve(
  query: CurveQuery & { readonly run?: string },
  wanted: boolean,
): Answer<CurveAnswer> {
  const { run: followed } = useContext(LiveContext)
  const run = query.run ?? followed
  const ranks = typeof query.ranks === 'string' ? query.ranks : query.ranks?.join(',')
  const { metric, by, from, to, buckets } = query
  const address = apiAddress(runPath(run, 'curve'), { metric, ranks, by, from, to, buckets })
  const range = `${from ?? ''}-${to ?? ''}`
  const item = `curve:${metric}:${ranks?.replaceAll(',', '+') ?? 'ribbon'}:${range}:${buckets ?? 512}:${by ?? 'step'}`
  return useKept<CurveAnswer>(
    wanted ? address : undefined,
    run === followed ? item : 'head',
    (changes, known) => {
      const change = run === followed ? changes.curves?.[item] : undefined
      return change === undefined || known === undefined ? undefined : mergedCurve(known, change)
    },
  )
}
