import type { ElementKind, RelationKind } from '../model/record.ts'

/** What a shape in the picture stands for; `unknown` is an end that a statement leaves open. */
export type ShapeKind = ElementKind | 'unknown'

export interface Look {
  readonly shape: string
  readonly fill: string
  readonly line: string
  /** Space around the label, in inches; a rectangle needs some for a font that runs wider than expected. */
  readonly margin: string
}

/** Shapes and colours people know from PROV diagrams (PROV-DM, section 2: ellipse, rectangle, house). */
export const looks: Readonly<Record<ShapeKind, Look>> = {
  entity: { shape: 'ellipse', fill: '#FFFC87', line: '#8A8420', margin: '0.05,0.03' },
  activity: { shape: 'box', fill: '#9FB1FC', line: '#3A4FC4', margin: '0.2,0.06' },
  agent: { shape: 'house', fill: '#FED37F', line: '#A8690A', margin: '0.06,0.03' },
  unknown: { shape: 'ellipse', fill: '#FFFFFF', line: '#777777', margin: '0.05,0.03' },
}

/** One colour per relation, dark enough for its label to be read on white (contrast of 4.5 and more). */
export const relationColours: Readonly<Record<RelationKind, string>> = {
  wasGeneratedBy: '#006400',
  used: '#8B0000',
  wasInformedBy: '#3A4FC4',
  wasStartedBy: '#1F6F8B',
  wasEndedBy: '#1F6F8B',
  wasInvalidatedBy: '#A0216E',
  wasDerivedFrom: '#7A3E00',
  wasAttributedTo: '#A35200',
  wasAssociatedWith: '#A35200',
  actedOnBehalfOf: '#A35200',
  wasInfluencedBy: '#5A5A5A',
  specializationOf: '#5B2A86',
  alternateOf: '#5B2A86',
  hadMember: '#4A5A00',
  mentionOf: '#5B2A86',
}

/** Generic sans: whatever the reader's machine has. */
export const fontName = 'Helvetica,Arial,sans-serif'
export const inkColour = '#222222'
export const faintColour = '#555555'
