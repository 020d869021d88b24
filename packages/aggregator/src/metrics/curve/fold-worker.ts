import { parentPort, workerData } from 'node:worker_threads'
import { giveWay } from '../give-way.ts'
import { foldCurves } from './fold.ts'

/** The thread: folds the curves of one run, whose directory it is given, and ends. */
giveWay()
const bytes = typeof workerData === 'string' ? await foldCurves(workerData) : undefined
const answer = bytes === undefined ? undefined : new Uint8Array(bytes)
parentPort?.postMessage(answer, answer === undefined ? [] : [answer.buffer])
