// Takes connections of one network to another: a process of its own inside the target network. Its parent sends it listening
// sockets of the parent's network, each with the address that connections are passed on to. It ends with its parent.
const { connect } = require('node:net');

process.on('message', ({ host, port }, server) => {
  server.on('connection', (client) => {
    const target = connect(port, host);
    for (const [from, to] of [
      [client, target],
      [target, client],
    ]) {
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  process.send({ serving: port });
});
process.on('disconnect', () => process.exit(0));
