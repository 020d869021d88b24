// What a finding needs: decided with the design, and held by the synthetic runs of the tests.

/** A rank is slow by so much of the others' median... */
export const slowRatio = 1.15
/** ...in so many of the steps that are looked at... */
export const slowTimes = 0.8
/** ...which are the last ones... */
export const stepsLookedAt = 50
/** ...and at least so many... */
export const stepsMin = 10
/** ...and when it costs so much of the time. */
export const slowCost = 0.02

/** Who nobody waits for is told as slower from here on: it may have more to do. */
export const apartRatio = 1.4

/** A machine of so many of the ranks is compared with the others alone. */
export const largeHost = 0.25

/** Waiting for data is told from so much of a step on. */
export const waitingShare = 0.2

/** A difference is told of when so many have the same, and the others are the exception. */
export const alikeShare = 0.75

/** Memory of a machine that is as good as full. */
export const memoryFull = 0.9

/** Ranks that a finding names. */
export const ranksNamed = 64

/** Seconds without a log, far beyond what was usual, from which on a run that goes on is not taken for one that evaluates. */
export const quietWarns = 600
