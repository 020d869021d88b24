import { useEffect, useState } from 'preact/hooks'
import { later } from '../part/later.tsx'
import type { RunAnswer } from '@provloom/reader'
import { LiveRun, useRun } from '../ask/live.tsx'
import { apiAddress, runPath } from '../ask/ask.ts'
import { useAnswer } from '../ask/use-answer.ts'
import type { View } from '../model/address.ts'
import { duration } from '../model/format.ts'
import { Overview } from '../overview/overview.tsx'
import { Status } from '../part/status.tsx'
import { Trouble } from '../part/trouble.tsx'
import { Unread } from '../part/unread.tsx'
import { Frame } from './frame.tsx'
import type { Key } from './keys.tsx'
import type { FrameOf } from './run-props.ts'
import { go } from './view.ts'

const Curves = later(async () => (await import('../later-pages.ts')).Curves)
const Graph = later(async () => (await import('../later-pages.ts')).Graph)
const Ranks = later(async () => (await import('../later-pages.ts')).Ranks)
const Files = later(async () => (await import('../later-pages.ts')).Files)
const Environment = later(async () => (await import('../later-pages.ts')).Environment)

/** A run's pages, over one stream of what changes in it. */
export function RunView({ view, run }: { readonly view: View; readonly run: string }): preact.JSX.Element {
  const first = useAnswer<RunAnswer>(apiAddress(runPath(run)))
  const [paused, pause] = useState(false)
  const goesOn = first.answer !== undefined && first.answer.life.state !== 'ended'
  return (
    <LiveRun run={run} on={goesOn} paused={paused}>
      <Followed view={view} run={run} paused={paused} pause={pause} />
    </LiveRun>
  )
}

function Followed(props: {
  readonly view: View
  readonly run: string
  readonly paused: boolean
  readonly pause: (paused: boolean) => void
}): preact.JSX.Element {
  const { view, run, paused, pause } = props
  const { answer, error } = useRun(run)
  const live = answer !== undefined && answer.life.state === 'alive' && answer.status === 'running'
  const pauseKey: Key[] = live
    ? [{ key: 'p', word: paused ? 'go on live' : 'pause live', act: () => pause(!paused) }]
    : []
  const compare: Key = {
    key: 'c',
    word: 'compare with…',
    act: () => go({ page: 'compare', with: { a: run } }),
  }
  const frame: FrameOf = (keys, children, foot) => (
    <Frame
      view={view}
      keys={[...keys, ...pauseKey, compare]}
      foot={foot}
      standing={answer !== undefined && <Standing run={answer} paused={paused} />}
    >
      {error !== undefined && <Trouble error={error} />}
      {answer !== undefined && <Silence run={answer} />}
      {answer !== undefined && <Unread of={answer.unread} />}
      {children}
    </Frame>
  )
  if (answer === undefined)
    return frame([], error === undefined ? <p class="state">Reading {run} …</p> : null)
  const given = { view, run: answer, frame }
  switch (view.page) {
    case 'curves':
      return <Curves {...given} />
    case 'ranks':
      return <Ranks {...given} />
    case 'graph':
      return <Graph {...given} />
    case 'files':
      return <Files {...given} />
    case 'environment':
      return <Environment {...given} />
    case 'overview':
    case 'runs':
    case 'compare':
      return <Overview {...given} />
  }
}

function Standing({
  run,
  paused,
}: {
  readonly run: RunAnswer
  readonly paused: boolean
}): preact.JSX.Element {
  const now = useSeconds(run.status === 'running')
  if (run.status === 'running' && run.life.state === 'alive') {
    const age = Math.max(0, (now - Date.parse(run.asOf)) / 1000)
    return paused ? (
      <span class="status quiet">‖ paused, of {duration(age)} ago</span>
    ) : (
      <span class="status live">
        <span aria-hidden="true">●</span> live · {duration(age)} ago
      </span>
    )
  }
  const took =
    run.endTime === null
      ? ''
      : ` in ${duration((Date.parse(run.endTime) - Date.parse(run.startTime)) / 1000)}`
  const who = run.finding?.who
  return (
    <Status of={run.status} more={run.status === 'completed' ? took : who === undefined ? '' : `, ${who}`} />
  )
}

/** It is said to run, and nobody writes it. */
function Silence({ run }: { readonly run: RunAnswer }): preact.JSX.Element | null {
  const { state, seen } = run.life
  if (state !== 'silent' && state !== 'gone') return null
  const age = duration((Date.now() - Date.parse(seen)) / 1000)
  const { logged } = run.life
  const last = logged === undefined ? '' : `, and logged last at ${logged.slice(0, 19).replace('T', ' ')} UTC`
  return (
    <p class="banner warn" role="status">
      ▲{' '}
      {state === 'gone'
        ? `Ended unseen: what wrote it is gone${last}`
        : `No sign of life for ${age}; running, or ended unseen`}
      : <code>provloom recover {run.directory}</code>
    </p>
  )
}

export function useSeconds(on: boolean): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    if (!on) return undefined
    const beat = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(beat)
  }, [on])
  return now
}
