import type { Finding } from '@provloom/reader'
import { addressOf } from '../model/address.ts'
import { duration } from '../model/format.ts'
import { capital } from '../model/run-words.ts'

const glyphs = { error: '✕', warning: '▲', note: '·' } as const

/** What stands out, the evidence, and the way to where it is seen. */
export function Findings({
  run,
  findings,
  goesOn = false,
}: {
  readonly run: string
  readonly findings: readonly Finding[]
  readonly goesOn?: boolean
}): preact.JSX.Element | null {
  if (findings.length === 0) return null
  return (
    <ul class="findings" aria-label="findings">
      {findings.slice(0, 8).map((one) => (
        <li class={one.level}>
          <span aria-hidden="true">{glyphs[one.level]}</span>
          <p>
            <b>{capital(headOf(one.text)[0])}</b>
            {headOf(one.text)[1]} <small>{evidenceOf(one, goesOn)}</small>
          </p>
          {one.link !== undefined && one.link.page !== 'overview' && (
            <a href={linkOf(run, one)}>{placeOf(one)} →</a>
          )}
        </li>
      ))}
      {findings.length > 8 && (
        <li class="note">
          and {findings.length - 8} more: provloom why {run}
        </li>
      )}
    </ul>
  )
}

function headOf(text: string): [string, string] {
  const at = text.search(/[.:;] /)
  return at < 0 ? [text, ''] : [text.slice(0, at + 1), text.slice(at + 1)]
}

/** What the sentence does not say. */
function evidenceOf({ evidence }: Finding, goesOn: boolean): string {
  if (evidence?.costSeconds === undefined) return ''
  return `${goesOn ? 'costs' : 'cost'} ${duration(evidence.costSeconds)}${goesOn ? ' so far' : ''}`
}

export function linkOf(run: string, { link, ranks }: Finding): string {
  if (link === undefined) return addressOf({ page: 'overview', run, with: {} })
  const steps = link.fromStep === undefined ? {} : { steps: `${link.fromStep}-${link.toStep ?? ''}` }
  const metric =
    link.metric === undefined ? {} : link.page === 'curves' ? { m: link.metric } : { by: link.metric }
  const rank = link.rank ?? ranks[0]
  return addressOf({
    page: link.page,
    run,
    with: {
      ...metric,
      ...(link.toStep === undefined ? {} : steps),
      ...(rank === undefined ? {} : { rank: String(rank) }),
    },
  })
}

function placeOf({ link, since }: Finding): string {
  const page = (link?.page ?? 'overview').replace(/^./, (first) => first.toUpperCase())
  return since?.step === undefined ? page : `${page}, from step ${since.step}`
}
