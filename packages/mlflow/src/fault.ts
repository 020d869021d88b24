/** MLflow's own words for what is wrong with a request, and their HTTP statuses. */
const statuses = {
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  REQUEST_ENTITY_TOO_LARGE: 413,
  NOT_IMPLEMENTED: 501,
} as const

export type FaultCode = keyof typeof statuses
export type FaultStatus = (typeof statuses)[FaultCode]

/** A request that MLflow's server would refuse too: what its client raises to the script. Nothing of ours is one. */
export class Fault extends Error {
  readonly code: FaultCode

  constructor(code: FaultCode, message: string) {
    super(message)
    this.name = 'Fault'
    this.code = code
  }

  get status(): FaultStatus {
    return statuses[this.code]
  }

  get body(): { readonly error_code: FaultCode; readonly message: string } {
    return { error_code: this.code, message: this.message }
  }
}

export function unknown(what: string, id: string): Fault {
  return new Fault('RESOURCE_DOES_NOT_EXIST', `${what} with id=${id} not found`)
}
