import { loadWire, reflectionDefinition, services, statusName, statusNumber, STATUS_NAMES } from './index.js';

const { messages } = loadWire();

describe('wire package', () => {
  it('names every service of synod.v1', () => {
    const names = Object.entries(loadWire().definition)
      .filter(([name, definition]) => name.startsWith('synod.v1.') && !('format' in (definition as object)))
      .map(([name]) => name.replace('synod.v1.', ''))
      .sort();
    expect(names).toEqual(Object.keys(services).sort());
    for (const name of names)
      expect(Object.keys(services[name as keyof typeof services].service).length).toBeGreaterThan(0);
  });

  it('gives fields their camel-case names, 64-bit numbers as text and enums by name', () => {
    const bytes = messages.Job.serialize({ jobId: 'j1', state: 'JOB_STATE_READY', revision: 12, submittedAtMs: '7' });
    const job = messages.Job.deserialize(bytes);
    expect(job).toMatchObject({
      jobId: 'j1',
      state: 'JOB_STATE_READY',
      revision: '12',
      submittedAtMs: '7',
      spec: null,
    });
  });

  it('leaves an optional field out when it is unset, and keeps it when it is set to zero', () => {
    const round = (exitCode: number | undefined) =>
      messages.AttemptEnd.deserialize(messages.AttemptEnd.serialize(exitCode === undefined ? {} : { exitCode }));
    expect('exitCode' in round(undefined)).toBe(false);
    expect(round(0).exitCode).toBe(0);
    expect(round(0)._exitCode).toBe('exitCode');
  });

  it('tells which member of a oneof arrived', () => {
    const codec = messages.SessionRequest;
    expect(codec.deserialize(codec.serialize({ goodbye: {} })).message).toBe('goodbye');
  });

  it('keeps bytes of an array buffer view unchanged', () => {
    const data = new Uint8Array([9, 1, 2, 255]).subarray(1);
    const codec = messages.GetJobLogsResponse;
    expect([...codec.deserialize(codec.serialize({ data })).data]).toEqual([1, 2, 255]);
  });
});

describe('reflection', () => {
  it('has one descriptor for each .proto file and import, with original names', () => {
    const { files } = reflectionDefinition() as unknown as { files: { fileDescriptorProtos: Buffer[] } };
    const names = files.fileDescriptorProtos.map((bytes) => bytes.toString('latin1', 2, 2 + (bytes[1] as number)));
    expect(names).toEqual(
      expect.arrayContaining(['synod/v1/job.proto', 'google/rpc/status.proto', 'google/protobuf/any.proto']),
    );
    expect(Buffer.concat(files.fileDescriptorProtos).includes('start_to_close_timeout_ms')).toBe(true);
  });
});

describe('status names', () => {
  it('are numbered as gRPC numbers them', () => {
    expect(statusNumber('INVALID_ARGUMENT')).toBe(3);
    expect(statusNumber('UNAVAILABLE')).toBe(14);
    for (const name of STATUS_NAMES) expect(statusName(statusNumber(name))).toBe(name);
    expect(statusName(99)).toBe('UNKNOWN');
  });
});
