import type { RunAnswer } from '@provloom/reader'
import type { View } from '../model/address.ts'
import type { Key } from './keys.tsx'

/** What every page of a run is given. */
export interface RunProps {
  readonly view: View
  readonly run: RunAnswer
  /** Around the page: its own keys, what stands in its foot. */
  readonly frame: FrameOf
}

export type FrameOf = (
  keys: readonly Key[],
  children: preact.ComponentChildren,
  foot?: preact.ComponentChildren,
) => preact.JSX.Element
