import type { ValueType } from '@provloom/shared'

/** Of which plugin a tag's values are, by what it has said first. Kept for so many tags of a file. */
export type Plugins = Map<string, string>

/** What is recorded of one value of a Summary (tensorflow/core/framework/summary.proto). */
export type Fact =
  | { readonly kind: 'scalar'; readonly tag: string; readonly value: number }
  | { readonly kind: 'hparams'; readonly params: readonly HParam[] }
  /** By which metrics hyperparameters are judged. */
  | { readonly kind: 'judged-by'; readonly metrics: readonly string[] }
  | Media

/** Text, an image, a sound, a histogram: a file of its own. */
export interface Media {
  readonly kind: 'media'
  readonly tag: string
  /** Of several of one tag and step. */
  readonly index: number | undefined
  readonly extension: string
  readonly mediaType: string
  readonly bytes: Buffer
}

export interface HParam {
  readonly name: string
  readonly valueType: ValueType
  readonly value: string
}
