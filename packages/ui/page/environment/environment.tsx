import { useState } from 'preact/hooks'
import type { RunAnswer, RunEnvironment } from '@provloom/reader'
import type { RunProps } from '../frame/run-props.ts'
import { bytes, count, digits, ranges, several } from '../model/format.ts'
import { paramText } from '../model/runs-words.ts'
import { differencesOf } from '../model/environments.ts'

/** What did it run in, do ranks differ? */
export function Environment({ run, frame }: RunProps): preact.JSX.Element {
  const [first] = run.environment
  const differences = differencesOf(run.environment)
  const conflicts = run.params.filter(({ conflict }) => conflict)
  return frame(
    [],
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
          'No environment was recorded'
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
    </section>
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

function Hosts({ run }: { readonly run: RunAnswer }): preact.JSX.Element | null {
  if (run.hostFacts.length === 0) return null
  const names = [...new Set(run.hostFacts.flatMap((host) => Object.keys(host)))].filter(
    (name) => name !== 'id',
  )
  return (
    <section class="panel table">
      <h3>
        <b>Hosts</b> {count(run.hostFacts.length)}
      </h3>
      <table>
        <thead>
          <tr>
            {names.map((name) => (
              <th scope="col">{name.replace(/^\w+:/, '')}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {run.hostFacts.slice(0, 200).map((host) => (
            <tr>
              {names.map((name) => (
                <td class="mono">{factText(name, host[name])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function factText(name: string, value: string | number | boolean | undefined): string {
  if (value === undefined) return '–'
  return typeof value === 'number' && name.endsWith('Bytes') ? bytes(value) : String(value)
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
              {paramText(one.value)}
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
