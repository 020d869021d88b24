import { useState } from 'preact/hooks'
import type { RunAnswer, RunEnvironment } from '@provloom/reader'
import type { RunProps } from '../frame/run-props.ts'
import { bytes, count, digits, ranges, seconds, several } from '../model/format.ts'
import { paramBrief } from '../model/runs-words.ts'
import { TextOf } from '../files/text-of.tsx'
import { saveFile } from '../part/save.ts'
import { isUnread } from '../part/unread.tsx'
import { SaveTable } from '../part/save-table.tsx'
import { differencesOf } from '../model/environments.ts'

/** What did it run in, do ranks differ? */
export function Environment({ run, frame }: RunProps): preact.JSX.Element {
  const [first] = run.environment
  const differences = differencesOf(run.environment)
  const conflicts = run.params.filter(({ conflict }) => conflict)
  const save = (): void => saveFile(`${run.run} environment.json`, jsonOf(run), 'application/json')
  return frame(
    [{ key: 'e', word: 'export', act: save }],
    <>
      <h1>
        {differences.length > 0 ? (
          <>
            Ranks differ:{' '}
            <span class="warn">
              {differences
                .slice(0, 3)
                .map(({ name }) => name)
                .join(', ')}
            </span>
          </>
        ) : first === undefined ? (
          isUnread(run.unread, 'graph') ? (
            'What it ran in cannot be read'
          ) : (
            'No environment was recorded'
          )
        ) : (
          `${first.version ?? first.interpreter ?? ''}, ${several(first.packages.length + first.packagesMore, 'package')}, the same on all ranks`
        )}
      </h1>
      <p class="under">
        {several(run.hosts.shown.length + run.hosts.more, 'host')} · {run.users.join(', ')} · asked of{' '}
        {count(run.environment.reduce((sum, one) => sum + one.ranks, 0))} ranks
      </p>
      {differences.length > 0 && (
        <section class="panel table">
          <h3>
            <b>What differs</b> by group of ranks
          </h3>
          <table>
            <thead>
              <tr>
                <th />
                {run.environment.map((one) => (
                  <th scope="col">{groupWords(one)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {differences.slice(0, 200).map(({ name, values }) => (
                <tr>
                  <th scope="row">{name}</th>
                  {values.map((value) => (
                    <td class="mono">{value ?? '–'}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {conflicts.length > 0 && (
        <section class="banner warn">
          ▲ Parameters that ranks logged differently:{' '}
          {conflicts.map(({ name, values }) => `${name} (${values} values)`).join(', ')}
        </section>
      )}
      <div class="grid two">
        <Code run={run} />
        {first !== undefined && <Where of={first} />}
      </div>
      <Hosts run={run} />
      <Params run={run} />
      {first !== undefined && <Packages of={first} />}
    </>,
  )
}

function jsonOf({ environment, hostFacts, command, source }: RunAnswer): string {
  return JSON.stringify({ command, source, environment, hosts: hostFacts }, null, 1)
}

function groupWords({ ofRanks, ranks }: RunEnvironment): string {
  return ranks > ofRanks.length
    ? `${count(ranks)} ranks: ${ranges(ofRanks)} …`
    : `${ranks === 1 ? 'rank' : 'ranks'} ${ranges(ofRanks)}`
}

function Code({ run }: { readonly run: RunAnswer }): preact.JSX.Element {
  const { source, command } = run
  return (
    <section class="panel">
      <h3>
        <b>Code and command</b>
      </h3>
      <dl class="facts">
        <dt>command</dt>
        <dd class="mono">{command?.join(' ') ?? '–'}</dd>
        <dt>commit</dt>
        <dd class="mono">
          {source?.commit === undefined ? 'not in a repository' : digits(source.commit, 12)}
          {source?.dirty === true && <span class="warn"> ▲ changed beside it</span>}
        </dd>
        {source?.branch !== undefined && (
          <>
            <dt>branch</dt>
            <dd>{source.branch}</dd>
          </>
        )}
        <dt>directory</dt>
        <dd class="mono">{run.directory}</dd>
        <dt>run id</dt>
        <dd class="mono">{run.runId}</dd>
      </dl>
      {run.inputs
        .filter(({ kind, stored }) => stored !== undefined && (kind === 'diff' || kind === 'script'))
        .map(({ name, stored }) => (
          <Kept run={run.run} name={name} path={stored ?? ''} />
        ))}
    </section>
  )
}

/** What is kept of the code, as text. */
function Kept(props: {
  readonly run: string
  readonly name: string
  readonly path: string
}): preact.JSX.Element {
  const { run, name, path } = props
  const [shown, show] = useState(false)
  return (
    <>
      <p>
        {name}{' '}
        <button class="link" aria-expanded={shown} onClick={() => show(!shown)}>
          {shown ? 'hide' : 'show'}
        </button>
      </p>
      {shown && <TextOf run={run} path={path} />}
    </>
  )
}

function Where({ of }: { readonly of: RunEnvironment }): preact.JSX.Element {
  const facts: [string, string | undefined][] = [
    ['interpreter', [of.interpreter, of.version].filter(Boolean).join(' ')],
    ['platform', of.platform],
    ['container', of.container],
    ['modules', of.modules.join(' ') || undefined],
    [
      'packages',
      of.packagesSha256 === undefined
        ? undefined
        : `${of.packages.length + of.packagesMore}, digest ${digits(of.packagesSha256, 12)}`,
    ],
    ...Object.entries(of.variables),
  ]
  return (
    <section class="panel">
      <h3>
        <b>Environment</b> {groupWords(of)}
      </h3>
      <dl class="facts">
        {facts.map(([name, value]) =>
          value === undefined || value === '' ? null : (
            <>
              <dt>{name}</dt>
              <dd class="mono">{value}</dd>
            </>
          ),
        )}
      </dl>
    </section>
  )
}

const hostsShown = 64

/** What machines have alike once, and what differs by machine. */
function Hosts({ run }: { readonly run: RunAnswer }): preact.JSX.Element | null {
  const all = run.hostFacts
  const [first] = all
  if (first === undefined) return null
  const names = [...new Set(all.flatMap((host) => Object.keys(host)))].filter((name) => name !== 'id')
  const isEqual = (name: string): boolean => all.every((host) => host[name] === first[name])
  const differing = names.filter((name) => !isEqual(name) && name !== 'hostname')
  return (
    <section class="panel">
      <header>
        <h3>
          <b>Hosts</b> {count(all.length)}
          {all.length > 1 && ', what is equal on all of them once'}
        </h3>
        <SaveTable
          name={`${run.run} hosts`}
          table={() => ({
            head: names,
            rows: all.map((host) => names.map((name) => cellOf(host[name]))),
          })}
        />
      </header>
      <dl class="facts columns wide">
        {names.filter(isEqual).map((name) => (
          <>
            <dt>{wordOf(name)}</dt>
            <dd class="mono">{factText(name, first[name])}</dd>
          </>
        ))}
      </dl>
      {differing.length > 0 && (
        <div class="table">
          <table>
            <thead>
              <tr>
                <th scope="col">host</th>
                {differing.map((name) => (
                  <th scope="col">{wordOf(name)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {all.slice(0, hostsShown).map((host) => (
                <tr>
                  <th scope="row">{String(host['hostname'] ?? host['id'])}</th>
                  {differing.map((name) => (
                    <td class="mono">{factText(name, host[name])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {all.length > hostsShown && <p class="state">and {all.length - hostsShown} more: save the table</p>}
    </section>
  )
}

/** `memoryBytes` as `memory`, `clockOffsetUs` as `clock offset`. */
function wordOf(name: string): string {
  return name
    .replace(/^\w+:/, '')
    .replace(/Bytes$/, 'Size')
    .replace(/Us$/, '')
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function cellOf(value: string | number | boolean | undefined): string | number | null {
  return value === undefined ? null : typeof value === 'boolean' ? String(value) : value
}

function factText(name: string, value: string | number | boolean | undefined): string {
  if (value === undefined) return '–'
  if (typeof value !== 'number') return String(value)
  return name.endsWith('Bytes') ? bytes(value) : name.endsWith('Us') ? seconds(value / 1e6) : String(value)
}

function Params({ run }: { readonly run: RunAnswer }): preact.JSX.Element | null {
  if (run.params.length === 0) return null
  return (
    <section class="panel">
      <h3>
        <b>Parameters</b> {count(run.params.length + run.paramsMore)}
      </h3>
      <dl class="facts columns">
        {run.params.map((one) => (
          <>
            <dt>{one.context === undefined ? one.name : `${one.context}.${one.name}`}</dt>
            <dd class="mono">
              {paramBrief(one.value)}
              {one.conflict && <span class="warn"> ▲ {one.values} values</span>}
            </dd>
          </>
        ))}
      </dl>
    </section>
  )
}

function Packages({ of }: { readonly of: RunEnvironment }): preact.JSX.Element | null {
  const [filter, setFilter] = useState('')
  if (of.packages.length === 0) return null
  const shown = of.packages.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()))
  return (
    <section class="panel">
      <header>
        <h3>
          <b>Packages</b> {count(of.packages.length + of.packagesMore)}
        </h3>
        <input
          type="search"
          placeholder="filter packages"
          aria-label="filter packages"
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </header>
      <dl class="facts columns">
        {shown.map(({ name, version }) => (
          <>
            <dt>{name}</dt>
            <dd class="mono">{version}</dd>
          </>
        ))}
      </dl>
    </section>
  )
}
