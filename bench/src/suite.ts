import type { Figure } from './figure.ts'
import type { Options } from './options.ts'

/** What a group of figures needs to be measured. */
export interface Bench {
  readonly options: Options
  /** Whether a figure of this name, or under this prefix, was asked for. */
  wants(name: string): boolean
  /** A fresh empty folder on the disk that is measured; removed at the end. */
  folder(name: string): string
  /** A line for whoever waits. */
  say(text: string): void
}

/** Figures that are measured together. Each is given as soon as it is known. */
export interface Suite {
  /** The first part of its figures' names. */
  readonly name: string
  readonly title: string
  measure(bench: Bench): AsyncIterable<Figure>
}
