import { ProvError } from '@provloom/prov'

/** What a call is refused with; fails the test when it is not, or with anything but a ProvError. */
export function refusal(call: () => unknown): ProvError {
  try {
    call()
  } catch (error) {
    if (error instanceof ProvError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
