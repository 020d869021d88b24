import { useState } from 'preact/hooks'
import { AskError, apiAddress, ask, runPath } from '../ask/ask.ts'
import { digits } from '../model/format.ts'

/** Hashes a kept copy now. */
export function Verify(props: {
  readonly run: string
  readonly path: string
  readonly sha256: string | undefined
}): preact.JSX.Element {
  const { run, path, sha256: wanted } = props
  const [said, say] = useState<preact.ComponentChildren>(undefined)
  const verify = (): void => {
    say('…')
    ask<{ readonly sha256: string }>(apiAddress(runPath(run, 'verify'), { path })).then(
      ({ sha256 }) =>
        say(
          sha256 === wanted ? (
            <span class="good">✓ copy has this sha256</span>
          ) : (
            <span class="bad">✕ other bytes: {digits(sha256, 12)}</span>
          ),
        ),
      (error: unknown) =>
        say(<span class="bad">✕ {error instanceof AskError ? error.message : String(error)}</span>),
    )
  }
  return said === undefined ? (
    <button class="link" onClick={verify}>
      verify
    </button>
  ) : (
    <span role="status">{said}</span>
  )
}
