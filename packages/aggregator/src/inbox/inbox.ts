import type { AggregatorMessage } from '@provloom/shared'

/**
 * The far end of a link: who sent a frame, as far as answers find their way. An agent that connects again has another
 * link and is another peer. The name tells peers apart and means nothing besides.
 */
export interface Peer {
  readonly name: string
}

/** Sends an answer to a peer. One that is gone, or does not read, loses it and asks again. */
export type Reply = (peer: Peer, message: AggregatorMessage) => void

/** Where agents reach the aggregator. It carries frames and knows nothing of what they say. */
export interface Inbox {
  /**
   * Takes the port; nothing is received yet.
   *
   * @param ports tried in this order; 0 is any free one
   * @returns the port
   * @throws {ProvloomError} `BIND_FAILED`
   */
  bind(ports: readonly number[]): Promise<number>
  /** Begins to receive. */
  receive(): void
  readonly reply: Reply
  /** Sends what was answered, and closes. Resolves when a successor may take the port. */
  stop(): Promise<void>
  /** Peers refused for their key. */
  readonly strangers: number
  /** Messages of another shape than ours have. */
  readonly misshapen: number
}

export interface InboxOptions {
  readonly listen: string
  /** One frame of a peer. Must not throw. */
  readonly onFrame: (peer: Peer, payload: Buffer) => void
  /** Resolves at once, or when there is memory for more. */
  readonly room: () => Promise<void>
}
