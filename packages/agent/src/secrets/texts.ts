import type { Span } from './match.ts'
import type { Steps } from './steps.ts'

/** What a text is: one word of a command, a shell string, or anything. */
export type Kind = 'argument' | 'shell' | 'text'

/** How many texts may stand in each other. */
export const depthMax = 8

/** Whoever finds a text in a text asks here for its secrets: each text of a call is looked at once, within its steps. */
export interface Texts {
  readonly steps: Steps
  text(text: string, kind?: Kind, depth?: number): readonly Span[]
}
