import type { Finding, WhyAnswer } from '@provloom/reader'
import { apiAddress, runPath } from '../ask/ask.ts'
import { useEvents, useRanks, useRound } from '../ask/live.tsx'
import { useAnswer } from '../ask/use-answer.ts'
import { Chart } from '../chart/chart.tsx'
import type { RunProps } from '../frame/run-props.ts'
import { addressOf } from '../model/address.ts'
import { clock, count, digits, duration, number, several, when } from '../model/format.ts'
import { extentOf, groupOf, keyOf, mainMetrics } from '../model/metric.ts'
import { eventsOf, happened } from '../model/events.ts'
import { rankWords, runSentence, secondsToGo } from '../model/run-words.ts'
import { paramBrief } from '../model/runs-words.ts'
import { Findings } from '../part/findings.tsx'
import { saveFile } from '../part/save.ts'
import { Pieces } from '../part/pieces.tsx'
import { RankGrid } from '../ranks/rank-grid.tsx'
import { Figures } from './figures.tsx'
import { Flow } from './flow.tsx'
import { later } from '../part/later.tsx'

const Stopped = later(async () => (await import('../later-pages.ts')).Stopped)

/** How is it going now? Why did it fail? */
export function Overview({ run, view, frame }: RunProps): preact.JSX.Element {
  const round = useRound()
  const why = useAnswer<WhyAnswer>(
    apiAddress(runPath(run.run, 'why')),
    round + (run.status === 'running' ? run.findings.length : 0),
  )
  const pinned = (view.with['pins'] ?? '').split(',').filter((one) => one !== '')
  const mains =
    pinned.length > 0 ? run.metrics.filter(({ id }) => pinned.includes(id)) : mainMetrics(run.metrics)
  const findings: readonly Finding[] =
    run.status === 'running' ? run.findings : (why.answer?.findings ?? run.findings)
  const badly = run.status !== 'running' && run.status !== 'completed'
  const stopped = badly && why.answer?.first !== undefined
  const marks = marksOf(run)
  const startUs = Date.parse(run.startTime) * 1000
  const save = (): void => saveFile(`${run.run}.json`, JSON.stringify(run, null, 1), 'application/json')
  return frame(
    [{ key: 'e', word: 'export', act: save }],
    <>
      <h1>
        <Pieces of={runSentence(run, why.answer)} />
      </h1>
      <p class="under">
        {underOf(run).map((one, at) => (
          <>
            {at > 0 && ' · '}
            {one}
          </>
        ))}
      </p>
      {stopped && why.answer !== undefined && <Stopped why={why.answer} run={run} />}
      <Figures run={run} />
      <Findings
        run={run.run}
        // What ended it stands above, with all that is known of it.
        findings={stopped ? findings.filter(({ link }) => link?.page !== 'overview') : findings}
        goesOn={run.status === 'running'}
      />
      <div class="grid three">
        {mains.length === 0 && (
          <section class="panel">
            <p class="state">
              No metrics {run.status === 'running' ? 'yet' : 'were logged'}:{' '}
              <code>provloom.log_metric("loss", value, step=step)</code>
            </p>
          </section>
        )}
        {mains.map((one, at) => (
          <Chart
            key={one.id}
            curves={[
              {
                metric: one.id,
                label: one.key,
                colour: at === 0 ? 0 : 2,
                startUs,
                extent: extentOf(one, run),
              },
            ]}
            name={one.key}
            about={`${groupOf(one)}${one.ranks > 1 ? ` · ${one.ranks} ranks` : ''}`}
            metricKey={one.key}
            unit={one.unit}
            until={untilOf(run, one.lastStep)}
            marks={marks}
            share="overview"
          />
        ))}
        <RanksPanel run={run.run} />
      </div>
      <div class="grid side">
        <Flow run={run} />
        <Params run={run} />
      </div>
      <Happened run={run} findings={findings} />
    </>,
    badly ? (
      <>
        same in the terminal: <code>provloom why {run.run}</code>
      </>
    ) : undefined,
  )
}

type Run = RunProps['run']

/** Where it is to go is seen from a quarter of the way on: before that the curve would be pressed flat. */
function untilOf({ status, going }: Run, lastStep = 0): number | undefined {
  const steps = going?.steps
  return status === 'running' && steps !== undefined && lastStep > steps / 4 ? steps : undefined
}

function underOf(run: Run): preact.ComponentChildren[] {
  const goesOn = run.status === 'running'
  const last = run.status === 'unseen' ? run.life.logged : undefined
  const end = goesOn ? Date.parse(run.asOf) : Date.parse(run.endTime ?? last ?? run.asOf)
  const took = duration((end - Date.parse(run.startTime)) / 1000)
  const toGo = secondsToGo(run)
  const by = run.users.length === 0 ? '' : ` by ${run.users.join(', ')}`
  const hosts = run.hosts.shown.length + run.hosts.more
  const on = hosts === 0 ? '' : hosts === 1 ? ` on ${run.hosts.shown[0]}` : ` on ${hosts} hosts`
  return [
    goesOn
      ? `Started ${clock(run.startTime)} UTC, ${took} ago${by}${on}`
      : `Ran ${took}, ${when(run.startTime)} UTC${by}${on}`,
    ...(run.command === undefined
      ? []
      : [<code title={run.command.join(' ')}>{commandWords(run.command)}</code>]),
    ...(run.source?.commit === undefined
      ? []
      : [
          <>
            commit <code>{digits(run.source.commit)}</code>
            {run.source.dirty === true && <span class="warn">, changed</span>}
          </>,
        ]),
    ...(toGo === undefined
      ? []
      : [`about ${duration(toGo)} to ${run.going?.loop === true ? 'the end of this loop' : 'go'}`]),
  ]
}

/** The program by its name, not by all of its path. */
function commandWords([program = '', ...words]: readonly string[]): string {
  return [program.replace(/^.*\//, ''), ...words].join(' ').slice(0, 120)
}

/** Versions of models, where they were saved. */
function marksOf({ outputs }: Run): { readonly at: number; readonly text: string }[] {
  const versions = outputs
    .filter(({ step, version }) => step !== undefined && version !== undefined)
    .slice(0, 6)
  return versions.map(({ step, version }) => ({ at: step!, text: `v${version}` }))
}

function RanksPanel({ run }: { readonly run: string }): preact.JSX.Element {
  const { answer } = useRanks()
  return (
    <section class="panel">
      <header>
        <h3>
          <b>Ranks</b>{' '}
          {answer?.ratioOf === undefined ? 'by status' : `${keyOf(answer.ratioOf.metric)}, × median`}
        </h3>
        <a href={addressOf({ page: 'ranks', run, with: {} })}>all →</a>
      </header>
      {answer === undefined ? <p class="state">…</p> : <RankGrid run={run} ranks={answer} />}
    </section>
  )
}

function Params({ run }: { readonly run: Run }): preact.JSX.Element {
  const odd = run.params.filter(({ conflict }) => conflict).length
  return (
    <section class="panel">
      <header>
        <h3>
          <b>Parameters</b>{' '}
          {run.params.length === 0
            ? 'none logged'
            : `${count(run.params.length + run.paramsMore)}, ${odd === 0 ? 'equal on all ranks' : `${odd} differ between ranks`}`}
        </h3>
      </header>
      <dl class="facts">
        {run.params.slice(0, 24).map((one) => (
          <>
            <dt>{one.name}</dt>
            <dd class="mono">
              {paramBrief(one.value)}
              {one.conflict && <span class="warn"> ▲ {several(one.values, 'value')}</span>}
            </dd>
          </>
        ))}
      </dl>
      {run.params.length > 24 && (
        <p class="state">and {run.params.length - 24 + run.paramsMore} more: Environment</p>
      )}
    </section>
  )
}

function Happened({
  run,
  findings,
}: {
  readonly run: Run
  readonly findings: readonly Finding[]
}): preact.JSX.Element {
  const told = useEvents().toReversed()
  const events = told.length > 0 ? happened(told, run) : eventsOf(run, findings)
  return (
    <section class="panel">
      <header>
        <h3>
          <b>What happened</b> newest first
        </h3>
      </header>
      {events.length === 0 && <p class="state">Nothing yet.</p>}
      <table class="events">
        <tbody>
          {events.slice(0, 12).map((one) => (
            <tr>
              <td class="mono soft">
                {one.time === undefined
                  ? one.step === undefined
                    ? ''
                    : `step ${one.step}`
                  : clock(one.time)}
              </td>
              <td class="soft">
                {one.ranks !== undefined ? (
                  <span title={rankWords(one.ranks)}>{several(one.ranks.length, 'rank')}</span>
                ) : one.rank === undefined ? (
                  one.kind
                ) : (
                  <a href={addressOf({ page: 'ranks', run: run.run, with: { rank: String(one.rank) } })}>
                    rank {number(one.rank)}
                  </a>
                )}
              </td>
              <td>
                {one.kind === 'problem' || one.kind === 'finding' ? (
                  <span class="warn">▲ {one.text}</span>
                ) : (
                  one.text
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
