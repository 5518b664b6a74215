// The layers and who may use whom: base <- core <- contract <- adapter <- app. An arrow never points right.
// Read by eslint.config.mjs; each project declares its `layer:*` and `scope:*` tags in its package.json.

/** Layers that the sources of a layer may import. */
const LAYERS = {
  base: ['base'],
  core: ['base', 'core'],
  contract: ['base', 'core', 'contract'],
  adapter: ['base', 'core', 'contract', 'adapter'],
  testing: ['base', 'core', 'contract', 'adapter', 'testing'],
  app: ['base', 'core', 'contract', 'adapter'],
  tool: ['base', 'core', 'contract', 'adapter', 'testing', 'app', 'tool'],
};

/** Projects with a narrower choice than their layer's: the only projects that each may import, besides itself. */
const SCOPES = {
  hashing: ['base'],
  consensus: ['base'],
  jobs: ['base'],
  scheduling: ['base', 'jobs', 'hashing'],
  wire: ['base'],
  contracts: ['base', 'consensus', 'jobs', 'wire'],
  'task-store': ['base', 'contracts', 'wire'],
  cron: ['base'],
  observability: ['base'],
  config: ['base'],
  // What is published stands on the wire types, with no core behind it; and so does rpc, which makes all channels.
  rpc: ['base', 'wire'],
  client: ['base', 'wire', 'rpc'],
  testkit: ['base'],
};

/** What a spec file may import on top of that. */
const TESTING_LAYER = 'testing';
const TESTING_SCOPES = ['testkit', 'conformance'];

export const CORE_PROJECTS = ['hashing', 'consensus', 'jobs', 'scheduling'];

/** The `depConstraints` of @nx/enforce-module-boundaries, for sources or for spec files. */
export function depConstraints({ forTests }) {
  const layers = Object.entries(LAYERS).map(([layer, allowed]) => ({
    sourceTag: `layer:${layer}`,
    onlyDependOnLibsWithTags: [...new Set(forTests ? [...allowed, TESTING_LAYER] : allowed)].map((it) => `layer:${it}`),
    // Core is plain computation: no npm package at all. Its specs may use any.
    ...(layer === 'core' && !forTests ? { bannedExternalImports: ['*'] } : {}),
  }));
  const scopes = Object.entries(SCOPES).map(([scope, allowed]) => ({
    sourceTag: `scope:${scope}`,
    onlyDependOnLibsWithTags: [scope, ...allowed, ...(forTests ? TESTING_SCOPES : [])].map((it) => `scope:${it}`),
  }));
  return [...layers, ...scopes];
}
