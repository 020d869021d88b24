import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { limits, nameWithin } from '@provloom/shared'
import type { Artifact } from '@provloom/shared'
import { present } from '../client/present.ts'
import type { Media } from './format/fact.ts'

/** Where and when it was logged. */
export interface MediaPlace {
  readonly context: string | undefined
  readonly step: number | bigint
  readonly timeUs: number
  /** Its file, and the byte at which its record begins. */
  readonly origin: string
}

/** How many files, and how many bytes: the defaults are `limits`. Tests make it small. */
export interface MediaBounds {
  readonly perTag: number
  readonly perSession: number
  readonly bytes: number
}

export const mediaBounds: MediaBounds = {
  perTag: limits.tensorboardFilesPerTagMax,
  perSession: limits.tensorboardFilesPerSessionMax,
  bytes: limits.tensorboardFileBytesMax,
}

/** What is left out of a session, and why. */
export type LeftOut = 'tag' | 'session' | 'bytes'

/** Images, sounds, texts and histograms of a session as files of its folder: so many of each tag, and in all. */
export class KeptMedia {
  readonly #files: string
  readonly #bounds: MediaBounds
  readonly #ofTag = new Map<string, number>()
  #count = 0
  #bytes = 0

  /** @param files the session's folder for copies */
  constructor(files: string, bounds: MediaBounds = mediaBounds) {
    this.#files = files
    this.#bounds = bounds
  }

  /**
   * @returns what is to be recorded, its file in place; or by which bound it is not
   * @throws the system's error where it cannot be written
   */
  keep(media: Media, { context, step, timeUs, origin }: MediaPlace, source: string): Artifact | LeftOut {
    const { tag, bytes, extension, mediaType, index } = media
    const of = `${context ?? ''}\n${tag}`
    const before = this.#ofTag.get(of) ?? 0
    if (before >= this.#bounds.perTag) return 'tag'
    if (this.#count >= this.#bounds.perSession) return 'session'
    if (this.#bytes + bytes.length > this.#bounds.bytes) return 'bytes'
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    // Of one record always the same: an agent that reads it again writes the same file again.
    const place = createHash('sha256')
      .update(`${origin}\n${tag}\n${index ?? ''}`)
      .digest('hex')
    const spooled = `tensorboard-${place.slice(0, 24)}.${extension}`
    fs.mkdirSync(this.#files, { recursive: true, mode: 0o700 })
    fs.writeFileSync(path.join(this.#files, spooled), bytes, { mode: 0o600 })
    this.#ofTag.set(of, before + 1)
    this.#count++
    this.#bytes += bytes.length
    const words = ['tensorboard', ...(context === undefined ? [] : [context]), tag]
    const number = index === undefined ? '' : `-${index}`
    return {
      type: 'artifact',
      time: timeUs,
      name: nameWithin(`${safePath(words.join('/'))}/${step}${number}.${extension}`),
      kind: 'artifact',
      role: 'output',
      spooled,
      copy: true,
      size: bytes.length,
      sha256,
      mediaType,
      source,
      ...(typeof step === 'number' && step >= 0 ? { step } : {}),
      ...present({ context }),
    }
  }
}

/** A tag may hold anything; a file lies below its folder. */
function safePath(words: string): string {
  return words
    .split('/')
    .map((word) => word.replaceAll(/[^\P{Cc}]|\\/gu, '_'))
    .filter((word) => word !== '' && word !== '.')
    .map((word) => (word === '..' ? '_' : word))
    .join('/')
}
