import { useState } from 'preact/hooks'
import type { RunAnswer } from '@provloom/reader'
import { apiAddress, runPath } from '../ask/ask.ts'
import { csvOf } from '../chart/table.ts'
import type { Table as SavedTable } from '../chart/table.ts'
import type { RunProps } from '../frame/run-props.ts'
import { change } from '../frame/view.ts'
import { addressOf } from '../model/address.ts'
import { bytes, count, digits, several } from '../model/format.ts'
import { saveFile } from '../part/save.ts'
import { SaveTable } from '../part/save-table.tsx'
import { Verify } from '../part/verify.tsx'
import { TextOf } from './text-of.tsx'

type File = RunAnswer['outputs'][number]

/** Where is the model, is it whole? */
export function Files({ run, view, frame }: RunProps): preact.JSX.Element {
  const [filter, setFilter] = useState(view.with['file'] ?? '')
  const fits = ({ name, path, sha256 }: File): boolean =>
    filter === '' ||
    name.includes(filter) ||
    path?.includes(filter) === true ||
    sha256?.startsWith(filter) === true
  const models = run.outputs.filter(({ kind }) => kind === 'model' || kind === 'checkpoint')
  const [last] = models.length > 0 ? models : run.outputs
  const all = [
    ...run.outputs.map((one) => ({ ...one, role: 'made' })),
    ...run.inputs.map((one) => ({ ...one, role: 'used' })),
  ]
  const table = (): SavedTable => {
    const head = ['role', 'name', 'kind', 'rank', 'step', 'size', 'sha256', 'stored', 'path'] as const
    return { head: [...head], rows: all.map((one) => head.map((name) => one[name] ?? null)) }
  }
  const save = (): void => saveFile(`${run.run} files.csv`, csvOf(table()), 'text/csv')
  return frame(
    [{ key: 'e', word: 'export', act: save }],
    <>
      <h1>
        {last === undefined
          ? 'No file was made'
          : `The last ${models.length > 0 ? 'model' : 'file'} is ${last.name}${last.step === undefined ? '' : ` of step ${last.step}`}`}
      </h1>
      <p class="under">
        {several(run.outputs.length + run.outputsMore, 'file')} made,{' '}
        {count(run.inputs.length + run.inputsMore)} used · in {run.directory}
      </p>
      <form class="query" onSubmit={(event) => event.preventDefault()}>
        <input
          type="search"
          aria-label="filter files"
          placeholder="filter by name, path or checksum"
          value={filter}
          onInput={(event) => {
            setFilter(event.currentTarget.value)
            change(view, { file: event.currentTarget.value || undefined })
          }}
        />
        <SaveTable name={`${run.run} files`} table={table} />
      </form>
      <Table title="Made" files={run.outputs.filter(fits)} more={run.outputsMore} run={run.run} />
      <Table title="Used" files={run.inputs.filter(fits)} more={run.inputsMore} run={run.run} />
      <section class="panel">
        <h3>
          <b>The record itself</b> in the run directory
        </h3>
        <p class="links">
          {['prov.json', 'run.json', 'prov.svg', 'prov.dot', 'provloom.log'].map((name) => (
            <Own run={run.run} path={name} />
          ))}
        </p>
      </section>
    </>,
    <>
      a file of elsewhere: <code>provloom lineage FILE</code>
    </>,
  )
}

function Own({ run, path }: { readonly run: string; readonly path: string }): preact.JSX.Element {
  const [shown, show] = useState(false)
  return (
    <>
      <span>
        {path} <button onClick={() => show(!shown)}>{shown ? 'hide' : 'show'}</button>{' '}
        <a href={apiAddress(runPath(run, 'file'), { path, save: true })} download={path}>
          save
        </a>
      </span>
      {shown && <TextOf run={run} path={path} />}
    </>
  )
}

function Table({
  title,
  files,
  more,
  run,
}: {
  readonly title: string
  readonly files: readonly File[]
  readonly more: number
  readonly run: string
}): preact.JSX.Element | null {
  if (files.length === 0) return null
  return (
    <section class="panel table">
      <h3>
        <b>{title}</b> {count(files.length)}
        {more > 0 && `, and ${count(more)} that run.json only counts`}
      </h3>
      <table>
        <thead>
          <tr>
            <th scope="col">name</th>
            <th scope="col">kind</th>
            <th scope="col" class="number">
              rank
            </th>
            <th scope="col" class="number">
              step
            </th>
            <th scope="col" class="number">
              size
            </th>
            <th scope="col">sha256</th>
            <th scope="col">kept copy</th>
            <th scope="col">whole?</th>
          </tr>
        </thead>
        <tbody>
          {files.slice(0, 500).map((one) => (
            <Row file={one} run={run} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Row({ file, run }: { readonly file: File; readonly run: string }): preact.JSX.Element {
  const [shown, show] = useState(false)
  const text = /\.(?:txt|log|json|csv|ya?ml|py|ts|js|md|diff|patch|toml|ini|out|err|html?)$/i.test(file.name)
  return (
    <>
      <tr>
        <th scope="row" title={file.path}>
          {file.name}
          {file.version !== undefined && <small> v{file.version}</small>}
        </th>
        <td class="soft">{file.kind}</td>
        <td class="number">{file.rank ?? ''}</td>
        <td class="number">{file.step ?? ''}</td>
        <td class="number">{bytes(file.size)}</td>
        <td class="mono">
          {file.sha256 === undefined ? (
            <span class="warn">▲ no checksum</span>
          ) : (
            <a href={addressOf({ page: 'graph', run, with: { at: file.name } })} title={file.sha256}>
              {digits(file.sha256, 12)}
            </a>
          )}
        </td>
        <td>
          {file.stored === undefined ? (
            <span class="soft">none</span>
          ) : (
            <>
              <a
                href={apiAddress(runPath(run, 'file'), { path: file.stored, save: true })}
                download={file.name}
              >
                save
              </a>{' '}
              {text && <button onClick={() => show(!shown)}>{shown ? 'hide' : 'show'}</button>}
            </>
          )}
        </td>
        <td>{file.stored !== undefined && <Verify run={run} path={file.stored} sha256={file.sha256} />}</td>
      </tr>
      {shown && file.stored !== undefined && (
        <tr>
          <td colSpan={8}>
            <TextOf run={run} path={file.stored} />
          </td>
        </tr>
      )}
    </>
  )
}
