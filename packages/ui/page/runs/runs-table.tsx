import { useEffect, useRef } from 'preact/hooks'
import type { RunRow } from '@provloom/reader'
import { change } from '../frame/view.ts'
import { addressOf } from '../model/address.ts'
import type { View } from '../model/address.ts'
import { count, digits, duration, measured, several, when } from '../model/format.ts'
import type { RunGroup } from '../model/groups.ts'
import { best, isLessBetter } from '../model/metric.ts'
import { paramBrief, precise } from '../model/runs-words.ts'
import type { Told } from '../model/runs-words.ts'
import { Spark } from '../part/spark.tsx'
import { Status } from '../part/status.tsx'
import { palette, useTheme } from '../part/theme.ts'
import { joulesOf, tookSeconds } from './columns.tsx'

interface TableProps {
  readonly view: View
  readonly rows: readonly RunRow[]
  readonly told: Told
  readonly marked: readonly string[]
  readonly mark: (run: string) => void
  readonly at: number
  readonly sort: string | undefined
  /** All rows, those of folded groups too, where they are grouped. */
  readonly groups: readonly RunGroup[] | undefined
  readonly folded: ReadonlySet<string>
  readonly fold: (name: string) => void
}

const paramsMax = 5

/** Only what differs has a column; a click on its head sorts by it. */
export function RunsTable(props: TableProps): preact.JSX.Element {
  const { rows, told, groups, folded } = props
  const all = groups?.flatMap((one) => one.rows) ?? rows
  useTheme()
  const params =
    props.view.with['columns'] === 'all'
      ? [...new Set(all.flatMap((row) => Object.keys(row.params)))]
      : told.differing.slice(0, paramsMax)
  const withCode = all.some(({ source }) => source?.commit !== undefined)
  const withEnergy = all.some((row) => joulesOf(row) !== undefined)
  const rowOf = (row: RunRow): preact.JSX.Element => (
    <Row
      key={row.run}
      {...props}
      row={row}
      index={rows.indexOf(row)}
      params={params}
      withCode={withCode}
      withEnergy={withEnergy}
    />
  )
  return (
    <div class="panel table">
      <table class="runs">
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">marked</span>
            </th>
            <Head {...props} by="run" />
            <Head {...props} by="status" />
            <Head {...props} by="started" down />
            <Head {...props} by="took" number />
            <Head {...props} by="ranks" number />
            {params.map((name) => (
              <Head {...props} by={name} number />
            ))}
            {told.metrics.map((id) => (
              <MetricHeads {...props} id={id} />
            ))}
            <th scope="col">model</th>
            {withCode && <th scope="col">code</th>}
            <Head {...props} by="events" number down />
            {withEnergy && <Head {...props} by="energy" number />}
          </tr>
        </thead>
        {groups === undefined ? (
          <tbody>{rows.map(rowOf)}</tbody>
        ) : (
          groups.map((group) => (
            <tbody key={group.name}>
              <GroupHead group={group} open={!folded.has(group.name)} fold={props.fold} />
              {!folded.has(group.name) && group.rows.map(rowOf)}
            </tbody>
          ))
        )}
      </table>
    </div>
  )
}

/** What a group has in common, how its runs ended, and its best one; a click folds it. */
function GroupHead(props: {
  readonly group: RunGroup
  readonly open: boolean
  readonly fold: (name: string) => void
}): preact.JSX.Element {
  const { group, open, fold } = props
  return (
    <tr class="group">
      <th scope="rowgroup" colSpan={99}>
        <button aria-expanded={open} title={group.name} onClick={() => fold(group.name)}>
          <span aria-hidden="true">{open ? '▾' : '▸'}</span> <b>{group.name}</b>
        </button>{' '}
        <span class="soft">
          {several(group.rows.length, 'run')}
          {group.statuses.map(({ status, count: of }) => (
            <>
              {' · '}
              {of} <Status of={status} />
            </>
          ))}
          {group.best !== '' && ` · best ${group.best}`}
        </span>
      </th>
    </tr>
  )
}

interface HeadProps extends TableProps {
  readonly by: string
  readonly word?: string
  readonly more?: string
  readonly number?: boolean
  /** What a person calls it too. */
  readonly also?: readonly string[]
  /** The largest first, at the first click. */
  readonly down?: boolean
}

function Head({ view, by, word = by, more, number, also, down, sort }: HeadProps): preact.JSX.Element {
  const said = sort ?? /sort:(\S+)/.exec(view.with['query'] ?? '')?.[1]
  const names = [by, ...(also ?? [])]
  const [up, falling] = [names.some((one) => said === one), names.some((one) => said === `-${one}`)]
  const next = up ? `-${by}` : falling ? by : down === true ? `-${by}` : by
  return (
    <th
      scope="col"
      class={number === true ? 'number' : ''}
      aria-sort={up ? 'ascending' : falling ? 'descending' : 'none'}
    >
      <button onClick={() => change(view, { sort: next })} title={`sort by ${word}`}>
        {word}
        {up ? ' ▴' : falling ? ' ▾' : ''} {more !== undefined && <small>{more}</small>}
      </button>
    </th>
  )
}

function MetricHeads(props: TableProps & { readonly id: string }): preact.JSX.Element {
  const metric = (props.groups?.flatMap(({ rows }) => rows) ?? props.rows)
    .map(({ metrics }) => metrics[props.id])
    .find((one) => one !== undefined)!
  const less = isLessBetter(metric.key)
  return (
    <>
      <Head
        {...props}
        by={props.id}
        also={[metric.key, `${metric.context ?? ''}.${metric.key}`]}
        word={metric.key}
        more={less ? 'last' : 'best'}
        number
        down={!less}
      />
      {less && <th scope="col">{metric.key}</th>}
    </>
  )
}

function Row(
  props: TableProps & {
    readonly row: RunRow
    readonly index: number
    readonly params: readonly string[]
    readonly withCode: boolean
    readonly withEnergy: boolean
  },
): preact.JSX.Element {
  const { row, index, at, marked, mark, params, told, withCode, withEnergy } = props
  const place = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (index === at && at > 0) place.current?.scrollIntoView({ block: 'nearest' })
  }, [index === at])
  const which = marked.indexOf(row.run)
  const colour = which < 0 ? undefined : palette()[which % palette().length]
  const took = tookSeconds(row)
  const who = row.finding?.who
  const joules = joulesOf(row)
  return (
    <tr
      ref={place}
      class={`${which >= 0 ? 'marked' : ''} ${index === at ? 'at' : ''}`}
      title={row.finding?.text}
    >
      <td>
        <input
          type="checkbox"
          aria-label={`mark ${row.run}`}
          checked={which >= 0}
          style={colour === undefined ? {} : { accentColor: colour }}
          onChange={() => mark(row.run)}
        />
      </td>
      <th scope="row">
        <a href={addressOf({ page: 'overview', run: row.run, with: {} })}>{row.run}</a>
      </th>
      <td>
        <Status of={row.status} more={who === undefined || who === '' ? undefined : `, ${who}`} />
        {row.finding?.code === 'NAN_FIRST_SEEN' && <span class="warn"> ▲ NaN</span>}
        {row.quiet !== undefined && (
          <span class="warn" title={`nothing is logged since ${row.quiet.since}`}>
            {' '}
            ▲ nothing logged
          </span>
        )}
        {row.life.state === 'silent' && (
          <span class="warn" title="no sign of life">
            {' '}
            ▲ silent
          </span>
        )}
      </td>
      <td class="soft">{when(row.startTime)}</td>
      <td class="number">{took === undefined ? '' : duration(took)}</td>
      <td class="number">{row.worldSize ?? ''}</td>
      {params.map((name) => (
        <td class="number mono">{paramBrief(row.params[name])}</td>
      ))}
      {told.metrics.map((id) => (
        <Cells row={row} id={id} told={told} colour={colour} />
      ))}
      <td class="mono">
        {row.model === undefined ? '' : `${row.model.name} ${digits(row.model.sha256, 6)}`}
      </td>
      {withCode && (
        <td class="mono">
          {row.source?.commit === undefined
            ? ''
            : `${digits(row.source.commit)}${row.source.dirty === true ? '*' : ''}`}
        </td>
      )}
      <td class="number">{count(row.ledger.sent)}</td>
      {withEnergy && <td class="number">{joules === undefined ? '' : `${(joules / 3600).toFixed(1)} Wh`}</td>}
    </tr>
  )
}

function None({ less }: { readonly less: boolean }): preact.JSX.Element {
  return (
    <>
      <td class="number soft">–</td>
      {less && <td />}
    </>
  )
}

function keyOf(told: Told, id: string): string {
  return told.keys.get(id) ?? id
}

function Cells({
  row,
  id,
  told,
  colour,
}: {
  readonly row: RunRow
  readonly id: string
  readonly told: Told
  readonly colour: string | undefined
}): preact.JSX.Element {
  const metric = row.metrics[id]
  const less = metric !== undefined && isLessBetter(metric.key)
  const tone = row === told.best && id === told.good ? 'number good' : 'number'
  if (metric === undefined) return <None less={isLessBetter(keyOf(told, id))} />
  return (
    <>
      <td class={tone}>
        {less ? measured(metric.last, metric.key, metric.unit) : precise(best(metric), metric)}
      </td>
      {less && (
        <td class="soft">
          <Spark values={metric.spark} colour={colour} label={`${metric.key} over steps`} />
        </td>
      )}
    </>
  )
}
