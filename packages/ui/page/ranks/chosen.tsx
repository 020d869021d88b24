import type { Finding } from '@provloom/reader'
import { Chart } from '../chart/chart.tsx'
import type { RunProps } from '../frame/run-props.ts'
import { clock, count, duration, number, seconds, several } from '../model/format.ts'
import { extentOf, keyOf } from '../model/metric.ts'
import type { RankRow } from '../model/ranks.ts'
import { Status } from '../part/status.tsx'

/** One rank against the median of all, and what is known of it. */
export function Chosen(props: {
  readonly run: RunProps['run']
  readonly rank: number
  readonly row: RankRow | undefined
  /** Of all ranks. */
  readonly rows: readonly RankRow[]
  readonly metric: string | undefined
  readonly finding: Finding | undefined
  readonly steps: readonly [number, number] | undefined
  readonly zoom: (steps: readonly [number, number] | undefined) => void
}): preact.JSX.Element {
  const { run, rank, row, rows, metric, finding, steps, zoom } = props
  const known = run.metrics.find(({ id }) => id === metric)
  const extent = extentOf(known, run)
  return (
    <section class="panel chosen">
      <header>
        <h3>
          <b>Rank {rank}</b>{' '}
          {row === undefined
            ? 'is not in this run'
            : [row.host, row.local === undefined ? '' : `local rank ${row.local}`, row.device]
                .filter((one) => one !== '')
                .join(', ')}
        </h3>
      </header>
      {metric !== undefined && (
        <Chart
          curves={[
            { metric, ranks: [rank], label: `rank ${rank}`, colour: 1, extent },
            { metric, label: 'median', colour: 7, dashed: true, bare: true, extent },
          ]}
          name={keyOf(metric)}
          about="and the median"
          metricKey={known?.key ?? ''}
          unit={known?.unit}
          steps={steps}
          height={130}
          share="ranks"
          onZoom={zoom}
        />
      )}
      {row !== undefined && (
        <dl class="facts">
          {finding !== undefined && <Found finding={finding} />}
          <dt>status</dt>
          <dd>
            <Status
              of={row.status}
              more={
                row.signal !== ''
                  ? ` by ${row.signal}`
                  : row.exit === undefined
                    ? undefined
                    : `, exit ${row.exit}`
              }
            />
          </dd>
          {row.error !== '' && (
            <>
              <dt>said</dt>
              <dd class="bad">{row.error}</dd>
            </>
          )}
          <dt>last step</dt>
          <dd>
            {row.lastStep === undefined ? 'none' : number(row.lastStep)}
            {row.lastSeen === undefined ? '' : `, ${clock(new Date(row.lastSeen / 1000).toISOString())} UTC`}
          </dd>
          {row.ratio !== undefined && (
            <>
              <dt>pace</dt>
              <dd>{row.ratio.toFixed(2)}× the median of the last 20 steps</dd>
            </>
          )}
          <OfHost row={row} rows={rows} />
          <dt>attempt</dt>
          <dd>{row.attempt ?? 0}</dd>
          <dt>events</dt>
          <dd>
            {count(row.sent ?? 0)} sent = {count(row.stored ?? 0)} stored + {count(row.dropped ?? 0)} dropped
          </dd>
        </dl>
      )}
    </section>
  )
}

/** Whether it is the rank alone, or its machine. */
function OfHost({
  row,
  rows,
}: {
  readonly row: RankRow
  readonly rows: readonly RankRow[]
}): preact.JSX.Element | null {
  const others = rows.filter(({ host, rank }) => host === row.host && rank !== row.rank)
  const ratios = others.flatMap(({ ratio }) => ratio ?? []).sort((a, b) => a - b)
  const middle = ratios[Math.floor((ratios.length - 1) / 2)]
  if (middle === undefined || row.host === '') return null
  return (
    <>
      <dt>its host</dt>
      <dd>
        {several(ratios.length, 'other rank')} of {row.host}: {middle.toFixed(2)}×
      </dd>
    </>
  )
}

/** Since when it is so, what it costs, and how that is known. */
function Found({ finding }: { readonly finding: Finding }): preact.JSX.Element {
  const { since, evidence } = finding
  const { costSeconds, stepSeconds, stepSecondsWithout, times, of, metric } = evidence ?? {}
  const step =
    stepSeconds === undefined || stepSecondsWithout === undefined
      ? ''
      : `${seconds(stepSeconds - stepSecondsWithout)} a step`
  return (
    <>
      {since?.step !== undefined && (
        <>
          <dt>since</dt>
          <dd>
            step {count(since.step)}
            {since.time === undefined ? '' : `, ${clock(since.time)} UTC`}
          </dd>
        </>
      )}
      {costSeconds !== undefined && (
        <>
          <dt>costs</dt>
          <dd>
            {step === '' ? '' : `${step}, `}
            {duration(costSeconds)} in all
          </dd>
        </>
      )}
      <dt>evidence</dt>
      <dd>
        {metric === undefined ? 'when it logs' : keyOf(metric)}
        {times === undefined || of === undefined ? '' : `, in ${times} of ${of} steps`}
      </dd>
    </>
  )
}
