declare module 'hashring' {
  class HashRing {
    constructor(
      servers: Readonly<Record<string, { readonly weight: number; readonly vnodes: number }>>,
      algorithm: string,
      options: Readonly<Record<string, number>>,
    );
    get(key: string): string;
  }
  export = HashRing;
}

declare module 'consistent-hash' {
  class ConsistentHash {
    constructor(options: { readonly range: number; readonly weight: number });
    add(node: string, weight: number): void;
    get(key: string): string;
  }
  export = ConsistentHash;
}
