import type { handleBidiStreamingCall, Server, ServerDuplexStream, ServiceDefinition } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { reflectionDefinition } from '@synod/wire';

interface Loaded {
  readonly definition: ServiceDefinition[string];
  readonly handle: handleBidiStreamingCall<unknown, unknown>;
}

const PATHS = [
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
] as const;

let loaded: ReadonlyMap<string, Loaded> | undefined;

/** The reflection service analyses the whole schema when it is made: 100 ms that no start needs to pay. */
function load(path: string): Loaded {
  if (loaded === undefined) {
    const byPath = new Map<string, Loaded>();
    const schema = reflectionDefinition() as unknown as ConstructorParameters<typeof ReflectionService>[0];
    new ReflectionService(schema).addToServer({
      addService(service, handlers) {
        for (const [name, definition] of Object.entries(service)) {
          const handle = handlers[definition.originalName ?? name] ?? handlers[name];
          byPath.set(definition.path, { definition, handle: handle as Loaded['handle'] });
        }
      },
    });
    loaded = byPath;
  }
  return loaded.get(path) as Loaded;
}

/** Serves reflection, v1 and v1alpha, loaded with the first call. */
export function addReflection(server: Server): void {
  for (const path of PATHS) {
    const definition: ServiceDefinition = {
      ServerReflectionInfo: {
        path,
        requestStream: true,
        responseStream: true,
        requestSerialize: (message: object) => load(path).definition.requestSerialize(message),
        requestDeserialize: (bytes) => load(path).definition.requestDeserialize(bytes) as object,
        responseSerialize: (message: object) => load(path).definition.responseSerialize(message),
        responseDeserialize: (bytes) => load(path).definition.responseDeserialize(bytes) as object,
      },
    };
    const handle = (stream: ServerDuplexStream<unknown, unknown>) => load(path).handle(stream);
    server.addService(definition, { ServerReflectionInfo: handle });
  }
}
