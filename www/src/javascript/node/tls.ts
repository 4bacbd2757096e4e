/** Node's `tls`: the cluster in the page speaks plain text, so a handshake fails as it would on such a listener. */
import { Socket, type ConnectOptions } from './net.ts';

export function connect(options: ConnectOptions): Socket {
  const socket = new Socket();
  const error = new Error(
    `Client network socket disconnected before secure TLS connection was established (${options.host}:${options.port} speaks plain text: leave out \`ssl\`)`,
  );
  return socket.destroy(Object.assign(error, { code: 'ECONNRESET' }));
}

export default { connect };
