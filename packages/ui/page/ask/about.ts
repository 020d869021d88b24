import { apiAddress } from './ask.ts'
import { useAnswer } from './use-answer.ts'

interface About {
  readonly directory: string
  /** As people write it. */
  readonly shown: string
  readonly host: string
  readonly version: string
}

/** What is served, and where. */
export function useAbout(): About | undefined {
  return useAnswer<About>(apiAddress('about')).answer
}
