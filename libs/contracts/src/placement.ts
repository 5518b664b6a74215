import type { PlacementOptions, PlacementPolicy, PlacementWish } from '@synod/jobs';
import type { WireJobSpec, WireJobSpecInput } from '@synod/wire';
import { placementPolicies } from './enums.js';
import { LABEL_NAME_MAX_CHARACTERS } from './limits.js';
import { QUALIFIED_NAME, QUALIFIED_NAME_FORM } from './rules.js';
import { shown } from './violations.js';
import type { Violations } from './violations.js';

type WireOptions = NonNullable<WireJobSpec['placementOptions']>;
type WirePlacement = Pick<WireJobSpec, 'placement' | 'placementOptions'>;

const CHOICES_RULE = { min: 2, max: 16, fallback: 2 };
const LOAD_FACTOR_RULE = { min: 101, max: 1_000, fallback: 125, unit: 'percent' };
const SPREAD_LABEL_RULE = {
  maxCharacters: LABEL_NAME_MAX_CHARACTERS,
  pattern: QUALIFIED_NAME,
  form: QUALIFIED_NAME_FORM,
};

/** Which policy each option is for. */
const POLICY_OF: Readonly<Record<keyof PlacementOptions, PlacementPolicy>> = {
  choices: 'powerOfChoices',
  loadFactorPercent: 'boundedHash',
  spreadLabel: 'spread',
};
const WIRE_NAMES: Readonly<Record<keyof PlacementOptions, string>> = {
  choices: 'choices',
  loadFactorPercent: 'load_factor_percent',
  spreadLabel: 'spread_label',
};

/** The placement of a job, and whether it is its own word. A policy that is not said is left to the job's queue. */
export function readPlacement(wire: WirePlacement, prefix: string, violations: Violations): PlacementWish {
  const policy = readPolicy(wire.placement, prefix, violations);
  const options = readOptions(wire.placementOptions, policy ?? 'leastLoaded', prefix, violations);
  return {
    placement: policy ?? 'leastLoaded',
    ...(options === undefined ? {} : { placementOptions: options }),
    ...(policy === 'leastLoaded' ? { ownPlacement: true } : {}),
  };
}

function readPolicy(value: unknown, prefix: string, violations: Violations): PlacementPolicy | undefined {
  if (value === undefined || value === 0 || value === 'PLACEMENT_POLICY_UNSPECIFIED') return undefined;
  const known = placementPolicies.fromWire(value);
  if (known === undefined) {
    violations.add(prefix, 'placement', `has the unknown value ${shown(value)}: it may need a newer coordinator`);
  }
  return known;
}

/** Options of this policy; undefined when none is set, as then the defaults count. */
function readOptions(
  wire: WireOptions | null | undefined,
  policy: PlacementPolicy,
  prefix: string,
  violations: Violations,
): PlacementOptions | undefined {
  if (!wire) return undefined;
  const given: PlacementOptions = {
    ...(wire.choices ? { choices: wire.choices } : {}),
    ...(wire.loadFactorPercent ? { loadFactorPercent: wire.loadFactorPercent } : {}),
    ...(wire.spreadLabel ? { spreadLabel: wire.spreadLabel } : {}),
  };
  const names = Object.keys(given) as (keyof PlacementOptions)[];
  for (const name of names) {
    if (POLICY_OF[name] === policy) continue;
    const owner = placementPolicies.toWire[POLICY_OF[name]].replace('PLACEMENT_POLICY_', '');
    violations.add(
      prefix,
      `placement_options.${WIRE_NAMES[name]}`,
      `is for ${owner}: set that placement, or leave it out`,
    );
  }
  if (names.length === 0) return undefined;
  const at = prefix === '' ? 'placement_options' : `${prefix}.placement_options`;
  if (given.choices !== undefined) violations.integer(at, 'choices', given.choices, CHOICES_RULE);
  if (given.loadFactorPercent !== undefined) {
    violations.integer(at, 'load_factor_percent', given.loadFactorPercent, LOAD_FACTOR_RULE);
  }
  if (given.spreadLabel !== undefined) violations.text(at, 'spread_label', given.spreadLabel, SPREAD_LABEL_RULE);
  return given;
}

/** What {@link readPlacement} reads as the same again. */
export function placementToWire(spec: PlacementWish): Pick<WireJobSpecInput, 'placement' | 'placementOptions'> {
  const { placement, placementOptions, ownPlacement } = spec;
  const isOpen = placement === 'leastLoaded' && ownPlacement !== true;
  return {
    placement: isOpen ? 'PLACEMENT_POLICY_UNSPECIFIED' : placementPolicies.toWire[placement],
    ...(placementOptions === undefined ? {} : { placementOptions }),
  };
}
